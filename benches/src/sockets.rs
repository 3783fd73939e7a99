//! Sockets: what each costs, and how soon all of them hear of one event.

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use deepdive_tests::{Api, Server};
use serde_json::{Value, json};

use crate::blog::RICH;
use crate::cpu;
use crate::crowd::Crowd;
use crate::stock::StockServer;
use crate::table::{Row, Section, percentile, sorted};

const CROWDS: [usize; 2] = [1_000, 5_000];
/// Events that each crowd gets; a post takes 50 uploads at most.
const EVENTS: usize = 20;

/// Memory, CPU and delay, for each size of a crowd that the machine's limits allow.
///
/// # Errors
/// A socket is refused, or a frame does not come.
pub async fn run() -> Result<Section> {
    let mut rows = Vec::new();
    let mut how = format!(
        "Server and clients are two processes on 127.0.0.1; memory is what the server's process has in \
         RAM, more than before the first socket. The event is the row of a requested upload, which sets \
         nothing else to work; {EVENTS} of them. CPU is that of the whole server from before the \
         mutation until the last frame; user CPU is what of it is not the system's, which takes each \
         frame across the loopback. On two cores the crowd, which has to read all frames, slows the server \
         down: delays are upper bounds. The stock sockets are those of async-graphql-axum over a \
         schema that keeps nothing, so its mutation writes nothing and commits nothing."
    );
    for n_sockets in CROWDS {
        // What both processes have open anyway comes on top.
        if cpu::open_files() < n_sockets as u64 + 200 {
            how += &format!(
                " {n_sockets} sockets were left out, since a process may open {} files here.",
                cpu::open_files()
            );
            continue;
        }
        let ours = crowd(&Ours::start().await?, n_sockets).await;
        let ours = ours.with_context(|| format!("{n_sockets} sockets"))?;
        let stock = crowd(&Stock::start().await?, n_sockets).await;
        let stock = stock.with_context(|| format!("{n_sockets} stock sockets"))?;
        for (ours, stock) in ours.into_iter().zip(stock) {
            let factor = ours.figure;
            rows.push(Row { name: format!("{n_sockets} sockets: {}", ours.name), ..ours });
            let name = format!("{n_sockets} stock sockets: {}", stock.name);
            rows.push(Row { name, ..stock }.beside(factor));
        }
    }
    Ok(Section { title: "Sockets", how, rows })
}

/// A server with something to follow.
#[async_trait]
trait Target {
    fn url(&self) -> &str;
    fn process(&self) -> Result<u32>;
    fn token(&self) -> &str;
    /// What is followed.
    fn post(&self) -> &str;
    /// Makes one event, of a number that it has not had.
    async fn event(&self, n: usize) -> Result<()>;
}

async fn crowd(target: &dyn Target, n_sockets: usize) -> Result<Vec<Row>> {
    let process = target.process()?;
    let open = |n| Crowd::open(target.url(), target.token(), n);
    // Some of each first: what is made once is no cost of a socket.
    let mut first = open(20).await?;
    first.follow(target.post()).await?;
    first.close().await?;

    let before = cpu::resident(process)?;
    let mut crowd = open(n_sockets).await?;
    let idle = cpu::resident(process)?;
    crowd.follow(target.post()).await?;
    let following = cpu::resident(process)?;

    let user_before = cpu::user_of(process)?;
    let (mut spent, mut p50, mut p99, mut answers) = (vec![], vec![], vec![], vec![]);
    for n in 0..EVENTS {
        let (cpu_before, asked) = (cpu::spent_by(process)?, cpu::now_ns());
        let event = async {
            target.event(n).await?;
            Ok::<_, anyhow::Error>(cpu::now_ns())
        };
        let (answered, frames) = tokio::join!(event, crowd.frames());
        let (answered, frames) = (answered?, frames?);
        let cpu = cpu::spent_by(process)?.saturating_sub(cpu_before);
        spent.push(cpu.as_secs_f64() / n_sockets as f64);
        answers.push(seconds(asked, answered));
        let delays = sorted(frames.iter().map(|time| seconds(asked, *time)).collect());
        p50.push(percentile(&delays, 0.5));
        p99.push(percentile(&delays, 0.99));
    }
    let user = cpu::user_of(process)?.saturating_sub(user_before);
    crowd.close().await?;

    let each = |after: u64| after.saturating_sub(before) as f64 / n_sockets as f64 / 1e3;
    let middle = |times: Vec<f64>| percentile(&sorted(times), 0.5);
    let deliveries = EVENTS * n_sockets;
    Ok(vec![
        Row::new("memory of each, idle", each(idle), "KB", n_sockets),
        Row::new("memory of each, subscribed", each(following), "KB", n_sockets),
        Row::new(
            "user CPU per delivery",
            user.as_secs_f64() / deliveries as f64 * 1e6,
            "µs",
            deliveries,
        ),
        Row::new("CPU per delivery", middle(spent) * 1e6, "µs", deliveries),
        Row::new("mutation to its answer", middle(answers) * 1e3, "ms", EVENTS),
        Row::new("mutation to frame, p50", middle(p50) * 1e3, "ms", deliveries),
        Row::new("mutation to frame, p99", middle(p99) * 1e3, "ms", deliveries),
    ])
}

/// The program itself.
struct Ours {
    server: Server,
    api: Api,
    post: Value,
}

impl Ours {
    async fn start() -> Result<Ours> {
        let (server, api) = Server::with_author_and(&RICH).await;
        let post = api.create("Followed", "A post that is followed.").await;
        Ok(Ours { server, api, post })
    }
}

#[async_trait]
impl Target for Ours {
    fn url(&self) -> &str {
        &self.server.url
    }

    fn process(&self) -> Result<u32> {
        Ok(self.server.id())
    }

    fn token(&self) -> &str {
        self.api.token.as_deref().unwrap_or_default()
    }

    fn post(&self) -> &str {
        self.post["id"].as_str().unwrap_or_default()
    }

    async fn event(&self, n: usize) -> Result<()> {
        let answer = self.api.request_upload(&self.post, &n.to_le_bytes(), "image/png").await;
        ensure!(answer["__typename"] == "RequestUploadSuccess", "{answer:#}");
        Ok(())
    }
}

/// The stock sockets.
struct Stock {
    server: StockServer,
    api: Api,
}

impl Stock {
    async fn start() -> Result<Stock> {
        let server = StockServer::start().await?;
        let api = Api::new(&server.url, None);
        Ok(Stock { server, api })
    }
}

#[async_trait]
impl Target for Stock {
    fn url(&self) -> &str {
        &self.server.url
    }

    fn process(&self) -> Result<u32> {
        self.server.id()
    }

    fn token(&self) -> &str {
        "nobody asks for it"
    }

    fn post(&self) -> &str {
        "post"
    }

    async fn event(&self, n: usize) -> Result<()> {
        let tell = "mutation($n: Int!) { tell(seq: $n) }";
        let told = self.api.data(tell, json!({ "n": n })).await;
        ensure!(told["tell"].as_u64() > Some(0), "nobody was told: {told:#}");
        Ok(())
    }
}

fn seconds(from: u64, to: u64) -> f64 {
    to.saturating_sub(from) as f64 / 1e9
}
