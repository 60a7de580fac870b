//! In development, the directory is a stand-in for Graph's, in a process of its own. This server can tell it
//! what a real directory cannot be told.

use std::env;
use std::path::Path;
use std::process::Stdio;

use access_package::graph::BaseUrl;
use access_package::graph::enforce::{Delivery, Next, Settings};
use access_package::{Action, ObjectId};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::executor::{GraphToken, client};
use crate::{Problem, now};

/// A directory that this process started. It ends with this process, however this process ends.
pub struct StandIn {
    client: Client,
    pub base_url: BaseUrl,
    token: String,
    /// Whether its database was created just now.
    pub is_new: bool,
    _process: Child,
}

impl StandIn {
    /// Starts a directory with its database in this file. The directory also gets the variables that begin
    /// with `DIRECTORY_`.
    pub async fn start(database: &str) -> Result<Self, Problem> {
        let is_new = !Path::new(database).exists();
        let token = Uuid::new_v4().to_string();
        let mut process = Command::new(env::current_exe()?)
            .arg("directory")
            .env("DIRECTORY_LISTEN", "127.0.0.1:0")
            .env("DIRECTORY_DATABASE", database)
            .env("DIRECTORY_TOKEN", &token)
            .env("DIRECTORY_ASSUMES", "true")
            // The directory reads its standard input, and ends once this process no longer holds the other
            // end.
            .env("DIRECTORY_ENDS_WITH_STDIN", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = process.stdout.take().ok_or("the directory has printed nothing")?;
        let line = BufReader::new(said).lines().next_line().await?.unwrap_or_default();
        let address = line.strip_prefix("listening on ").ok_or("the directory has not started")?;
        Ok(Self { client: client(address)?, base_url: address.parse()?, token, is_new, _process: process })
    }

    /// Prints the address of the directory and the token for it.
    pub fn print(&self) {
        println!("DIRECTORY_URL={}\nDIRECTORY_TOKEN={}", self.base_url, self.token);
    }

    #[must_use]
    pub fn token(&self) -> GraphToken {
        GraphToken::Fixed(self.token.clone())
    }

    /// Puts in place what these actions would grant.
    pub async fn put_in_place(&self, actions: Vec<Action>) -> Result<(), Problem> {
        let mut writes = Vec::new();
        for action in actions {
            let mut delivery = Delivery::new(action, Settings::new(self.base_url.clone()))?;
            if let Next::Send(request) = delivery.next(now()) {
                let path = request.uri().path().strip_prefix("/v1.0");
                writes.push(json!({ "path": path, "body": serde_json::from_str::<Value>(request.body())? }));
            }
        }
        self.tell("grants", &writes.into()).await.map(drop)
    }

    /// Takes all access from a target, without a change to its assignments, and returns the number of grants.
    pub async fn remove(&self, target: ObjectId) -> Result<u64, Problem> {
        let told = self.tell("remove", &json!({ "principal": target })).await?;
        told["removed"].as_u64().ok_or_else(|| format!("the directory answers `{told}`").into())
    }

    /// Deletes a group: from now on nothing can be granted on it.
    pub async fn delete_group(&self, group: Uuid) -> Result<(), Problem> {
        self.tell("objects", &json!([{ "id": group, "object": { "group": {} } }])).await?;
        self.tell(&format!("objects/{group}/delete"), &json!(null)).await.map(drop)
    }

    /// Brings a group back.
    pub async fn restore_group(&self, group: Uuid) -> Result<(), Problem> {
        self.tell(&format!("objects/{group}/restore"), &json!(null)).await.map(drop)
    }

    async fn tell(&self, what: &str, body: &Value) -> Result<Value, Problem> {
        let url = format!("{}/control/{what}", self.base_url);
        let request = self.client.request(Method::POST, url).bearer_auth(&self.token).body(body.to_string());
        let answer = request.send().await?.error_for_status()?.bytes().await?;
        Ok(if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer)? })
    }
}
