//! Two thousand people, a run that is killed again and again, and people who finish in between: each is invited once.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use crate::support::{control::Standalone, shell::Shell};
use serde_json::{Value, json};

const PEOPLE: usize = 2_000;
const KILLS: u64 = 8;

/// Numbers that look random and come again with the same seed.
struct Random(u64);

impl Random {
    /// `DIDIT_TEST_SEED`, or the time.
    #[expect(clippy::print_stdout, reason = "a failure is repeated with its seed")]
    fn seeded() -> Self {
        let seed = std::env::var("DIDIT_TEST_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
                u64::try_from(now.as_nanos() % u128::from(u64::MAX)).unwrap()
            });
        println!("DIDIT_TEST_SEED={seed}");
        Self(seed)
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// The simulator's newest sessions, by its own list.
fn newest(simulator: &Standalone, limit: usize, offset: usize) -> Vec<Value> {
    let path = format!("/v3/sessions/?limit={limit}&offset={offset}");
    let page = simulator
        .control
        .api("GET", &path, &simulator.api_key, &Value::Null);
    page["results"].as_array().expect("sessions").clone()
}

#[test]
fn two_thousand_people_are_invited_once_each_however_often_the_run_is_killed() {
    let mut random = Random::seeded();
    let simulator = Standalone::start(&["--live", "--no-rate-limits"]);
    simulator
        .control
        .post("balance", &json!({ "amount": 100_000 }));
    let shell = Shell::on(&simulator).variable("DIDIT_MCP_RATE_LIMITS", "off");
    shell.ok(&["kyc", "setup"]);
    let mut people = "vendor_data,email,send_notification_emails\n".to_owned();
    for number in 0..PEOPLE {
        people.push_str(&format!("person-{number},p{number}@our-company.com,true\n"));
    }
    fs::write(shell.path("people.csv"), people).unwrap();
    let journal = shell.path("people.csv.journal.jsonl");
    let size = || fs::metadata(&journal).map_or(0, |file| file.len());

    let mut killed = 0;
    for _ in 0..KILLS {
        let mut child = shell.spawn(&["kyc", "batch", "people.csv", "--concurrency", "16"]);
        // Anywhere within the next eighth of the work, in the middle of a line or a request included.
        let target = size() + 1 + random.below(460_000 / KILLS);
        while size() < target && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        if child.try_wait().unwrap().is_none() {
            killed += 1;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // People do not wait for the next run. Whoever is done is given no unfinished session back.
        for session in newest(&simulator, 24, 0) {
            if random.below(2) == 0 {
                let id = session["session_id"].as_str().unwrap();
                simulator
                    .control
                    .post(&format!("sessions/{id}/finish"), &json!({}));
            }
        }
    }
    assert!(killed >= KILLS / 2, "killed {killed} times");

    let (code, document) = shell.json(&["kyc", "batch", "people.csv"]);
    assert_eq!(code, Some(0), "{document}");
    let counted: u64 = ["created", "reused", "done_before"]
        .iter()
        .map(|name| document[name].as_u64().unwrap())
        .sum();
    assert_eq!(counted, PEOPLE as u64);

    let mut sessions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut offset = 0;
    loop {
        let page = newest(&simulator, 500, offset);
        offset += page.len();
        for session in &page {
            let text = |name: &str| session[name].as_str().unwrap().to_owned();
            sessions
                .entry(text("vendor_data"))
                .or_default()
                .push(text("session_id"));
        }
        if page.is_empty() {
            break;
        }
    }
    assert_eq!(sessions.len(), PEOPLE);
    let twice: Vec<_> = sessions.iter().filter(|(_, ids)| ids.len() > 1).collect();
    assert!(twice.is_empty(), "invited twice: {twice:?}");

    // Didit writes to whoever is invited, so nobody may have two mails.
    let inbox = simulator.control.get("inbox");
    let invitations: Vec<&str> = inbox
        .as_array()
        .unwrap()
        .iter()
        .filter(|mail| mail["subject"] == "Please verify your identity")
        .map(|mail| mail["to"].as_str().unwrap())
        .collect();
    let invited: HashSet<&str> = invitations.iter().copied().collect();
    assert_eq!((invited.len(), invitations.len()), (PEOPLE, PEOPLE));

    // The results name for each person the one session that there is.
    let mut results = csv::Reader::from_path(shell.path("people.csv.results.csv")).unwrap();
    let mut rows = 0;
    for row in results.records() {
        let row = row.unwrap();
        assert_eq!(sessions[&row[0]], [row[3].to_owned()]);
        rows += 1;
    }
    assert_eq!(rows, PEOPLE);
}
