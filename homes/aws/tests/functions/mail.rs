//! The function that sends mails.

use std::sync::Arc;

use domain::MailId;
use domain::mail::{MailPurpose, MailRequest, MailState};
use domain::ports::{Clock, MailRequests};
use domain::text::Language;
use embedded_system::SystemClock;
use parking_lot::Mutex;
use serde_json::{Value, json};
use store::Blog;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::home::{blog, environment};
use crate::runtime::Function;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-mail");
const EMAIL: &str = "lee@example.org";

/// Somebody who is not known asks for an account.
async fn asked(blog: &Blog) {
    let now = SystemClock.now();
    let request = MailRequest {
        id: MailId::from_bits(1),
        purpose: MailPurpose::SignUp,
        email: EMAIL.to_owned(),
        language: Language::English,
        asked_at: now,
        expires_at: now.plus(MailPurpose::SignUp.life()),
        state: MailState::Due { at: now, attempts: 0 },
    };
    blog.ask(&request).await.unwrap();
}

async fn state(blog: &Blog) -> MailState {
    blog.request(MailPurpose::SignUp, EMAIL).await.unwrap().unwrap().state
}

/// A mail server that takes everything; its address, and what it was told.
async fn server() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let told = Arc::<Mutex<Vec<String>>>::default();
    let heard = told.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream, &heard).await;
        }
    });
    (url, told)
}

async fn serve(stream: TcpStream, heard: &Mutex<Vec<String>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let mut body = false;
    writer.write_all(b"220 here\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer: &[u8] = match (body, line.as_str()) {
            (true, ".") => b"250 taken\r\n",
            (true, _) => b"",
            (false, "DATA") => b"354 go on\r\n",
            (false, _) => b"250 well\r\n",
        };
        body = if body { line != "." } else { line == "DATA" };
        heard.lock().push(line);
        writer.write_all(answer).await.unwrap();
    }
}

#[tokio::test]
async fn a_mail_that_was_asked_for_goes_to_the_mail_server_once() {
    let ((blog, table), (url, told)) = (blog().await, server().await);
    asked(&blog).await;
    let mut environment = environment(&table);
    environment.insert("DEEPDIVE_SMTP_URL", url);
    environment.insert("DEEPDIVE_MAIL_FROM", "Deepdive <blog@blog.example>".to_owned());
    let mut mail = Function::start(PROGRAM, &environment).await;
    for _ in 0..2 {
        assert_eq!(mail.invoke(json!({})).await, Value::Null);
    }
    let told = told.lock().clone();
    let recipients: Vec<_> = told.iter().filter(|line| line.starts_with("RCPT TO:")).collect();
    assert_eq!(recipients, [&format!("RCPT TO:<{EMAIL}>")], "{told:#?}");
    assert!(
        told.iter().any(|line| line.contains("https://blog.example/confirm?token")),
        "{told:#?}"
    );
    assert_eq!(state(&blog).await, MailState::Sent);
}

#[tokio::test]
async fn without_a_mail_server_a_mail_waits_for_the_owner_and_no_log_has_its_link() {
    let (blog, table) = blog().await;
    asked(&blog).await;
    let mut mail = Function::start(PROGRAM, &environment(&table)).await;
    assert_eq!(mail.invoke(json!({})).await, Value::Null);
    assert_eq!(state(&blog).await, MailState::WithOperator);
    assert!(mail.has_said("waits on the owner's account page").await);
    assert!(!mail.said().contains("dd_lnk_"), "{}", mail.said());
}
