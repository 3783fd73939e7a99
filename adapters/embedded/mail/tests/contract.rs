//! The SMTP mailer keeps the contract of its port, against a small mail server on this machine.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::mailer::{Arrived, TestMailer};
use domain::ports::Mailer;
use embedded_mail::{SmtpConfig, SmtpMailer};
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

struct Smtp {
    mailer: Arc<SmtpMailer>,
    recipients: Arc<AtomicU16>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

#[async_trait]
impl TestMailer for Smtp {
    async fn fresh() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = SmtpConfig {
            url: format!("smtp://{}", listener.local_addr().unwrap()).parse().unwrap(),
            from: "Deepdive <blog@blog.example>".parse().unwrap(),
            timeout: Duration::from_secs(10),
        };
        let (recipients, arrived) = (Arc::new(AtomicU16::new(250)), Arc::default());
        let (answers, arrives) = (recipients.clone(), Arc::clone(&arrived));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One after the other: a mailer that waits for two at once would hang here.
                serve(stream, &answers, &arrives).await;
            }
        });
        let mailer = Arc::new(SmtpMailer::new(&config).unwrap());
        Smtp { mailer, recipients, arrived, serving: Mutex::new(Some(serving)) }
    }

    fn mailer(&self) -> Arc<dyn Mailer> {
        self.mailer.clone()
    }

    fn answer_recipients(&self, code: u16) {
        self.recipients.store(code, Ordering::SeqCst);
    }

    async fn go_away(&self) {
        let serving = self.serving.lock().take();
        if let Some(serving) = serving {
            serving.abort();
            assert!(serving.await.unwrap_err().is_cancelled());
        }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().clone()
    }
}

/// The least of RFC 5321 that a client can send a mail with.
async fn serve(stream: TcpStream, recipients: &AtomicU16, arrived: &Mutex<Vec<Arrived>>) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test\r\n").await.unwrap();
    let mut to = String::new();
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) {
        let said = std::mem::take(&mut line);
        let verb = said.split([' ', '\r']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "RCPT" => {
                to = said.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                format!("{} nobody@example.org", recipients.load(Ordering::SeqCst))
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                let mut raw = String::new();
                while !raw.ends_with("\r\n.\r\n") {
                    assert!(stream.read_line(&mut raw).await.unwrap() > 0, "{raw}");
                }
                arrived.lock().push(read(&to, raw.trim_end_matches(".\r\n")));
                "250 taken".to_owned()
            }
            "QUIT" => {
                // Whether the client hears it does not matter.
                let _ = stream.write_all(b"221 bye\r\n").await;
                return;
            }
            _ => "250 fine".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
    }
}

/// A mail as a reader's program shows it.
fn read(to: &str, raw: &str) -> Arrived {
    let raw = raw.replace("\r\n..", "\r\n.");
    let (head, body) = raw.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned()).unwrap()
    };
    let body = match header("content-transfer-encoding").as_str() {
        "base64" => unpacked(&body.replace("\r\n", "")),
        "quoted-printable" => unquoted(body),
        _ => body.to_owned(),
    };
    Arrived {
        to: to.to_owned(),
        subject: words(&header("subject")),
        text: body.replace("\r\n", "\n").trim_end().to_owned(),
    }
}

fn unpacked(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

/// Encoded words of RFC 2047, base 64; the blanks between two of them do not count.
fn words(value: &str) -> String {
    value
        .split_whitespace()
        .map(|word| match word.strip_prefix("=?utf-8?b?").and_then(|w| w.strip_suffix("?=")) {
            Some(encoded) => unpacked(encoded),
            None => word.to_owned(),
        })
        .collect()
}

fn unquoted(body: &str) -> String {
    let body = body.replace("=\r\n", "");
    let mut bytes = vec![];
    let mut rest = body.as_bytes();
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'=', [high, low, more @ ..]) => {
                let hex = [*high, *low];
                bytes.push(u8::from_str_radix(str::from_utf8(&hex).unwrap(), 16).unwrap());
                rest = more;
            }
            (byte, more) => {
                bytes.push(*byte);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

contract::mailer_contract!(Smtp);
