//! The services that the command line names.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::arguments::Connection;
use crate::book::Of;
use crate::pace::Pace;
use crate::packages::Packages;
use crate::problem::Problem;
use crate::progress::Progress;
use crate::service::{Sent, Service};
use crate::token::{Source, Tokens};

pub struct Services {
    /// Where the assignments are.
    pub management: Arc<Service>,
    /// Where groups, applications and roles are.
    pub directory: Arc<Service>,
    pub sent: Arc<Sent>,
    /// What access packages give, as far as it had to be asked for.
    pub packages: Mutex<Packages>,
    /// The tenant of the token, if the token tells.
    tenant: Option<String>,
}

impl Services {
    pub async fn new(connection: &Connection, progress: &Progress) -> Result<Self, Problem> {
        let (pace, sent) = (Arc::new(Pace::default()), Arc::new(Sent::default()));
        let patience = Duration::from_secs(connection.patience);
        let source = connection.token.source();
        let tokens = Arc::new(Tokens::new(source.option(), source).await?);
        let service = |url, tokens| {
            let (pace, sent) = (Arc::clone(&pace), Arc::clone(&sent));
            Service::new(url, tokens, pace, patience, sent, progress.clone()).map(Arc::new)
        };
        let management = service(connection.base_url.clone(), Arc::clone(&tokens))?;
        let tenant = tokens.tenant().await;
        let directory = match &connection.directory_url {
            None => Arc::clone(&management),
            Some(url) => {
                let tokens = match &connection.directory_token_env {
                    Some(name) => {
                        Arc::new(Tokens::new("--directory-token-env", Source::Variable(name.clone())).await?)
                    }
                    None => tokens,
                };
                service(url.clone(), tokens)?
            }
        };
        Ok(Self { management, directory, sent, packages: Mutex::default(), tenant })
    }

    /// What a check covers.
    #[must_use]
    pub fn of(&self) -> Of {
        let (management, directory) = (&self.management.base_url, &self.directory.base_url);
        let services = if management == directory {
            management.to_string()
        } else {
            format!("{management} and {directory}")
        };
        Of { services, tenant: self.tenant.clone() }
    }
}
