//! Starts the server, and ends it when told to.

use std::env;
use std::future::pending;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use access_package_server::config::{Config, Role};
use access_package_server::executor::Executor;
use access_package_server::graph_directory;
use access_package_server::metrics::Metrics;
use access_package_server::service::Service;
use access_package_server::stand_in::StandIn;
use access_package_server::store::{Store, announce, listen};
use access_package_server::token::Tokens;
use access_package_server::worker::Worker;
use access_package_server::{Problem, connections, development};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::sleep;
use tracing::{info, warn};

/// How long requests under way may take once the server is told to end.
const GRACE: Duration = Duration::from_secs(5);

const USAGE: &str = "usage: access-package-server [directory]
Variables configure it, such as `DEVELOPMENT=1`: see examples/server/README.md";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Problem> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments: Vec<_> = env::args().skip(1).collect();
    match *arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        [] => serve().await,
        ["directory"] => graph_directory::run().await,
        ["--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["--version" | "-V"] => {
            println!("access-package-server {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        _ => Err(format!("unexpected arguments `{}`\n{USAGE}", arguments.join(" ")).into()),
    }
}

async fn serve() -> Result<(), Problem> {
    let config = Config::from_env()?;
    let is_development = config.tokens.as_ref().is_some_and(Tokens::is_development);
    let listener = match config.role {
        Role::Server | Role::Both => Some(bind("LISTEN", &config.listen).await?),
        Role::Worker => None,
    };
    // Anybody who reaches a server in development may do anything: it prints its tokens.
    if let Some(listener) = listener.as_ref().filter(|_| is_development)
        && !listener.local_addr()?.ip().is_loopback()
    {
        let expected = "in development expected an address on loopback, such as `127.0.0.1:8080`";
        return Err(format!("`LISTEN` is `{}`: {expected}", config.listen).into());
    }
    let executor_at = async |(base_url, token)| {
        Executor::new(base_url, token, config.times, config.action_log.clone()).await
    };
    // Check the configuration before anything is created.
    let configured = match config.graph {
        Some(graph) => Some(executor_at(graph).await?),
        None => None,
    };
    let store = Store::open(&config.database, config.database_create, config.database_wait).await;
    let store = store.map_err(|problem| format!("`DATABASE`: {problem}"))?;
    let stand_in = match configured {
        None if is_development => Some(StandIn::start(&config.directory_database).await?),
        Some(_) | None => None,
    };
    let executor = match &stand_in {
        Some(stand_in) => Some(executor_at((stand_in.base_url.clone(), stand_in.token())).await?),
        None => configured,
    };
    if is_development {
        development::seed(&store).await?;
        if let Some(stand_in) = stand_in.as_ref().filter(|stand_in| stand_in.is_new) {
            stand_in.delete_group(development::DELETED_GROUP).await?;
            stand_in.put_in_place(development::in_place(&store).await?).await?;
        }
    }
    if let Some(address) = config.metrics_listen {
        let (listener, metrics) = (bind("METRICS_LISTEN", &address).await?, Metrics::new(store.clone())?);
        println!("metrics on http://{}/metrics", listener.local_addr()?);
        let answer = move |request| metrics.clone().answer(request);
        tokio::spawn(connections::serve(listener, answer, config.connections, pending()));
    }
    let (accepted, wake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (stop, stopped) = watch::channel(false);
    let told_to_end = told_to_end(stop)?;
    let worker = match (config.role, executor) {
        (Role::Worker | Role::Both, Some(executor)) => {
            tokio::spawn(listen(store.kind.clone(), Arc::clone(&wake)));
            let worker = Arc::new(Worker::new(store.clone(), executor, config.limits));
            Some(tokio::spawn(worker.run(Arc::clone(&wake), stopped)))
        }
        (Role::Server, _) | (_, None) => None,
    };
    tokio::spawn(announce(store.clone(), Arc::clone(&accepted), wake));
    if let (Some(listener), Some(tokens)) = (listener, config.tokens) {
        let base_url = format!("http://{}", listener.local_addr()?);
        if is_development {
            development::print_tokens(&tokens, &base_url)?;
            if let Some(stand_in) = &stand_in {
                stand_in.print();
            }
        }
        tokens.keep().await;
        println!("listening on {base_url}");
        let service = Service {
            // Lists take at most half of the database connections, so that calls have the rest.
            lists: Semaphore::new(usize::try_from(store.pool.options().get_max_connections() / 2)?),
            store: store.clone(),
            stand_in,
            tokens,
            accepted,
            places: Semaphore::new(config.requests),
            public_url: config.public_url,
            origins: config.origins,
        };
        let service = Arc::new(service);
        let answer = move |request| Arc::clone(&service).answer(request);
        connections::serve(listener, answer, config.connections, told_to_end).await;
    } else {
        println!("working");
        told_to_end.await;
    }
    if let Some(worker) = worker {
        worker.await?;
    }
    store.pool.close().await;
    Ok(())
}

/// Listens at an address; the error names the variable that it came from.
async fn bind(variable: &str, address: &str) -> Result<TcpListener, Problem> {
    let listener = TcpListener::bind(address).await;
    Ok(listener.map_err(|problem| format!("`{variable}` is `{address}`: {problem}"))?)
}

/// Completes when a signal comes. From then on the worker claims nothing more, and work under way has a
/// little time.
fn told_to_end(stop: watch::Sender<bool>) -> Result<impl Future<Output = ()>, Problem> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        info!("no new requests are accepted; requests under way are finished");
        stop.send_replace(true);
        tokio::spawn(async {
            sleep(GRACE).await;
            warn!("some requests are unfinished; accepted work is carried out after the next start");
            process::exit(1)
        });
    })
}
