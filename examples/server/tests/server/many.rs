//! Three servers and three workers on one database. Any of them is killed at any time, while assignments end.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use access_package::{AssignmentState, StoredAssignment, Timestamp};
use access_package_server::development;
use access_package_server::now;
use access_package_server::store::Store;
use sqlx::query_scalar;
use uuid::Uuid;

use crate::support::{DEADLINE, Directory, Place, Server, V1, in_state, insert, poll, request, token};

const ACCEPTED: usize = 1_000;
const KILLS: usize = 20;
const CALLERS: usize = 6;
const LEASE: Duration = Duration::from_millis(1500);
const SEED: u64 = 0x5eed;

/// Numbers that look random, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

struct Processes<'p> {
    place: &'p Place,
    directory: Directory,
    running: RwLock<Vec<Server>>,
    /// When each killed process was killed, in ticks.
    killed: Mutex<HashMap<u32, i64>>,
}

impl<'p> Processes<'p> {
    fn new(place: &'p Place) -> Self {
        let latency = [("DIRECTORY_LATENCY_MS", "20".to_owned())];
        let directory = Directory::start_with(place, "127.0.0.1:0", &latency);
        let running = (0..6).map(|number| Self::start(place, &directory, number)).collect();
        Self { place, directory, running: RwLock::new(running), killed: Mutex::default() }
    }

    fn start(place: &Place, directory: &Directory, number: usize) -> Server {
        let variables = [
            ("LEASE_MS", LEASE.as_millis().to_string()),
            ("ACTION_LOG", place.file("directory").to_str().unwrap().to_owned()),
        ];
        let variables = [&directory.variables()[..], &variables].concat();
        Server::start_as(if number < 3 { "server" } else { "worker" }, place, &variables)
    }

    fn kill(&self, number: usize) {
        let (id, at) = {
            let running = self.running.read().unwrap();
            running[number].signal("-KILL");
            (running[number].id(), now().unix_ticks())
        };
        self.killed.lock().unwrap().insert(id, at);
        let next = Self::start(self.place, &self.directory, number);
        self.running.write().unwrap()[number] = next;
    }

    /// Calls one server after the other until one answers. Returns the status and the number of calls.
    fn reprocess(&self, id: Uuid, token: &str, first: usize) -> (u16, usize) {
        let headers = format!("Authorization: Bearer {token}\r\n");
        let call = request("POST", &format!("{V1}/{id}/reprocess"), &headers);
        let mut calls = 0;
        poll("an answer", || {
            calls += 1;
            let answer = self.running.read().unwrap()[(first + calls) % 3].try_send(&call)?;
            (answer.status != 503).then_some((answer.status, calls))
        })
    }
}

/// Inserts an assignment. One in three has an end, which comes while much is under way.
async fn insert_one(store: &Store, chance: &mut Chance) -> Uuid {
    let ticks = |milliseconds: u64| i64::try_from(milliseconds * 10_000).unwrap();
    let end = (chance.below(3) == 0).then(|| now().unix_ticks() + ticks(20 + chance.below(600)));
    let end = end.and_then(Timestamp::from_unix_ticks);
    insert(store, &StoredAssignment { end, ..in_state(AssignmentState::Delivered) }).await
}

#[test]
fn nothing_is_lost_or_done_twice_or_too_late() {
    let place = Place::new();
    attack(&place, 0, |accepted, kills| accepted >= ACCEPTED && kills >= KILLS);
}

/// The same for `SOAK_SECONDS`, half an hour by default. One server and one worker are spared, and their use
/// of the machine must not grow.
#[test]
#[ignore = "run by hand: `.ci/deep soak`"]
fn soak() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(1800, |text| text.parse().unwrap());
    let place = Place::new();
    let (started, all) = (Instant::now(), Duration::from_secs(seconds));
    attack(&place, 2, |_, _| started.elapsed() >= all);
}

/// The memory in KiB and the file handles of a process.
fn taken(process: u32) -> [u64; 2] {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let memory = memory.trim().trim_end_matches(" kB").parse().unwrap();
    [memory, fs::read_dir(format!("/proc/{process}/fd")).unwrap().count() as u64]
}

/// Watches the spared processes until the attack is over, every six seconds. The first minute does not count:
/// a process is still growing into its work then.
fn watch(spared: &[u32], is_over: impl Fn() -> bool) {
    const EACH: Duration = Duration::from_secs(6);
    let mut all: Vec<Vec<[u64; 2]>> = vec![Vec::new(); spared.len()];
    while !spared.is_empty() && !is_over() {
        thread::sleep(EACH);
        for (taken_so_far, process) in all.iter_mut().zip(spared) {
            taken_so_far.push(taken(*process));
        }
    }
    for (seen, process) in all.iter().zip(spared) {
        assert!(seen.len() >= 3, "too short to say anything");
        let tenths: Vec<_> = seen.iter().step_by((seen.len() / 10).max(1)).collect();
        println!("process {process}, KiB and file handles: {tenths:?}");
        let settled = &seen[seen.len().min(20) / 2..];
        let (third, last) = (settled.len().div_ceil(3), settled.len() - settled.len() / 3);
        let most = |part: &[[u64; 2]], which: usize| part.iter().map(|taken| taken[which]).max().unwrap();
        let [memory, handles] = [0, 1].map(|which| {
            (most(&settled[..third], which), most(&settled[last.min(settled.len() - 1)..], which))
        });
        assert!(memory.1 <= memory.0 + memory.0 / 2 + 16 * 1024, "memory grows: {memory:?}");
        assert!(handles.1 <= handles.0 + 32, "file handles are lost: {handles:?}");
    }
}

/// Calls and kills until `is_enough`, by the number of accepted calls and of kills, and then checks the
/// results. The first `spared` servers and workers are never killed.
fn attack(place: &Place, spared: usize, is_enough: impl Fn(usize, usize) -> bool + Sync) {
    place.with_store(async |store| development::seed(store).await.unwrap());
    let processes = Processes::new(place);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(place.database(), false, DEADLINE)).unwrap();
    let (accepted, done, token) = (Mutex::new(Vec::new()), AtomicBool::new(false), token("manager"));
    let kills = AtomicUsize::new(0);
    let is_enough = || is_enough(accepted.lock().unwrap().len(), kills.load(Ordering::Relaxed));
    let spared: Vec<_> = [0, 3].into_iter().take(spared).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut chance = Chance(SEED);
            while !done.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(50 + chance.below(500)));
                let number = usize::try_from(chance.below(6)).unwrap();
                if !spared.contains(&number) {
                    processes.kill(number);
                    kills.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        scope.spawn(|| {
            let spared = spared.iter().map(|number| processes.running.read().unwrap()[*number].id());
            watch(&spared.collect::<Vec<_>>(), || done.load(Ordering::Relaxed));
        });
        let callers: Vec<_> = (1..=CALLERS)
            .map(|caller| {
                let (processes, store, token) = (&processes, &store, &token);
                let (accepted, runtime, is_enough) = (&accepted, &runtime, &is_enough);
                scope.spawn(move || {
                    let mut chance = Chance(SEED + caller as u64);
                    while !is_enough() {
                        let id = runtime.block_on(insert_one(store, &mut chance));
                        // The answer was lost with the server: the next call is refused as delivering, or the
                        // assignment has ended meanwhile.
                        match processes.reprocess(id, token, caller) {
                            (202, calls) => accepted.lock().unwrap().push((id, calls)),
                            (status, _) => assert_eq!(status, 400, "{id}"),
                        }
                    }
                })
            })
            .collect();
        let callers: Vec<_> = callers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        for caller in callers {
            caller.unwrap();
        }
    });
    poll("nothing is under way", || {
        let left = query_scalar::<_, i64>("SELECT count(*) FROM assignment WHERE state = 'delivering'");
        (runtime.block_on(left.fetch_one(&store.pool)).unwrap() == 0).then_some(())
    });

    let log = fs::read_to_string(place.file("directory")).unwrap();
    // How often each attempt was begun, and how often it ended or came to nothing.
    let mut told: HashMap<(&str, &str), [usize; 2]> = HashMap::new();
    for line in log.lines() {
        let fields: Vec<_> = line.split(' ').collect();
        let [begun, ended] = told.entry((fields[3], fields[4])).or_default();
        match fields[2] {
            "begin" => *begun += 1,
            "end" | "nothing" => *ended += 1,
            _ => {}
        }
    }
    let granted: HashSet<(&str, &str)> = log
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter_map(|fields| (fields[2] == "end").then_some((fields[3], fields[4])))
        .collect();
    let accepted = accepted.into_inner().unwrap();
    let (mut expired, mut ends) = (0, HashMap::new());
    for (id, calls) in &accepted {
        let read = runtime.block_on(store.read((*id).into(), None)).unwrap().unwrap();
        let stored = StoredAssignment::from(read.0);
        // Calls that were accepted without an answer count, too.
        assert!(
            (1..=*calls).contains(&(stored.attempt as usize)),
            "{id}: accepted but lost: {}",
            stored.attempt
        );
        match stored.state {
            AssignmentState::Delivered => {
                let (id, attempt) = (id.to_string(), stored.attempt.to_string());
                let action = (&*id, &*attempt);
                // A worker that was killed right after a grant has not logged it.
                let is_told = told.get(&action).is_none_or(|[begun, ended]| begun == ended);
                assert!(granted.contains(&action) || !is_told, "{id}: not granted");
            }
            state => {
                assert_eq!(state, AssignmentState::Expired, "{id}");
                expired += 1;
            }
        }
        ends.extend(stored.end.map(|end| (id.to_string(), end.unix_ticks())));
    }
    let killed = processes.killed.lock().unwrap();
    let (granted, late) = check_directory(&log, &ends, &killed);
    println!(
        "{} accepted: 0 lost, {expired} ended on their way; {granted} granted, 0 of them sent from the end on, \
         {late} arrived after it; {} processes killed",
        accepted.len(),
        killed.len()
    );
    runtime.block_on(store.pool.close());
}

/// Checks what the workers did: no action began while another worker had the lease, and nothing was granted
/// by an action that began at the end or after it. Returns the number of grants, and how many of them came
/// after the end.
///
/// On a very busy machine, a worker may be too late to renew its lease, and notices only then that the lease
/// has ended. So an action that began long ago may still be under way.
fn check_directory(log: &str, ends: &HashMap<String, i64>, killed: &HashMap<u32, i64>) -> (usize, usize) {
    let mut lines: Vec<(i64, u32, &str, &str)> = log
        .lines()
        .filter(|line| !line.contains(" send "))
        .map(|line| {
            let fields: Vec<_> = line.splitn(4, ' ').collect();
            (fields[0].parse().unwrap(), fields[1].parse().unwrap(), fields[2], fields[3])
        })
        .collect();
    lines.sort_by_key(|(at, ..)| *at);
    let long_ago = i64::try_from((LEASE / 4).as_nanos() / 100).unwrap();
    let (mut under_way, mut granted, mut late) = (HashMap::new(), 0, 0);
    for (at, process, what, action) in lines {
        if what == "begin" {
            let at_it: &mut Vec<(u32, i64)> = under_way.entry(action).or_default();
            for (other, begun) in &*at_it {
                let is_dead = killed.get(other).is_some_and(|killed| *killed <= at);
                let is_long_ago = at - begun >= long_ago;
                let story = || log.lines().filter(|line| line.ends_with(action)).collect::<Vec<_>>();
                assert!(
                    is_dead || is_long_ago,
                    "{action}: begun by {process} while {other} carries it out: {:?} {killed:?}",
                    story()
                );
            }
            at_it.push((process, at));
        } else {
            let at_it = under_way.get_mut(action).expect("it was begun");
            // Of two actions of the same process, the first one has lost its lease.
            let own = at_it.iter().position(|(by, _)| *by == process);
            let (_, begun) = at_it.remove(own.unwrap_or_else(|| panic!("{action}: never begun")));
            let end = ends.get(action.split(' ').next().unwrap());
            if what == "end" {
                granted += 1;
                assert!(end.is_none_or(|end| begun < *end), "{action}: sent too late");
                late += usize::from(end.is_some_and(|end| at >= *end));
            }
        }
    }
    (granted, late)
}
