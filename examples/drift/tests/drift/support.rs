//! A directory and a server for a test, each a process on loopback that ends with the test; and `drift` to
//! run with them.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Long enough for a machine that is busy with other things. Only a failing test waits for so long.
pub const DEADLINE: Duration = Duration::from_mins(5);
const KEY: &str = "a key that only tests know, and that outlives a restart";
pub const DIRECTORY_TOKEN: &str = "a-token-for-the-directory-that-only-tests-know";

/// Looks until the condition holds.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < DEADLINE, "not in time: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A folder, gone with the test.
pub struct Place(PathBuf);

impl Place {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("drift-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The example server, a package of its own: built once, in the target directory of these tests.
fn server_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../server/Cargo.toml");
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--locked", "--bin", "access-package-server", "--message-format", "json"]);
        command.args(["--manifest-path", manifest]);
        // These variables, which cargo sets for a test, would make cargo build other packages again.
        for (name, _) in
            env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG") || name == "CARGO_MANIFEST_DIR")
        {
            command.env_remove(name);
        }
        command.env_remove("CARGO_MANIFEST_PATH");
        let output = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "the example server cannot be built");
        let said = String::from_utf8(output.stdout).unwrap();
        let executable = |line: &str| {
            let message: Value = serde_json::from_str(line).ok()?;
            Some(PathBuf::from(message["executable"].as_str()?))
        };
        said.lines().find_map(executable).expect("cargo names what it has built")
    })
}

/// A process that ends with the test.
struct Started(Child);

impl Started {
    /// Reads the output until this text comes, and returns the lines so far.
    fn until(command: &mut Command, what: &str) -> (Self, Vec<String>) {
        let mut process = Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
        let said = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut lines = Vec::new();
        for line in said {
            lines.push(line);
            if lines.last().is_some_and(|line| line.starts_with(what)) {
                return (process, lines);
            }
        }
        panic!("it has not started: {lines:?}");
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn after<'a>(lines: &'a [String], what: &str) -> &'a str {
    lines.iter().find_map(|line| line.strip_prefix(what)).expect("it says so")
}

/// A directory like Graph's.
pub struct Directory {
    _process: Started,
    pub base_url: String,
}

impl Directory {
    pub fn start(place: &Place) -> Self {
        let mut command = Command::new(server_binary());
        command.arg("directory").env_clear().env("DIRECTORY_LISTEN", "127.0.0.1:0");
        command.env("DIRECTORY_TOKEN", DIRECTORY_TOKEN).env("DIRECTORY_ASSUMES", "true");
        command.env("DIRECTORY_DATABASE", place.file("directory.db")).stderr(Stdio::null());
        let (process, said) = Started::until(&mut command, "listening on ");
        Self { _process: process, base_url: after(&said, "listening on ").to_owned() }
    }

    pub fn tell(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let head = format!("Authorization: Bearer {DIRECTORY_TOKEN}\r\nContent-Length: {}\r\n", body.len());
        let answer = exchange(&self.base_url, method, path, &head, &body);
        assert!((200..300).contains(&answer.0), "{path}: {} {}", answer.0, answer.1);
        serde_json::from_str(&answer.1).unwrap_or_default()
    }

    /// Sets one fault, and returns its number.
    pub fn fault(&self, rule: &Value) -> i64 {
        self.tell("POST", "/control/faults", &json!([rule]))["ids"][0].as_i64().unwrap()
    }

    /// How often each fault has fired.
    pub fn fired(&self) -> Vec<u64> {
        let faults = self.tell("GET", "/control/faults", &Value::Null);
        faults["value"].as_array().unwrap().iter().map(|it| it["fired"].as_u64().unwrap()).collect()
    }

    fn log(&self) -> Vec<Value> {
        self.tell("GET", "/control/log", &Value::Null)["value"].as_array().unwrap().clone()
    }

    /// How many writes were judged.
    pub fn writes(&self) -> usize {
        self.log().len()
    }

    /// What was granted: the principal, and the kind of resource role, as its origin ids begin, with the
    /// resource. Each grant is there once.
    pub fn carried_out(&self) -> BTreeSet<(String, String)> {
        let mut granted = BTreeSet::new();
        for write in self.log().iter().filter(|it| it["carriedOut"] == true) {
            let text = |name: &str| write[name].as_str().unwrap();
            let kind = match (text("kind"), text("role")) {
                ("member", _) => "AadGroup Member",
                ("owner", _) => "AadGroup Owner",
                ("groupEligibility", "member") => "AadGroup EligibleMember",
                ("groupEligibility", _) => "AadGroup EligibleOwner",
                ("appRole", _) => "AadApplication role",
                ("roleEligibility", _) => "DirectoryRole Eligible",
                _ => "DirectoryRole Active",
            };
            let what = (text("principal").to_owned(), format!("{kind} {}", text("resource")));
            assert!(granted.insert(what.clone()), "twice: {what:?}");
        }
        granted
    }
}

/// The example server, with the directory of the test.
pub struct Server {
    _process: Started,
    pub base_url: String,
    pub application: String,
    pub reader: String,
}

impl Server {
    pub fn start(place: &Place, directory: &Directory, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(server_binary());
        command.env_clear().env("LISTEN", "127.0.0.1:0").env("DEVELOPMENT_KEY", KEY);
        command.env("DATABASE", place.file("server.db")).env("LEASE_MS", "5000");
        command.env("GRAPH_URL", &directory.base_url).env("GRAPH_TOKEN", DIRECTORY_TOKEN);
        command.env("REPLICATION_MS", "1000").envs(variables.iter().copied()).stderr(Stdio::null());
        let (process, said) = Started::until(&mut command, "listening on ");
        Self {
            _process: process,
            base_url: after(&said, "listening on ").to_owned(),
            application: after(&said, "TOKEN_APPLICATION=").to_owned(),
            reader: after(&said, "TOKEN_READER=").to_owned(),
        }
    }

    pub fn get(&self, path: &str) -> Value {
        let head = format!("Authorization: Bearer {}\r\n", self.application);
        let (status, body) = exchange(&self.base_url, "GET", path, &head, "");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

fn exchange(base_url: &str, method: &str, path: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(base_url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// `drift` with its file in the place.
pub fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drift"));
    command.args(arguments).arg("--file").arg(place.file("drift.db")).stdin(Stdio::null());
    // The network settings of the machine must not affect a test.
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

/// The same with both services, and the tokens of an application that may do everything.
pub fn drift(place: &Place, server: &Server, directory: &Directory, arguments: &[&str]) -> Command {
    let mut command = command(place, arguments);
    command.args(["--base-url", &server.base_url, "--directory-url", &directory.base_url]);
    command.args(["--directory-token-env", "DIRECTORY_TOKEN"]).env("DIRECTORY_TOKEN", DIRECTORY_TOKEN);
    if !arguments.iter().any(|it| it.starts_with("--token")) {
        command.args(["--token-env", "TOKEN"]).env("TOKEN", &server.application);
    }
    command
}

pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub fn run(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { status: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {} {}", self.out, self.err))
    }
}
