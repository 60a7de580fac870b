//! Starts the server, and ends it when told to.

use std::process;
use std::sync::Arc;
use std::time::Duration;

use access_package_server::config::Config;
use access_package_server::directory::Directory;
use access_package_server::service::Service;
use access_package_server::store::Store;
use access_package_server::worker::Worker;
use access_package_server::{Problem, development};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tracing::{info, warn};

/// How long what is under way has, once the server is told to end.
const GRACE: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), Problem> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let config = Config::from_env()?;
    let store = Store::open(&config.database).await?;
    let directory = Directory { store: store.clone(), latency: config.directory_latency };
    let listener = TcpListener::bind(&config.listen).await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    if config.tokens.is_development() {
        development::seed(&store).await?;
        development::print_tokens(&config.tokens, &base_url)?;
    }
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let told_to_end = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        info!("no more requests; what is under way comes to its end");
        tokio::spawn(async {
            sleep(GRACE).await;
            warn!("not all of it has; what was accepted is carried out after the next start");
            process::exit(1)
        });
    };
    println!("listening on {base_url}");

    let wake = Arc::new(Notify::new());
    let (stop, stopped) = watch::channel(false);
    let worker = Worker { store: store.clone(), directory: directory.clone(), wake: Arc::clone(&wake) };
    let worker = tokio::spawn(worker.run(stopped));
    let service = Service { store: store.clone(), directory, tokens: config.tokens, wake };
    axum::serve(listener, service.router()).with_graceful_shutdown(told_to_end).await?;

    stop.send(true)?;
    worker.await?;
    store.pool.close().await;
    Ok(())
}
