//! The token: where it comes from. When the service no longer takes it, it is fetched again, once for all
//! requests.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use access_package::graph::BaseUrl;
use access_package::graph::http::{RequestError, bearer_token};
use access_package::graph::json::read_claims;
use access_package::{Account, Caller, Caveat, Claims, Permission, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::problem::Problem;

#[derive(Debug, Clone)]
pub enum Source {
    /// `-` for standard input.
    File(PathBuf),
    Variable(String),
    Command(String),
}

/// The token that is in use. All requests share it.
pub struct Tokens {
    source: Source,
    /// The option that names the source.
    option: &'static str,
    held: Mutex<Held>,
}

#[derive(Clone)]
struct Held {
    /// Rises with each token that is fetched.
    number: u64,
    text: String,
    header: HeaderValue,
}

impl Tokens {
    pub async fn new(option: &'static str, source: Source) -> Result<Self, Problem> {
        let held = Mutex::new(Held::new(0, source.fetch().await?, &source)?);
        Ok(Self { source, option, held })
    }

    /// The number of the token, and the header with it.
    pub async fn current(&self) -> (u64, HeaderValue) {
        let held = self.held.lock().await;
        (held.number, held.header.clone())
    }

    /// The tenant of the token, as far as the token tells.
    pub async fn tenant(&self) -> Option<String> {
        tenant(&self.held.lock().await.text)
    }

    /// The permission that the token lacks, as far as the token tells.
    pub async fn lack(&self, needed: Permission) -> Option<Lack> {
        let claims = claims(&self.held.lock().await.text)?;
        let caller = Caller::from_claims(&claims, []);
        // The permission to write is enough to read.
        let is_enough =
            |it: &Permission| *it == needed || *it == Permission::EntitlementManagementReadWriteAll;
        if caller.permissions.iter().any(is_enough) {
            return None;
        }
        let is_application = caller.account == Account::Application;
        let has = if is_application { claims.roles.join(" ") } else { claims.scp.unwrap_or_default() };
        Some(Lack { needed, has })
    }

    /// Fetches another token after the one with this number was refused, unless another request has done so
    /// already. All requests wait for it.
    pub async fn renew(&self, refused: u64, by: &Unauthorized<'_>) -> Result<(), Problem> {
        let mut held = self.held.lock().await;
        if held.number != refused {
            return Ok(());
        }
        let is_fixed = match &self.source {
            Source::File(path) => path.as_os_str() == "-",
            Source::Variable(_) => true,
            Source::Command(_) => false,
        };
        let text = if is_fixed { held.text.clone() } else { self.source.fetch().await? };
        if text == held.text {
            return Err(self.is_refused(&text, by));
        }
        if let (Some(required), Some(actual)) = (tenant(&held.text), tenant(&text))
            && required != actual
        {
            return Err(Problem::OtherToken { required, actual });
        }
        *held = Held::new(refused + 1, text, &self.source)?;
        Ok(())
    }

    /// What to say if even a new token is refused.
    pub async fn refused(&self, by: &Unauthorized<'_>) -> Problem {
        self.is_refused(&self.held.lock().await.text, by)
    }

    fn is_refused(&self, text: &str, by: &Unauthorized<'_>) -> Problem {
        let Unauthorized { url, said, now } = by;
        let caveats: Vec<_> = claims(text).map(|it| it.caveats(*now).collect()).unwrap_or_default();
        let (why, help) = if caveats.contains(&Caveat::ExpiredToken) {
            let is_fixed = ["--token-file", "--token-env"].contains(&self.option);
            let help = "use `--token-command`, so that `drift` can get a new one";
            (", because it has expired", is_fixed.then_some(help))
        } else if caveats.contains(&Caveat::OtherAudience) {
            (", because it is not for Microsoft Graph", None)
        } else if text.split('.').count() != 3 {
            (", which is not an access token (three parts, with dots between them)", None)
        } else {
            ("", None)
        };
        // The service may repeat the token.
        let said = said.replace(text, "…");
        Problem::TokenRefused { url: url.to_string(), option: self.option, why, said, help }
    }
}

/// The service that refused a token, and what it said.
pub struct Unauthorized<'a> {
    pub url: &'a BaseUrl,
    pub said: String,
    pub now: Timestamp,
}

/// A permission that a token does not have.
#[derive(Debug)]
pub struct Lack {
    needed: Permission,
    /// The permissions that the token has, separated by spaces.
    has: String,
}

impl Lack {
    #[must_use]
    pub fn reason(&self) -> String {
        let Self { needed, has } = self;
        let has = if has.is_empty() { "no permission".to_owned() } else { format!("`{has}`") };
        format!("token lacks `{needed}`: it has {has}")
    }

    #[must_use]
    pub fn help(&self) -> String {
        format!("a token with `{}`", self.needed)
    }
}

/// What the token itself tells; `None` if it is opaque.
fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())?;
    read_claims(&payload).ok()
}

/// In lower case, as GUIDs compare without case.
fn tenant(token: &str) -> Option<String> {
    Some(claims(token)?.tid.to_ascii_lowercase())
}

impl Held {
    fn new(number: u64, text: String, source: &Source) -> Result<Self, Problem> {
        let header = HeaderValue::try_from(format!("Bearer {text}"));
        let mut header = header.unwrap_or(HeaderValue::from_static(""));
        if bearer_token(&HeaderMap::from_iter([(AUTHORIZATION, header.clone())])) != Some(&*text) {
            return Err(Problem::NotAToken { from: source.name(), why: source.why_not(&text) });
        }
        header.set_sensitive(true);
        Ok(Self { number, text, header })
    }
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::File(path) if path.as_os_str() == "-" => "standard input".into(),
            Self::File(path) => path.display().to_string(),
            Self::Variable(name) => name.clone(),
            // The command may hold secrets.
            Self::Command(_) => self.option().into(),
        }
    }

    /// The option that names the source.
    #[must_use]
    pub fn option(&self) -> &'static str {
        match self {
            Self::File(_) => "--token-file",
            Self::Variable(_) => "--token-env",
            Self::Command(_) => "--token-command",
        }
    }

    /// Why this text is not a token.
    fn why_not(&self, text: &str) -> String {
        if text.is_empty() {
            let is_command = matches!(self, Self::Command(_));
            if is_command { "printed nothing".into() } else { "is empty".into() }
        } else if text.starts_with(['{', '[', '"']) {
            "gives JSON, not a token: with the Azure CLI, add `--query accessToken -o tsv`".into()
        } else {
            format!("gives no bearer token: {}", RequestError::Token)
        }
    }

    async fn fetch(&self) -> Result<String, Problem> {
        let text = match self {
            Self::File(path) if path.as_os_str() == "-" => {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text).map_err(Problem::file(Path::new("standard input")))?;
                text
            }
            Self::File(path) => fs::read_to_string(path).map_err(Problem::file(path))?,
            Self::Variable(name) => env::var(name).map_err(|_| Problem::NoVariable(name.clone()))?,
            Self::Command(command) => printed_by(command).await?,
        };
        let text = text.trim();
        Ok(text.strip_prefix("Bearer ").unwrap_or(text).to_owned())
    }
}

async fn printed_by(command: &str) -> Result<String, Problem> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell).args([option, command]).output().await?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = Some(said.trim()).filter(|said| !said.is_empty()).map(|said| format!(": {said}"));
    Err(Problem::Command { status: output.status.to_string(), said: said.unwrap_or_default() })
}
