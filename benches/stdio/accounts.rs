//! What a page costs in an account of ten sessions, and in one of ten thousand.

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::{
    ROUNDS,
    http::http,
    ours_at,
    peer::Peer,
    quantile,
    support::control::Standalone,
    table::{Table, Target},
};

/// The sessions of the two accounts.
const SIZES: [usize; 2] = [10, 10_000];
/// A sandbox takes so many sessions a day.
const SESSIONS_A_DAY: usize = 500;

/// Calls whose requests are counted; the simulator remembers no more than some hundred.
const COUNTED: usize = 100;

/// An account on a simulator of its own, and a server that uses it.
struct Account {
    simulator: Standalone,
    peer: Peer,
}

impl Account {
    async fn of(sessions: usize) -> Self {
        let simulator = Standalone::start(&["--no-rate-limits"]);
        let root = simulator.control.origin();
        let (peer, _) = Peer::start(ours_at(&root, &simulator.api_key)).await;
        let account = Self { simulator, peer };
        let workflow = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }] });
        let key = &account.simulator.api_key;
        let control = &account.simulator.control;
        let workflow = control.api("POST", "/v3/workflows/", key, &workflow)["uuid"].clone();
        let mut made = 0;
        while made < sessions {
            let today = (sessions - made).min(SESSIONS_A_DAY);
            account.make(today, &workflow).await;
            made += today;
            control.post("clock", &json!({ "advance_seconds": 86_401 }));
        }
        account
    }

    async fn make(&self, sessions: usize, workflow: &Value) {
        let client = http();
        let url = format!("{}/v3/session/", self.simulator.control.origin());
        let new_session = || async {
            let request = client
                .post(&url)
                .json(&json!({ "workflow_id": workflow }))
                .header("x-api-key", &self.simulator.api_key);
            let answer = request.send().await.expect("an answer");
            assert!(answer.status().is_success(), "{answer:?}");
        };
        stream::iter(0..sessions)
            .map(|_| new_session())
            .buffer_unordered(16)
            .for_each(|()| async {})
            .await;
    }
}

/// Measures both accounts in turn.
pub async fn accounts(table: &mut Table, scale: usize) {
    let page = json!({ "name": "didit_session_list", "arguments": { "limit": 10 } }).to_string();
    let mut accounts = Vec::new();
    for sessions in SIZES {
        let mut account = Account::of(sessions).await;
        account.peer.one_by_one(50, &page).await;
        accounts.push((account, 0.0, Vec::new()));
    }
    let calls = 400 / scale;
    for _ in 0..ROUNDS {
        for (account, cpu, took) in &mut accounts {
            let before = account.peer.cpu();
            took.extend(account.peer.one_by_one(calls, &page).await);
            *cpu += account.peer.cpu() - before;
        }
    }
    let all = (calls * ROUNDS) as f64;
    let mut costs = Vec::new();
    for (mut account, cpu, took) in accounts {
        account.simulator.control.requests();
        account.peer.one_by_one(COUNTED, &page).await;
        let requests = account.simulator.control.requests().len() as f64 / COUNTED as f64;
        costs.push((requests, cpu * 1e6 / all, quantile(&took, 0.5)));
        account.peer.end().await;
    }
    let [(small_requests, small_cpu, small_p50), (requests, cpu, p50)] = costs[..] else {
        unreachable!("two accounts were measured");
    };
    println!(
        "page of 10 in accounts of 10 and of 10,000 sessions: {small_requests} and {requests} requests a call, \
         {small_cpu:.0} and {cpu:.0} µs of processor time, {small_p50:.0} and {p50:.0} µs with the simulator's own time"
    );
    assert_eq!((small_requests, requests), (1.0, 1.0));
    table.alone(
        "requests for a page of an account of 10,000",
        "",
        requests,
        None,
        Target::AtMost(1.0),
    );
    table.alone(
        "processor time a page, account of 10,000 to one of 10",
        "×",
        cpu / small_cpu,
        None,
        Target::AtMost(1.1),
    );
}
