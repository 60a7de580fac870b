//! The database itself, and everything that differs between SQLite and PostgreSQL.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter, Write};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{
    AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, SqlStr, query, query_as, query_scalar,
};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use crate::{Problem, beside_others};

/// How long a connection counts as good after it was tested.
const FRESH: Duration = Duration::from_secs(1);

/// The time limit for a connection that is opened to find out why others fail.
const REACH: Duration = Duration::from_secs(2);

const CREATE: &str = "`DATABASE_CREATE=1` makes it";

/// The kind of the database.
#[derive(Clone)]
pub enum Kind {
    /// A file, with the device and the number that tell it from another file of the same name.
    Sqlite {
        file: PathBuf,
        identity: (u64, u64),
    },
    Postgres {
        url: String,
    },
}

/// The address, without a password.
impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { file, .. } => write!(f, "{}", file.display()),
            Self::Postgres { url } => {
                // A second `@` is part of a password that is not percent-encoded, so nobody knows where it ends.
                let is_clear = url.matches('@').count() < 2;
                let parsed = url.parse::<Url>().ok().filter(|url| is_clear && !url.path().contains('@'));
                let Some(mut url) = parsed else {
                    return f.write_str("postgres://… (percent-encode user and password)");
                };
                url.set_query(None);
                url.set_fragment(None);
                let _ = url.set_password(None);
                write!(f, "{url}")
            }
        }
    }
}

impl Kind {
    /// Takes an address, `postgres://…`, or the path of a file.
    ///
    /// A missing database is created only if `create` says so: an empty one looks as if nothing was ever
    /// accepted.
    pub async fn open(database: &str, create: bool, wait: Duration) -> Result<(AnyPool, Self), Problem> {
        install_default_drivers();
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme));
        let lock = wait.as_millis();
        let (kind, connections, settings) = if is_postgres {
            let settings = format!(
                "SET lock_timeout = {lock}; SET statement_timeout = {}; \
                 SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = warning",
                lock * 5
            );
            (Self::Postgres { url: database.to_owned() }, 10, settings)
        } else {
            let file = std::path::absolute(database)?;
            if create {
                let made = File::options().append(true).create(true).open(&file);
                made.map_err(|error| format!("`{}`: {error}", file.display()))?;
            }
            let identity = identity(&file).map_err(|problem| format!("{problem}: {CREATE}"))?;
            // A call that was answered with 202 survives a loss of power, too.
            let settings =
                format!("PRAGMA busy_timeout = {lock}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            (Self::Sqlite { file, identity }, 4, settings)
        };
        let pool = match connect(&kind.url(), connections, wait, settings).await {
            Ok(pool) => pool,
            Err(problem) => return Err(kind.why(problem).await),
        };
        if !create && query("SELECT 1 FROM assignment").fetch_optional(&pool).await.is_err() {
            return Err(format!("`{kind}` holds no assignments: {CREATE}").into());
        }
        kind.migrate(&pool).await?;
        Ok((pool, kind))
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite { file, .. } => url_of(file),
            Self::Postgres { url } => url.clone(),
        }
    }

    /// The cause of a problem, if no connection can be opened: the pool only says that it took too long.
    pub async fn why(&self, problem: Problem) -> Problem {
        if !problem.is::<sqlx::Error>() && !problem.is::<Elapsed>() {
            return problem;
        }
        let read = match self {
            Self::Sqlite { .. } => "PRAGMA schema_version",
            Self::Postgres { .. } => "SELECT 1",
        };
        let reached = timeout(REACH, async {
            let mut connection = AnyConnection::connect(&self.url()).await?;
            connection.execute(read).await?;
            connection.close().await
        });
        let why = match reached.await {
            Ok(Ok(())) => return problem,
            Ok(Err(sqlx::Error::Io(error))) => format!(" is out of reach: {error}"),
            Ok(Err(sqlx::Error::Database(error))) => {
                let is_missing = error.code().as_deref() == Some("3D000");
                let help = if is_missing { ": `createdb` makes it" } else { "" };
                format!(": {}{help}", error.message())
            }
            Ok(Err(error)) => format!(": {error}"),
            Err(_) => format!(" is out of reach: no answer in {REACH:?}"),
        };
        format!("`{self}`{why}").into()
    }

    async fn migrate(&self, pool: &AnyPool) -> Result<(), Problem> {
        let migration = |(number, sql): (i64, &'static str)| {
            let (sql, name) = (SqlStr::from_static(sql), Cow::Borrowed("migration"));
            Migration::new(number, name, MigrationType::Simple, sql, false)
        };
        let migrations: &[&str] = match self {
            Self::Sqlite { .. } => &[
                include_str!("../../migrations/sqlite/1_schema.sql"),
                include_str!("../../migrations/sqlite/2_assignment_request.sql"),
                include_str!("../../migrations/sqlite/3_catalog.sql"),
                include_str!("../../migrations/sqlite/4_work.sql"),
                include_str!("../../migrations/sqlite/5_directory.sql"),
                include_str!("../../migrations/sqlite/6_list.sql"),
                include_str!("../../migrations/sqlite/7_held.sql"),
                include_str!("../../migrations/sqlite/8_package.sql"),
            ],
            Self::Postgres { .. } => &[
                include_str!("../../migrations/postgres/1_schema.sql"),
                include_str!("../../migrations/postgres/2_list.sql"),
                include_str!("../../migrations/postgres/3_held.sql"),
                include_str!("../../migrations/postgres/4_package.sql"),
            ],
        };
        let migrator =
            Migrator::with_migrations((1..).zip(migrations.iter().copied()).map(migration).collect());
        // Only a user who changes the tables needs the right to do so.
        if is_up_to_date(&migrator, pool).await {
            return Ok(());
        }
        Ok(beside_others(|| migrator.run(pool)).await?)
    }

    /// The present instant in ticks, by the clock of the database, which all processes share.
    #[must_use]
    pub const fn now(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "CAST(unixepoch('subsec') * 10000000 AS INTEGER)",
            Self::Postgres { .. } => "CAST(extract(epoch FROM now()) * 10000000 AS BIGINT)",
        }
    }

    /// Skips rows that another worker is just claiming. SQLite has one writer at a time.
    #[must_use]
    pub const fn skip_locked(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "",
            Self::Postgres { .. } => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// Begins a transaction that writes.
    #[must_use]
    pub const fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "BEGIN IMMEDIATE",
            Self::Postgres { .. } => "BEGIN",
        }
    }

    /// Whether the next process will find what was written. A file that is deleted or replaced under a
    /// running server still takes writes, but nobody ever reads them.
    pub fn still_there(&self) -> Result<(), Problem> {
        match self {
            Self::Sqlite { file, identity: opened } if identity(file)? != *opened => {
                Err(format!("`{}` is no longer the file that was opened", file.display()).into())
            }
            Self::Sqlite { .. } | Self::Postgres { .. } => Ok(()),
        }
    }

    /// Whether the database can be read and written.
    pub async fn ready(&self, pool: &AnyPool) -> Result<(), Problem> {
        self.still_there()?;
        query("SELECT 1 FROM assignment LIMIT 1").fetch_optional(pool).await?;
        let is_writable = match self {
            Self::Sqlite { file, .. } => {
                let mut start = [0; 16];
                File::open(file)?.read_exact(&mut start)?;
                if start != *b"SQLite format 3\0" {
                    return Err(format!("`{}` is not a database", file.display()).into());
                }
                !fs::metadata(file)?.permissions().readonly()
            }
            Self::Postgres { .. } => {
                let read_only = query_scalar::<_, String>("SHOW transaction_read_only");
                read_only.fetch_one(pool).await? == "off"
            }
        };
        if is_writable { Ok(()) } else { Err("database is read-only".into()) }
    }
}

/// Whether the tables are those of this version, and complete.
async fn is_up_to_date(migrator: &Migrator, pool: &AnyPool) -> bool {
    let sql = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
    let applied = query_as::<_, (i64, Vec<u8>)>(sql).fetch_all(pool).await.unwrap_or_default();
    let known = migrator.iter().map(|migration| (migration.version, migration.checksum.to_vec()));
    known.eq(applied)
}

/// Whether the database is only locked, overloaded or out of reach: the same request may succeed later.
#[must_use]
pub fn is_busy(problem: &Problem) -> bool {
    match problem.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => true,
        Some(sqlx::Error::Database(error)) => match error.code().as_deref() {
            // Locks not given in time, statements that take too long, too many connections, no server.
            Some("55P03" | "57014" | "40001" | "40P01" | "53300" | "57P01" | "57P02" | "57P03") => true,
            // SQLite: busy or locked, whatever the details are.
            Some(code) if code.len() < 5 => {
                code.parse::<u32>().is_ok_and(|code| [5, 6].contains(&(code & 0xff)))
            }
            _ => false,
        },
        _ => false,
    }
}

async fn connect(url: &str, connections: u32, wait: Duration, settings: String) -> Result<AnyPool, Problem> {
    let options = AnyPoolOptions::new().max_connections(connections).acquire_timeout(wait * 5 / 2);
    // The pool tests each connection that it gets back, and that is enough for one that is used again at
    // once.
    let options = options.test_before_acquire(false).before_acquire(|connection, meta| {
        Box::pin(async move {
            if meta.idle_for > FRESH {
                connection.ping().await?;
            }
            Ok(true)
        })
    });
    let options = options.after_connect(move |connection, _| {
        let settings = AssertSqlSafe(settings.clone());
        Box::pin(async move {
            connection.execute(settings).await?;
            Ok(())
        })
    });
    Ok(options.connect(url).await?)
}

fn identity(file: &Path) -> Result<(u64, u64), Problem> {
    let metadata = fs::metadata(file).map_err(|error| format!("`{}`: {error}", file.display()))?;
    Ok((metadata.dev(), metadata.ino()))
}

/// The address of a file. Opening it never creates the file.
fn url_of(file: &Path) -> String {
    let mut url = "sqlite://".to_owned();
    for byte in file.as_os_str().as_encoded_bytes() {
        // Writing to memory cannot fail.
        let _ = match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                url.write_char(char::from(*byte))
            }
            other => write!(url, "%{other:02X}"),
        };
    }
    url + "?mode=rw"
}
