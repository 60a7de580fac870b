//! Starts the server, and ends it when told to.

use std::sync::Arc;

use access_package_server::config::Config;
use access_package_server::directory::Table;
use access_package_server::service::Service;
use access_package_server::store::Store;
use access_package_server::worker::Worker;
use access_package_server::{Problem, development};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tracing::info;

#[tokio::main]
async fn main() -> Result<(), Problem> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let config = Config::from_env()?;
    let store = Store::open(&config.database).await?;
    let directory = Table { store: store.clone(), latency: config.directory_latency };
    let listener = TcpListener::bind(&config.listen).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    if config.tokens.is_development() {
        development::seed(&store).await?;
        development::print_tokens(&config.tokens, &base_url)?;
    }
    println!("listening on {base_url}");

    let wake = Arc::new(Notify::new());
    let (stop, stopped) = watch::channel(false);
    let worker = Worker { store: store.clone(), directory: directory.clone(), wake: Arc::clone(&wake) };
    let worker = tokio::spawn(worker.run(stopped));
    let service = Service { store: store.clone(), directory, tokens: config.tokens, wake };
    axum::serve(listener, service.router()).with_graceful_shutdown(told_to_end()).await?;

    info!("no more requests; what is under way comes to its end");
    stop.send(true)?;
    worker.await?;
    store.close().await;
    Ok(())
}

async fn told_to_end() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
