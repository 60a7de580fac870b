//! A server for one test, on loopback, with a database of its own; and a client that sees every byte.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use access_package::{
    AssignmentId, AssignmentResourceRole, AssignmentState, Event, Fulfillment, ObjectId, StoredAssignment,
    graph,
};
use access_package_server::development::{SAMPLE_DOCUMENT, callers, member};
use access_package_server::store::Store;
use access_package_server::token::Tokens;
use serde_json::{Value, json};
use sqlx::any::install_default_drivers;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, query, query_as, query_scalar};
use uuid::Uuid;

/// Long enough for a machine that is busy with other things. Only a failing test waits for so long.
pub const DEADLINE: Duration = Duration::from_secs(90);

pub const KEY: &str = "a key that only tests know, and that outlives a restart";

pub const V1: &str = "/v1.0/identityGovernance/entitlementManagement/assignments";
pub const BETA: &str = "/beta/identityGovernance/entitlementManagement/accessPackageAssignments";
pub const REQUESTS: &str = "/v1.0/identityGovernance/entitlementManagement/assignmentRequests";

/// A folder and a database, gone with the test. The database is a file in the folder or, if `TEST_DATABASE`
/// names a PostgreSQL server, a database of its own there.
pub struct Place {
    path: PathBuf,
    database: String,
}

impl Place {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("access-package-{}-{number}", std::process::id());
        let path = env::temp_dir().join(&name);
        fs::create_dir_all(&path).unwrap();
        let database = match postgres() {
            Some(address) => {
                administer(&format!("CREATE DATABASE \"{name}\""));
                format!("{}/{name}", address.rsplit_once('/').unwrap().0)
            }
            None => path.join("test.db").to_str().unwrap().to_owned(),
        };
        Self { path, database }
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The database, opened without a server.
    pub fn with_store<T>(&self, work: impl AsyncFnOnce(&Store) -> T) -> T {
        block_on(async {
            let store = Store::open(&self.database, true, DEADLINE).await.unwrap();
            let done = work(&store).await;
            store.pool.close().await;
            done
        })
    }

    pub fn read(&self, id: Uuid) -> StoredAssignment {
        self.with_store(async |store| store.read(id.into(), None).await.unwrap().unwrap().0.into())
    }

    /// The database of the directory, opened without a server.
    pub fn with_directory<T>(&self, work: impl AsyncFnOnce(&SqlitePool) -> T) -> T {
        let options = SqliteConnectOptions::new().filename(self.file("directory.db")).busy_timeout(DEADLINE);
        block_on(async {
            let pool = SqlitePool::connect_with(options).await.unwrap();
            let done = work(&pool).await;
            pool.close().await;
            done
        })
    }

    /// The principals that were granted something on a group, each as often as it was granted.
    pub fn granted(&self, group: Uuid) -> Vec<Uuid> {
        let sql = "SELECT principal FROM log WHERE carried_out AND resource = ?";
        let granted = self.with_directory(async |pool| {
            query_scalar::<_, String>(sql).bind(group.to_string()).fetch_all(pool).await.unwrap()
        });
        granted.iter().map(|id| id.parse().unwrap()).collect()
    }

    /// Every write that the directory has judged: the principal, and when, in ticks.
    pub fn writes(&self) -> Vec<(Uuid, i64)> {
        let rows = self.with_directory(async |pool| {
            let sql = "SELECT principal, at_ticks FROM log ORDER BY number";
            query_as::<_, (String, i64)>(sql).fetch_all(pool).await.unwrap()
        });
        rows.iter().map(|(principal, at)| (principal.parse().unwrap(), *at)).collect()
    }

    /// When each principal was granted something, each time, in ticks.
    pub fn granted_at(&self) -> HashMap<Uuid, Vec<i64>> {
        let rows = self.with_directory(async |pool| {
            let sql = "SELECT principal, at_ticks FROM log WHERE carried_out ORDER BY number";
            query_as::<_, (String, i64)>(sql).fetch_all(pool).await.unwrap()
        });
        let mut granted: HashMap<Uuid, Vec<i64>> = HashMap::new();
        for (principal, at) in rows {
            granted.entry(principal.parse().unwrap()).or_default().push(at);
        }
        granted
    }

    /// Takes everything away from a target, and returns the number of grants.
    pub fn remove_grants(&self, target: ObjectId) -> u64 {
        self.with_directory(async |pool| {
            let removed = query("DELETE FROM grants WHERE principal = ?").bind(target.to_string());
            removed.execute(pool).await.unwrap().rows_affected()
        })
    }

    /// A new file for the log of a process.
    fn new_log(&self) -> fs::File {
        let mut logs = (0..).map(|number| self.file(&format!("log-{number}")));
        fs::File::create_new(logs.find(|log| !log.exists()).unwrap()).unwrap()
    }

    /// The logs of all processes.
    pub fn log(&self) -> String {
        let logs = (0..).map(|number| fs::read_to_string(self.file(&format!("log-{number}"))));
        logs.map_while(Result::ok).collect()
    }

    /// The events in the logs.
    pub fn events(&self) -> Vec<Event> {
        let log = self.log();
        let events = log.lines().filter_map(|line| line.split_once(" event="));
        events.map(|(_, event)| serde_json::from_str(event).unwrap()).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.path));
        if postgres().is_some() {
            let name = self.path.file_name().unwrap().to_str().unwrap();
            administer(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
        }
    }
}

/// The PostgreSQL server to test on; `None` for SQLite.
pub fn postgres() -> Option<String> {
    env::var("TEST_DATABASE").ok().filter(|address| !address.is_empty())
}

pub fn administer(sql: &str) {
    install_default_drivers();
    block_on(async {
        let mut connection = AnyConnection::connect(&postgres().unwrap()).await.unwrap();
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    });
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// A process that this test has started. It ends with the test.
pub struct Started(Child);

impl Started {
    pub fn new(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// Waits until it has ended by itself.
    pub fn status(&mut self) -> Option<i32> {
        poll("the process has ended", || self.0.try_wait().unwrap()).code()
    }

    /// Waits until the process prints this.
    pub fn wait_for(mut self, what: &str) -> Self {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains(what)), "it has ended");
        self
    }

    /// What the process has printed, on both streams, once it has ended.
    pub fn said(&mut self) -> String {
        let mut said = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The token for the directory.
pub const GRAPH_TOKEN: &str = "a token for the directory that only tests know";

/// A directory that servers and workers share.
pub struct Directory {
    process: Started,
    pub base_url: String,
}

impl Directory {
    pub fn start(place: &Place) -> Self {
        Self::start_with(place, "127.0.0.1:0", &[])
    }

    /// Starts at the address of a directory that was killed, or at another one.
    pub fn start_with(place: &Place, address: &str, variables: &[(&str, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
        command.arg("directory").env_clear().env("DIRECTORY_LISTEN", address);
        command.env("DIRECTORY_TOKEN", GRAPH_TOKEN).env("DIRECTORY_ASSUMES", "true");
        command.env("DIRECTORY_DATABASE", place.file("directory.db"));
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let mut process = Started::new(command.stderr(place.new_log()));
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base_url = line.trim().strip_prefix("listening on ").expect("it has started").to_owned();
        Self { process, base_url }
    }

    /// The variables that make a server or a worker use this directory.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [("GRAPH_URL", self.base_url.clone()), ("GRAPH_TOKEN", GRAPH_TOKEN.to_owned())]
    }

    /// Adds a fault.
    pub fn fault(&self, rule: &Value) {
        let body = json!([rule]).to_string();
        let head = format!("Authorization: Bearer {GRAPH_TOKEN}\r\nContent-Length: {}\r\n", body.len());
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all((request("POST", "/control/faults", &head) + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }

    pub fn address(&self) -> &str {
        self.base_url.strip_prefix("http://").unwrap()
    }

    pub fn kill(&mut self) {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
    }
}

pub struct Server {
    process: Started,
    address: String,
}

impl Server {
    pub fn start(place: &Place, latency: Duration) -> Self {
        Self::start_with(place, &[("DIRECTORY_LATENCY_MS", latency.as_millis().to_string())])
    }

    pub fn start_with(place: &Place, variables: &[(&str, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
        command.env_clear();
        command.env("LISTEN", "127.0.0.1:0").env("DATABASE", place.database());
        if !variables.iter().any(|(name, _)| *name == "TOKEN_AUDIENCE") {
            command.env("DEVELOPMENT_KEY", KEY);
        }
        // The machine may be busy with other things.
        command.env("DATABASE_WAIT_MS", (DEADLINE / 2).as_millis().to_string());
        // After each `kill -9`, a test waits for a lease to end.
        command.env("LEASE_MS", "1000");
        command.env("DIRECTORY_DATABASE", place.file("directory.db"));
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let mut process = Started::new(command.stderr(place.new_log()));
        let lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut server = Self { process, address: String::new() };
        // The server prints its address once it can be called. If it ends first, there is nothing more to
        // read.
        let (says, said) = mpsc::channel();
        thread::spawn(move || {
            let mut addresses = lines.filter_map(|line| match line.strip_prefix("listening on http://") {
                Some(address) => Some(address.to_owned()),
                None => (line == "working").then(String::new),
            });
            addresses.next().map(|address| says.send(address))
        });
        server.address = said.recv_timeout(DEADLINE).expect("the server has started");
        server
    }

    /// A process that only answers requests, or only carries out what was accepted.
    pub fn start_as(role: &str, place: &Place, variables: &[(&str, String)]) -> Self {
        let role = [("ROLE", role.to_owned())];
        Self::start_with(place, &[&role, variables].concat())
    }

    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends a signal to the process, such as `-KILL`.
    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits until it has ended by itself.
    pub fn status(&mut self) -> Option<i32> {
        self.process.status()
    }

    pub fn connect(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        Ok(stream)
    }

    /// Sends a request exactly as given. Returns the answer, or `None` if there is none.
    pub fn try_send(&self, request: &str) -> Option<Answer> {
        let mut stream = self.connect().ok()?;
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Answer::read(&answer)
    }

    pub fn send(&self, request: &str) -> Answer {
        self.try_send(request).expect("an answer")
    }

    pub fn ask(&self, method: &str, path: &str, token: &str) -> Answer {
        self.send(&request(method, path, &format!("Authorization: Bearer {token}\r\n")))
    }

    pub fn reprocess(&self, id: Uuid, token: &str) -> Answer {
        self.ask("POST", &format!("{V1}/{id}/reprocess"), token)
    }

    pub fn reprocess_request(&self, id: Uuid, token: &str) -> Answer {
        self.ask("POST", &format!("{REQUESTS}/{id}/reprocess"), token)
    }

    /// The state, as a caller sees it who may reprocess the assignment.
    pub fn state(&self, id: Uuid) -> AssignmentState {
        let answer = self.ask("GET", &format!("{V1}/{id}"), &token("manager"));
        answer.json()["state"].as_str().unwrap().parse().unwrap()
    }

    pub fn final_state(&self, id: Uuid) -> AssignmentState {
        poll("the state is final", || Some(self.state(id)).filter(|it| *it != AssignmentState::Delivering))
    }
}

/// A request without a body.
pub fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")
}

#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.into()));
        Some(Self { status, headers: lines.filter_map(header).collect(), body: body.to_owned() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The answer without what differs each time: the id of the request and the date.
    pub fn without_ids(mut self) -> Self {
        if let Some(id) = self.header("request-id").map(str::to_owned) {
            self.body = self.body.replace(&id, "ID");
        }
        if let Some((before, rest)) = self.body.split_once(r#""date":""#) {
            let (_, after) = rest.split_once('"').unwrap();
            self.body = format!(r#"{before}"date":"DATE"{after}"#);
        }
        // The number of digits of a second varies, and with it the length.
        self.headers.retain(|(name, _)| !["date", "request-id", "content-length"].contains(&name.as_str()));
        self
    }
}

pub fn tokens() -> Tokens {
    Tokens::development(Some(KEY.into()))
}

/// The token of one of the callers in development.
pub fn token(name: &str) -> String {
    let (_, claims) = callers().into_iter().find(|(it, _)| *it == name).unwrap();
    tokens().make(&claims).unwrap()
}

/// The token of a user with the permission.
pub fn delegated(oid: ObjectId) -> String {
    tokens().make(&json!({ "oid": oid, "scp": "EntitlementManagement.ReadWrite.All" })).unwrap()
}

/// An assignment in this state, with one group or two; else like the sample.
pub fn in_state(state: AssignmentState) -> StoredAssignment {
    let fulfillments: &[_] = match state {
        AssignmentState::Delivering => &[Fulfillment::Pending],
        AssignmentState::PartiallyDelivered => &[Fulfillment::Failed, Fulfillment::Fulfilled],
        AssignmentState::DeliveryFailed => &[Fulfillment::Failed],
        _ => &[Fulfillment::Fulfilled],
    };
    let groups = (1..).map(|number| member(Uuid::from_u128(number)));
    let roles = groups.zip(fulfillments).map(|(role, it)| AssignmentResourceRole::new(role, *it));
    let sample = graph::json::read(SAMPLE_DOCUMENT).unwrap();
    StoredAssignment { state, resource_roles: Some(roles.collect()), ..sample.into() }
}

/// Inserts an assignment like this one, with a target and a package of its own. The package gives what the
/// assignment has.
pub async fn insert(store: &Store, like: &StoredAssignment) -> Uuid {
    let [id, package, target] = [(); 3].map(|()| Uuid::new_v4());
    let (id, access_package, target) = (AssignmentId::from(id), package.into(), target.into());
    let stored = StoredAssignment { id, access_package, target, ..like.clone() };
    let gives: Vec<_> = like.resource_roles.iter().flatten().map(|it| it.resource_role.clone()).collect();
    store.set_gives(access_package, &gives).await.unwrap();
    assert!(store.insert(&stored).await.unwrap());
    id.as_uuid()
}

/// Asks until there is something, or too much time has gone by.
pub fn poll<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < DEADLINE, "not in time: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
