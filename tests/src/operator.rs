//! What the operator of a blog reads, where each home shows it.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::server::{Home, Server};
use crate::{Api, eventually};

impl Server {
    /// All that it has said so far: a process to who started it, functions in their logs.
    pub async fn log(&self) -> String {
        match &self.home {
            Home::Process { .. } => self.said.lock().unwrap().clone(),
            Home::Deployed(blog) => blog.log().await,
        }
    }

    /// The token of the link by which the owner's account is made: a process says it at its first start, the function of
    /// the operator when it is asked.
    pub async fn set_up_token(&self) -> String {
        let said = match &self.home {
            Home::Process { .. } => self.log().await,
            Home::Deployed(blog) => blog.set_up_link().await,
        };
        token_after(&said, "/setup?token=").expect("a set-up link")
    }

    /// The token of a link that is to be passed on, to a page such as `/confirm`, where no mail server is set: a process
    /// says it, and on AWS the owner draws it on their account page.
    pub async fn token_to_pass_on(&self, page: &str) -> String {
        let begins = format!("{}{page}?token=", self.url);
        match &self.home {
            Home::Process { .. } => {
                eventually("the operator is told the link", async || {
                    token_after(&self.log().await, &begins)
                })
                .await
            }
            Home::Deployed(blog) => {
                let token = blog.create_user("owner@example.com", "admin").await;
                let owner = Api::new(&self.url, Some(&token));
                let link = owner.link_to_pass_on().await;
                token_after(&link, &begins).unwrap_or_else(|| panic!("no such link: {link}"))
            }
        }
    }

    /// The keys of the objects in its bucket; none where objects lie in a folder.
    pub async fn bucket(&self) -> Option<Vec<String>> {
        match &self.home {
            Home::Process { .. } => None,
            Home::Deployed(blog) => Some(blog.objects().await),
        }
    }

    /// The most memory that its processes have had so far.
    pub async fn memory(&self) -> Memory {
        let most = match &self.home {
            Home::Process { .. } => HashMap::from([(self.id(), most_memory(self.id()))]),
            Home::Deployed(blog) => blog.memory().await,
        };
        Memory { most }
    }
}

impl Api {
    /// The link of the only mail that waits, which the owner passes on.
    pub async fn link_to_pass_on(&self) -> String {
        let waiting = "{ viewer { waitingMails { id } } }";
        let mail = eventually("a mail waits", async || {
            let mails = self.data(waiting, json!({})).await["viewer"]["waitingMails"].clone();
            mails.as_array()?.first().cloned()
        })
        .await;
        let reveal = "mutation($id: ID!) { revealMailLink(input: { id: $id }) {
            ... on RevealMailLinkSuccess { link }
        } }";
        let shown: Value = self.data(reveal, json!({ "id": mail["id"] })).await;
        shown["revealMailLink"]["link"].as_str().expect("a link").to_owned()
    }
}

/// Memory of processes.
pub struct Memory {
    /// In bytes, by their ids.
    most: HashMap<u32, usize>,
}

impl Memory {
    /// Bytes by which any one process has grown, or which one has that was not there before.
    pub fn grown_since(&self, before: &Memory) -> usize {
        let grown = |(id, most): (&u32, &usize)| {
            most.saturating_sub(before.most.get(id).copied().unwrap_or_default())
        };
        self.most.iter().map(grown).max().unwrap_or_default()
    }
}

fn most_memory(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    most.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

fn token_after(text: &str, begins: &str) -> Option<String> {
    let rest = &text[text.find(begins)? + begins.len()..];
    Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}
