//! Every fault that the simulator can play, and what a call that meets it must come to.

use serde_json::{Value, json};

/// Which server meets a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// One with time for repetitions.
    Patient,
    /// One whose calls end after a few seconds.
    Hasty,
    /// One whose secrets need escaping, so that every spelling differs. Didit does not know its key.
    Echoed,
}

/// What a call comes to: `ok` or the code of its error, and how often the struck request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome(pub &'static str, pub usize);

/// A fault, as it is ordered from the simulator but for method and path.
pub struct Fault {
    pub name: &'static str,
    pub group: Group,
    pub order: Value,
    /// For a request that changes nothing.
    pub read: Outcome,
    /// For one that changes something.
    pub change: Outcome,
}

/// Keeps striking until it is taken back.
const LASTING: u64 = 0;

fn fault(name: &'static str, order: Value, read: Outcome, change: Outcome) -> Fault {
    let mut order = order;
    if order.get("times").is_none() {
        order["times"] = json!(LASTING);
    }
    Fault {
        name,
        group: Group::Patient,
        order,
        read,
        change,
    }
}

fn same(name: &'static str, order: Value, outcome: Outcome) -> Fault {
    fault(name, order, outcome, outcome)
}

fn status(code: u16) -> Value {
    json!({ "kind": "status", "status": code })
}

fn throttled(retry_after: Option<&str>, times: u64) -> Value {
    let mut order = status(429);
    order["times"] = json!(times);
    if let Some(text) = retry_after {
        order["headers"] = json!({ "retry-after": text });
    }
    order
}

/// What a call of any tool can meet. `elsewhere` is another server, at which nothing may arrive.
pub fn faults(elsewhere: &str) -> Vec<Fault> {
    const READ_AGAIN: usize = 4;
    let never_processed = Outcome("ok", 2);
    let failed = |times| Outcome("unavailable", times);
    let broken = |times| Outcome("interrupted", times);
    let unreadable = Outcome("unreadable_answer", 1);
    let answer = |kind: &str, status: u16| json!({ "kind": kind, "status": status });
    let text = |body: &str, content_type: &str| json!({ "kind": "status", "status": 200, "body": body, "headers": { "content-type": content_type } });
    let mut all = vec![
        same("429, 1 s", throttled(Some("1"), 1), never_processed),
        same(
            "429, an hour",
            throttled(Some("3600"), LASTING),
            Outcome("rate_limited", 1),
        ),
        same(
            "429, in 1999",
            throttled(Some("Fri, 31 Dec 1999 23:59:59 GMT"), 1),
            never_processed,
        ),
        same(
            "429, nonsense",
            throttled(Some("-1e9 soon"), 1),
            never_processed,
        ),
        same("429 once", throttled(None, 1), never_processed),
        same(
            "429 lasting",
            throttled(None, LASTING),
            Outcome("rate_limited", READ_AGAIN),
        ),
        same("500", status(500), failed(1)),
        fault("502", status(502), failed(READ_AGAIN), failed(1)),
        fault("503", status(503), failed(READ_AGAIN), failed(1)),
        fault("504", status(504), failed(READ_AGAIN), failed(1)),
        fault(
            "503 once",
            json!({ "kind": "status", "status": 503, "times": 1 }),
            Outcome("ok", 2),
            failed(1),
        ),
        same("401", status(401), Outcome("authentication", 1)),
        same("403", status(403), Outcome("forbidden", 1)),
        same(
            "403, the key",
            json!({ "kind": "status", "status": 403, "body": { "detail": "You do not have permission to perform this action." } }),
            Outcome("authentication", 1),
        ),
        fault(
            "reset",
            json!({ "kind": "reset" }),
            broken(READ_AGAIN),
            broken(1),
        ),
        fault(
            "reset once",
            json!({ "kind": "reset", "times": 1 }),
            Outcome("ok", 2),
            broken(1),
        ),
        fault(
            "reset in body",
            json!({ "kind": "reset_mid_body" }),
            broken(READ_AGAIN),
            broken(1),
        ),
        fault(
            "truncated",
            json!({ "kind": "truncate" }),
            broken(READ_AGAIN),
            broken(1),
        ),
        fault(
            "html 502",
            json!({ "kind": "html" }),
            failed(READ_AGAIN),
            failed(1),
        ),
        same("html 200", answer("html", 200), unreadable),
        same("not json", json!({ "kind": "not_json" }), unreadable),
        // Nothing is an answer to a deletion, and to a registration, of which only the status is certain.
        same("empty", json!({ "kind": "empty" }), unreadable),
        same(
            "huge",
            json!({ "kind": "huge" }),
            Outcome("answer_too_large", 1),
        ),
        same("huge 500", answer("huge", 500), failed(1)),
        same(
            "redirect",
            answer("redirect", 302),
            Outcome("redirected", 1),
        ),
        same(
            "redirect 307",
            answer("redirect", 307),
            Outcome("redirected", 1),
        ),
        same(
            "nested",
            text(&"[".repeat(10_000), "application/json"),
            unreadable,
        ),
        same(
            "nested 500",
            json!({ "kind": "status", "status": 500, "body": "{\"a\":".repeat(10_000) }),
            failed(1),
        ),
        same("dense", text(&dense(), "application/json"), unreadable),
        same("other type", text("\u{89}PNG\r\n", "image/png"), unreadable),
    ];
    for fault in all
        .iter_mut()
        .filter(|fault| fault.order["kind"] == "redirect")
    {
        fault.order["headers"] = json!({ "location": format!("{elsewhere}/v3/elsewhere/") });
    }
    for (name, order) in [
        ("stall", json!({ "kind": "stall" })),
        (
            "trickle",
            json!({ "kind": "trickle", "delay_ms": 100, "body": "x".repeat(1_000) }),
        ),
        (
            "trickle 500",
            json!({ "kind": "trickle", "status": 500, "delay_ms": 100, "body": "x".repeat(1_000) }),
        ),
    ] {
        let met = same(name, order, Outcome("timeout", 1));
        all.push(Fault {
            group: Group::Hasty,
            ..met
        });
    }
    all.push(same("echoed request", json!({ "kind": "echo" }), failed(1)));
    all
}

/// More values than any answer of Didit's holds.
fn dense() -> String {
    format!("[{}{{}}]", "{\"\":0},".repeat(60_000))
}

/// Errors that quote a secret, in every spelling in which a server is likely to do so.
pub fn echoes(secret: &str) -> Vec<Fault> {
    let escaped = Value::from(secret).to_string();
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let upper: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let detail = |text: String| json!({ "detail": text }).to_string();
    let bodies = [
        ("plain", detail(format!("The key {secret} is not valid."))),
        (
            "in a URL",
            detail(format!("GET /v3/?api_key={percent} failed")),
        ),
        (
            "percent",
            detail(format!("GET /v3/?api_key={upper} failed")),
        ),
        (
            "json in json",
            detail(format!("{{\"x-api-key\": {escaped}}}")),
        ),
        (
            "base64",
            detail(format!(
                "Basic {}",
                base64(format!("user:{secret}").as_bytes())
            )),
        ),
        ("base64, alone", detail(base64(secret.as_bytes()))),
        (
            "headers",
            format!("POST / HTTP/1.1\r\nhost: didit\r\nx-api-key: {secret}\r\ncookie: a=b\r\n"),
        ),
        ("as a name", json!({ secret: ["is unknown"] }).to_string()),
        (
            "in a tag",
            format!("denied <b>{secret}</b>, <i title='{secret}'>see</i>"),
        ),
    ];
    let mut all: Vec<Fault> = bodies
        .into_iter()
        .map(|(name, body)| echoed(name, body))
        .collect();
    // Wherever a long text is cut, no piece of the secret may stay.
    for before in [460, 480, 495] {
        all.push(echoed(
            "cut",
            detail(format!("{} {secret}", "y".repeat(before))),
        ));
    }
    all
}

fn echoed(name: &'static str, body: String) -> Fault {
    let order = json!({ "kind": "status", "status": 500, "body": body });
    Fault {
        group: Group::Echoed,
        ..same(name, order, Outcome("unavailable", 1))
    }
}

/// Every spelling of a secret that is looked for in what leaves the process.
pub fn spellings(secret: &str) -> Vec<String> {
    let escaped = Value::from(secret).to_string();
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let upper: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
    vec![
        secret.to_owned(),
        escaped.trim_matches('"').to_owned(),
        percent,
        upper,
        hexadecimal,
        base64(secret.as_bytes()).trim_end_matches('=').to_owned(),
        base64(format!("user:{secret}").as_bytes())[8..]
            .trim_end_matches('=')
            .to_owned(),
    ]
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_u32, |group, byte| group << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let index = (group >> (18 - 6 * position) & 63) as usize;
            text.push(if position <= chunk.len() {
                char::from(ALPHABET[index])
            } else {
                '='
            });
        }
    }
    text
}
