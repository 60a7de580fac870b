//! A service that gives the answers a test wants, and remembers the requests: for behavior that no real
//! server shows on demand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub host: String,
    pub token: String,
    pub at: Instant,
    /// Whether the whole answer was read.
    pub is_read: Arc<AtomicBool>,
}

/// An answer to give.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(body: &Value) -> Self {
        Self { status: 200, head: String::new(), body: body.to_string() }
    }

    pub fn error(status: u16, code: &str) -> Self {
        Self { status, ..Self::json(&json!({ "error": { "code": code, "message": "as the test likes" } })) }
    }
}

/// A stub listens until the tests end.
pub struct Stub {
    pub base_url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Answers each request by its number. `None` means that no answer ever comes.
    pub fn start(answer: impl Fn(&Asked, usize) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &asked, &*answer));
            }
        });
        Self { base_url, asked }
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    stream: TcpStream,
    kept: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(&Asked, usize) -> Option<Answer>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (mut host, mut token, mut length) = (String::new(), String::new(), 0);
    let path = line.split(' ').nth(1)?.replace("%27", "'");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match &*name.to_ascii_lowercase() {
            "authorization" => value.trim_start_matches("Bearer ").clone_into(&mut token),
            "host" => value.clone_into(&mut host),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let asked = Asked { path, host, token, at: Instant::now(), is_read: Arc::default() };
    let number = {
        let mut kept = kept.lock().unwrap();
        kept.push(asked.clone());
        kept.len() - 1
    };
    let Some(answered) = answer(&asked, number) else {
        // Wait until the other side gives up.
        drop(reader.read(&mut [0]));
        return None;
    };
    let is_batch = asked.path.ends_with("/$batch") && answered.status == 200;
    let answered = if is_batch { batch(&asked, &body, answer, number) } else { answered };
    let Answer { status, head, body: text } = answered;
    let length = text.len();
    let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{head}\r\n");
    let mut stream = reader.into_inner();
    stream.write_all((head + &text).as_bytes()).ok()?;
    // The other side closes the connection once it has the whole answer.
    drop(stream.read(&mut [0]));
    asked.is_read.store(true, Ordering::SeqCst);
    Some(())
}

/// Answers the parts of a batch like single requests.
fn batch(
    asked: &Asked,
    body: &[u8],
    answer: &dyn Fn(&Asked, usize) -> Option<Answer>,
    number: usize,
) -> Answer {
    let parts: Value = serde_json::from_slice(body).unwrap();
    let of = |part: &Value| {
        let path = format!("/v1.0{}", part["url"].as_str().unwrap());
        let answer = answer(&Asked { path, ..asked.clone() }, number).unwrap();
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let headers = answer.head.lines().filter_map(|line| line.split_once(": "));
        let headers: BTreeMap<_, _> = headers.collect();
        json!({ "id": part["id"], "status": answer.status, "headers": headers, "body": body })
    };
    let responses: Vec<_> = parts["requests"].as_array().unwrap().iter().map(of).collect();
    Answer::json(&json!({ "responses": responses }))
}
