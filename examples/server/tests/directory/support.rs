//! A directory for one test: a process on loopback, with a database of its own; and a client that sees every
//! byte.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use access_package::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// Long enough for a machine that is busy with other things.
pub const DEADLINE: Duration = Duration::from_secs(90);
pub const TOKEN: &str = "a token that only tests know";

pub const GROUP: Uuid = Uuid::from_u128(0xa1);
pub const USER: Uuid = Uuid::from_u128(0xb1);
pub const OTHER_USER: Uuid = Uuid::from_u128(0xb2);
pub const APP: Uuid = Uuid::from_u128(0xc1);
pub const APP_ROLE: Uuid = Uuid::from_u128(0xc2);
pub const ROLE: Uuid = Uuid::from_u128(0xd1);
/// An id that does not exist.
pub const MISSING: Uuid = Uuid::from_u128(0xff);

pub const GROUP_ELIGIBILITY: &str = "/v1.0/identityGovernance/privilegedAccess/group/eligibilitySchedule";
pub const ROLE_ELIGIBILITY: &str = "/v1.0/roleManagement/directory/roleEligibilitySchedule";
pub const ROLE_ASSIGNMENT: &str = "/v1.0/roleManagement/directory/roleAssignmentSchedule";

/// A folder for a database, gone with the test.
pub struct Place(PathBuf);

impl Place {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("graph-directory-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_access-package-server"));
        command
            .arg("directory")
            .env_clear()
            .env("DIRECTORY_LISTEN", "127.0.0.1:0")
            .env("DIRECTORY_TOKEN", TOKEN);
        command.env("DIRECTORY_DATABASE", self.0.join("directory.db"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A running directory. It ends with the test.
pub struct Directory {
    process: Child,
    pub address: String,
}

impl Directory {
    pub fn start(place: &Place) -> Self {
        Self::spawn(place.command())
    }

    pub fn spawn(mut command: Command) -> Self {
        let mut process = command.stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect("it has started");
        Self { process, address: address.to_owned() }
    }

    /// A directory with a group, two users, an application with a role, and a directory role.
    pub fn seeded(place: &Place) -> Self {
        let directory = Self::start(place);
        directory.seed(&json!([
            { "id": GROUP, "object": { "group": {} } },
            { "id": USER, "object": "user" },
            { "id": OTHER_USER, "object": "user" },
            { "id": APP, "object": { "servicePrincipal": { "appRoles": [APP_ROLE] } } },
            { "id": ROLE, "object": "roleDefinition" },
        ]));
        directory
    }

    /// Sends `kill -9` to this process while others call it.
    pub fn signal_kill(&self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-KILL", &id]).status().unwrap().success());
    }

    /// The same, and waits until the process is gone.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn connect(&self) -> Option<TcpStream> {
        let stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Some(stream)
    }

    /// Sends a request with these headers. Returns `None` if no byte comes back.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<Answer> {
        let mut stream = self.connect()?;
        let length = body.len();
        let path = path.replace(' ', "%20");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\
             {headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Answer::read(&answer)
    }

    pub fn try_ask(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &format!("Authorization: Bearer {TOKEN}\r\n"), &body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.try_ask("GET", path, &Value::Null).expect("an answer")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.try_ask("POST", path, body).expect("an answer")
    }

    /// The contents of a list.
    pub fn value(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()["value"].as_array().unwrap().clone()
    }

    pub fn seed(&self, objects: &Value) {
        let answer = self.post("/control/objects", objects);
        assert_eq!(answer.status, 204, "{}", answer.body);
    }

    /// Sets one fault.
    pub fn fault(&self, rule: &Value) -> i64 {
        let answer = self.post("/control/faults", &json!([rule]));
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["ids"][0].as_i64().unwrap()
    }

    pub fn log(&self) -> Vec<Value> {
        self.value("/control/log")
    }

    /// How many writes were carried out.
    pub fn carried_out(&self) -> usize {
        self.log().iter().filter(|entry| entry["carriedOut"] == true).count()
    }

    pub fn add(&self, link: &str, group: Uuid, object: Uuid) -> Answer {
        self.post(&format!("/v1.0/groups/{group}/{link}/$ref"), &reference(object))
    }

    pub fn assign_app_role(&self, role: Uuid, principal: Uuid) -> Answer {
        let body = json!({ "principalId": principal, "resourceId": APP, "appRoleId": role });
        self.post(&format!("/v1.0/servicePrincipals/{APP}/appRoleAssignedTo"), &body)
    }

    /// Asks for a schedule of one of the three kinds.
    pub fn schedule(&self, of: &str, body: &Value) -> Answer {
        self.post(&format!("{of}Requests"), body)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The status, and the code of an error.
    pub fn told(&self) -> (u16, String) {
        (self.status, self.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }
}

/// The status and the code that a test expects.
pub fn told(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

pub fn reference(object: Uuid) -> Value {
    json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{object}") })
}

/// The instant so many milliseconds from now, as Graph writes it.
pub fn in_ms(ms: i64) -> String {
    let now = Timestamp::from(std::time::SystemTime::now()).unix_ticks();
    Timestamp::from_unix_ticks(now + ms * 10_000).unwrap().to_string()
}

pub fn until(end: &str) -> Value {
    json!({
        "startDateTime": in_ms(0),
        "expiration": { "type": "afterDateTime", "endDateTime": end },
    })
}

pub fn for_ever() -> Value {
    json!({ "startDateTime": null, "expiration": { "type": "noExpiration" } })
}

pub fn group_schedule(access: &str, principal: Uuid, info: &Value) -> Value {
    json!({
        "accessId": access, "groupId": GROUP, "principalId": principal, "action": "adminAssign",
        "scheduleInfo": info, "justification": "reprocess",
    })
}

pub fn role_schedule(principal: Uuid, info: &Value) -> Value {
    json!({
        "roleDefinitionId": ROLE, "directoryScopeId": "/", "principalId": principal, "action": "adminAssign",
        "scheduleInfo": info, "justification": "reprocess",
    })
}

/// Looks until there is a result, or fails when too much time has gone by.
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
