//! Ordinary passwords and words of the protocol as secrets: each is refused at start by the name of its variable, or hidden
//! everywhere while every answer is otherwise what it is with a random one.

use std::sync::Mutex;

use crate::support::{
    dictionary::{PASSWORDS, WORDS},
    person::{WORKFLOW, decision},
    scripted::{Request, Scripted},
    server::{Era, Setup, run},
};
use serde_json::{Value, json};

const VARIABLES: [&str; 3] = ["DIDIT_API_KEY", "DIDIT_PASSWORD", "DIDIT_WEBHOOK_SECRET"];
/// Ids that hold passwords of digits.
const APPROVED: &str = "12345678-1111-4222-8333-000000001234";
const DECLINED: &str = "00000000-1111-4222-8333-987654321000";
/// What stands for random secrets; the first is as short as a key may be, so that its last characters are not shown.
const RANDOM: [&str; 4] = [
    "kq7x-w9z",
    "kq7x-Zb81-mV5r-0x7K2pLd93-of-nobody",
    "Vt3-rjQ9x-0pWm",
    "whsec_test_9fk2Lq0zXb7",
];

/// What the program said to each of three secrets, a word each, or that it refused to start.
fn session(era: Era, secrets: [&str; 3]) -> Vec<String> {
    let echoed = secrets.join(" and ");
    let upstream = Scripted::start(move |request| answer(request, &echoed));
    let [api, auth] = upstream.arguments();
    let port = api
        .rsplit(':')
        .next()
        .unwrap()
        .trim_end_matches("/v3")
        .to_owned();
    let mut setup = Setup::new(era).arguments(&[&api, &auth, "--pii=full", "--rate-limits=off"]);
    for (variable, secret) in VARIABLES.into_iter().zip(secrets) {
        setup = setup.variable(variable, secret);
    }
    let mut server = setup.start();
    server.tools();
    for (tool, arguments) in [
        ("didit_account_status", json!({})),
        (
            "didit_session_create",
            json!({ "workflow_id": WORKFLOW, "vendor_data": "customer-1" }),
        ),
        (
            "didit_session_get_decision",
            json!({ "session_id": APPROVED }),
        ),
        (
            "didit_session_get_decision",
            json!({ "session_id": DECLINED, "detail": "detailed" }),
        ),
        ("didit_billing_get_balance", json!({})),
        ("didit_workflow_list", json!({})),
    ] {
        let answered = server.call(tool, arguments);
        assert_eq!(
            answered.is_error,
            tool == "didit_workflow_list",
            "{secrets:?}: {}",
            answered.text
        );
    }
    let (_, errors, transcript) = server.finish();
    assert_eq!(errors, "");
    transcript
        .iter()
        .map(|message| settled(&message.to_string(), &port, secrets[0]))
        .collect()
}

fn answer(request: &Request, echoed: &str) -> (u16, Value) {
    match request.line.as_str() {
        "POST /v3/session/" => (
            201,
            json!({
                "session_id": APPROVED,
                "session_number": 43762,
                "session_token": "test-token-1",
                "url": "https://verify.invalid/session/test-token-1",
                "vendor_data": "customer-1",
                "metadata": { "note": echoed },
                "status": "Not Started",
                "workflow_id": WORKFLOW,
            }),
        ),
        line if line.contains("/decision/") => {
            let mut body = decision();
            let is_declined = line.contains(DECLINED);
            body["session_id"] = if is_declined { DECLINED } else { APPROVED }.into();
            body["status"] = if is_declined { "Declined" } else { "Approved" }.into();
            body["vendor_data"] = "customer-1".into();
            body["id_verifications"][0]["address"] = echoed.into();
            (200, body)
        }
        line if line.contains("/billing/") => (
            200,
            json!({ "balance": "1234.5600", "auto_refill_enabled": true, "currency": "USD" }),
        ),
        _ => (
            400,
            json!({ "detail": format!("the page is odd: {echoed}") }),
        ),
    }
}

/// A message without what differs from run to run.
fn settled(message: &str, port: &str, key: &str) -> String {
    let mut text = message.replace(&format!("127.0.0.1:{port}"), "127.0.0.1:[port]");
    if key.chars().count() >= 12 {
        let last: String = key.chars().skip(key.chars().count() - 4).collect();
        for (before, after) in [("ends in ", ","), ("\"key_last_four\":\"", "\"")] {
            text = text.replace(
                &format!("{before}{last}{after}"),
                &format!("{before}[last]{after}"),
            );
        }
    }
    let mut settled = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("data-") {
        let is_marker =
            after.len() >= 32 && after.bytes().take(32).all(|byte| byte.is_ascii_hexdigit());
        settled.push_str(before);
        settled.push_str(if is_marker { "[marker]" } else { "data-" });
        rest = &after[if is_marker { 32 } else { 0 }..];
    }
    settled + rest
}

/// Runs `work` on every item, some at a time.
fn each<T: Send>(items: Vec<T>, work: impl Fn(T) + Sync) {
    let items = Mutex::new(items);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(item) = items.lock().unwrap().pop() else {
                        return;
                    };
                    work(item);
                }
            });
        }
    });
}

/// Whether the program starts with a secret; it must name the variable, and not the secret, where it does not.
fn starts(variable: &str, secret: &str) -> bool {
    let finished = run(&[], &[(variable, secret)]);
    assert_eq!(finished.stdout, "", "{variable}={secret}");
    if finished.code == Some(0) {
        assert_eq!(finished.stderr, "", "{variable}={secret}");
        return true;
    }
    assert_eq!(finished.code, Some(2), "{variable}={secret}: {finished:?}");
    let said = finished.stderr.replace(variable, "");
    assert!(said.len() < finished.stderr.len(), "{secret}: {finished:?}");
    // The sentence that refuses a word may hold it by chance.
    let is_shown = !WORDS.contains(&secret) && said.contains(secret);
    assert!(!is_shown, "{secret}: {finished:?}");
    false
}

#[test]
fn a_word_as_a_secret_is_refused_or_hidden_without_harm() {
    assert!(PASSWORDS.len() + WORDS.len() >= 200);
    let accepted = Mutex::new(Vec::new());
    each(PASSWORDS.iter().chain(WORDS).collect(), |word| {
        let [key, password, secret] = VARIABLES.map(|variable| starts(variable, word));
        assert_eq!(password, secret, "{word}");
        // A key travels in a header, so it takes no spaces.
        assert_eq!(key, password && !word.contains(' '), "{word}");
        let must_be_refused = WORDS.contains(word) || word.chars().count() < 8;
        assert!(!(password && must_be_refused), "{word}");
        if key {
            accepted.lock().unwrap().push(*word);
        }
    });
    let mut accepted = accepted.into_inner().unwrap();
    accepted.sort_unstable();
    assert!(accepted.len() >= 100, "{}", accepted.len());
    let usual = |era, key: &str| {
        let key = RANDOM[usize::from(key.len() >= 12)];
        session(era, [key, RANDOM[2], RANDOM[3]])
    };
    let usual = Era::BOTH.map(|era| [usual(era, "short"), usual(era, "long enough to be shown")]);
    // Each word is the key, the password and the secret of some session.
    each((0..accepted.len()).collect(), |index| {
        let secrets = [0, 1, 2].map(|more| accepted[(index + more) % accepted.len()]);
        let era = index % 2;
        let said = session(Era::BOTH[era], secrets);
        let usual = &usual[era][usize::from(secrets[0].len() >= 12)];
        assert_eq!(said.len(), usual.len());
        for (said, usual) in said.iter().zip(usual) {
            assert_eq!(said, usual, "{secrets:?}");
        }
    });
    for said in usual.iter().flatten().flatten() {
        for secret in RANDOM {
            assert!(!said.contains(secret), "{said}");
        }
    }
    assert!(
        usual[0][0]
            .iter()
            .any(|said| said.contains("[hidden] and [hidden] and [hidden]"))
    );
}

/// The passwords that once took the protocol or a verdict apart.
#[test]
fn ordinary_passwords_start() {
    for password in [
        "Protocol1!",
        "Approved2024!",
        "jsonrpc2",
        "Declined#1",
        "In Review 2024!",
        "Session_id1",
        "12345678",
    ] {
        assert!(starts("DIDIT_PASSWORD", password), "{password}");
        assert!(starts("DIDIT_WEBHOOK_SECRET", password), "{password}");
    }
}

#[test]
fn a_secret_that_a_client_did_not_fill_in_or_quoted_is_refused_by_name() {
    for variable in VARIABLES {
        for (value, said) in [
            (format!("${{{variable}}}"), "placeholder"),
            ("${input:didit-key}".to_owned(), "placeholder"),
            ("${env:SOME_KEY}".to_owned(), "placeholder"),
            ("Bearer-${KEY}".to_owned(), "placeholder"),
            ("\"test-key-0123456789\"".to_owned(), "quotation marks"),
            ("'test-key-0123456789'".to_owned(), "quotation marks"),
            (
                " \u{201c}test-key-0123456789\u{201d}\n".to_owned(),
                "quotation marks",
            ),
            ("test-key\n0123456789".to_owned(), "line break"),
            ("test-k".to_owned(), "fewer than 8"),
            ("Approved".to_owned(), "word"),
        ] {
            let finished = run(&[], &[(variable, &value)]);
            assert_eq!(finished.code, Some(2), "{variable}={value}: {finished:?}");
            for part in [variable, said] {
                assert!(
                    finished.stderr.contains(part),
                    "{variable}={value}: {finished:?}"
                );
            }
            assert!(!finished.stderr.contains("0123456789"), "{finished:?}");
        }
        // A bundle's host passes the name of what its user left out.
        for value in [
            "",
            "  \n",
            "${user_config.api_key}",
            " ${user_config.webhook_secret} ",
        ] {
            assert!(starts(variable, value), "{variable}={value}");
        }
    }
}
