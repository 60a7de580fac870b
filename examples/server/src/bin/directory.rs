//! Starts the stand-in for the directory of Microsoft Graph. It is for development, and on loopback only.

use std::env;
use std::fmt::Display;
use std::net::SocketAddr;
use std::str::FromStr;

use access_package_server::Problem;
use access_package_server::graph_directory::Directory;
use access_package_server::graph_directory::connection::{Connections, Cut};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Problem> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let token: String = variable("DIRECTORY_TOKEN", "")?;
    if token.is_empty() {
        return Err("`DIRECTORY_TOKEN` is not set".into());
    }
    let address: SocketAddr = variable("DIRECTORY_LISTEN", "127.0.0.1:8090")?;
    if !address.ip().is_loopback() {
        return Err(format!("`DIRECTORY_LISTEN`: `{address}` is not on loopback").into());
    }
    let seed = variable("DIRECTORY_SEED", "0")?;
    let database: String = variable("DIRECTORY_DATABASE", "directory.db")?;
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?.to_string();
    let directory = Directory::open(&database, token, seed, &address).await?;
    println!("listening on http://{address}");
    // It may be killed at any time: everything that was answered is in the database.
    let service = directory.router().into_make_service_with_connect_info::<Cut>();
    axum::serve(Connections(listener), service).await?;
    Ok(())
}

fn variable<T: FromStr<Err: Display>>(name: &str, default: &str) -> Result<T, Problem> {
    let text = env::var(name).unwrap_or_else(|_| default.into());
    text.parse().map_err(|error| format!("`{name}`: {error}").into())
}
