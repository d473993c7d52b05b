//! What an agent pays for in tokens, as `docs/tokens.md` tells it. `cargo xtask docs` writes the page anew; otherwise it
//! must be true.

use std::fs;

use crate::support::{
    control::{Control, simulated},
    day_played::PLAYED,
    server::{Answer, Era, Server, Setup},
};
use didit_mcp::tools::{self, Access, PRESETS, Toolset};
use serde_json::{Value, json};
use tiktoken_rs::CoreBPE;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tokens.md");
const DECISION: &str = "didit_session_get_decision";

#[test]
fn the_page_of_tokens_is_true() {
    let counter = tiktoken_rs::o200k_base().unwrap();
    let page = page(&counter);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(PAGE, &page).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    let differs = written
        .lines()
        .zip(page.lines())
        .find(|(one, other)| one != other);
    assert!(
        written == page,
        "{differs:?}: `cargo xtask docs` writes docs/tokens.md anew"
    );
}

fn page(counter: &CoreBPE) -> String {
    let count = |text: &str| counter.encode_ordinary(text).len();
    let (mut server, control) =
        simulated(Setup::new(Era::BOTH[0]).arguments(&["--toolsets=all", "--allow-irreversible"]));
    let mut text = String::from(
        "# Tokens\n\n\
         What a model reads, counted with the o200k vocabulary. `tests/it/tokens.rs` writes this page and holds it against the \
         program; `tests/it/surface.rs` keeps the budgets.\n\n\
         ## Before the first call\n\n\
         Name, description and argument schema: what clients show to the model of each tool.\n\n\
         | tool | tokens | |\n|---|--:|---|\n",
    );
    let default = names(Setup::new(Era::BOTH[0]));
    let mut totals = [0, 0];
    for tool in server.tools() {
        let tokens = count(&visible(&tool));
        let is_default = default.contains(&tool["name"]);
        totals[usize::from(is_default)] += tokens;
        let note = if is_default {
            ""
        } else {
            "only when switched on"
        };
        let name = tool["name"].as_str().unwrap();
        text.push_str(&format!("| `{name}` | {tokens} | {note} |\n"));
    }
    let presets = presets(&server.tools(), &count);
    let introduction = Setup::new(Era::BOTH[0]).launch().open();
    let instructions = count(introduction["instructions"].as_str().unwrap());
    text.push_str(&format!(
        "| **the {} default tools** | **{}** | at most 5,000 |\n\
         | the others | {} | |\n\
         | `instructions` of the server | {instructions} | once a session |\n\n\
         ## Presets\n\n\
         What `--toolsets` costs with one word, without the tools that cannot be undone.\n\n\
         | preset | toolsets | tools | tokens |\n|---|---|--:|--:|\n\
         {presets}\n\
         ## Answers\n\n\
         Clients show the model the text, the structured result, or both.\n\n\
         | answer | text | structured |\n|---|--:|--:|\n",
        default.len(),
        totals[1],
        totals[0],
    ));
    let home = server.home().display().to_string();
    for (what, mut answer) in answers(&mut server, &control) {
        answer.text = answer.text.replace(&home, "/home/ana");
        let data = if answer.data.is_null() {
            "none".to_owned()
        } else {
            count(&stable(&answer.data.to_string())).to_string()
        };
        let words = count(&stable(&answer.text));
        text.push_str(&format!("| {what} | {words} | {data} |\n"));
    }
    server.stop();
    text.push_str(&day(&count, totals[1]));
    text
}

/// What the requests of one day cost, of which each meets the account as it is in the morning.
fn day(count: &dyn Fn(&str) -> usize, list: usize) -> String {
    let mut text = String::from(
        "\n## A working day\n\n\
         The requests of `tests/day`, with the calls that an assistant makes for each. An id that the review queue told (d01) is \
         known from then on. Of text and structured result, the dearer counts. Requests marked * were kept aside while the \
         tools were built.\n\n\
         | request | | calls | tokens |\n|---|---|--:|--:|\n",
    );
    let mut sums = [0, 0];
    for request in PLAYED.iter() {
        let tokens: usize = request
            .calls
            .iter()
            .map(|call| {
                let data = match &call.answer.data {
                    Value::Null => 0,
                    data => count(&stable(&data.to_string())),
                };
                data.max(count(&stable(&call.answer.text)))
            })
            .sum();
        sums[0] += request.calls.len();
        sums[1] += tokens;
        let mark = if request.is_held_out { "*" } else { "" };
        let say: String = request.say.chars().take(70).collect();
        let cut = if say.len() < request.say.len() {
            "…"
        } else {
            ""
        };
        text.push_str(&format!(
            "| {}{mark} | {say}{cut} | {} | {tokens} |\n",
            request.id,
            request.calls.len(),
        ));
    }
    text.push_str(&format!(
        "| **all {}** | | **{}** | **{}** |\n| with the list of the default tools | | | {} |\n",
        PLAYED.len(),
        sums[0],
        sums[1],
        sums[1] + list,
    ));
    text
}

/// One row for each preset, and for the words beside them.
fn presets(listed: &[Value], count: &impl Fn(&str) -> usize) -> String {
    let words = PRESETS.map(|preset| preset.name);
    let mut rows = String::new();
    for word in words.into_iter().chain(["default", "all"]) {
        let toolsets = Toolset::named(word).unwrap();
        let on = tools::all()
            .into_iter()
            .filter(|tool| toolsets.contains(&tool.toolset) && tool.access != Access::Irreversible);
        let on: Vec<&str> = on.map(|tool| tool.name).collect();
        let shown = listed
            .iter()
            .filter(|tool| on.iter().any(|name| tool["name"] == *name));
        let tokens: usize = shown.map(|tool| count(&visible(tool))).sum();
        let names: Vec<&str> = toolsets.into_iter().map(Toolset::name).collect();
        rows.push_str(&format!(
            "| `{word}` | {} | {} | {tokens} |\n",
            names.join(", "),
            on.len()
        ));
    }
    rows
}

fn visible(tool: &Value) -> String {
    let visible = json!({
        "name": tool["name"], "description": tool["description"], "inputSchema": tool["inputSchema"],
    });
    visible.to_string()
}

fn names(setup: Setup) -> Vec<Value> {
    let mut server = setup.start();
    let tools = server.tools();
    server.stop();
    tools.iter().map(|tool| tool["name"].clone()).collect()
}

/// Answers as an agent meets them every day, on the simulator.
fn answers(server: &mut Server, control: &Control) -> Vec<(&'static str, Answer)> {
    let workflow = server.ok("didit_workflow_create", json!({ "aml": true }));
    let mut sessions = Vec::new();
    for number in 0..21 {
        let arguments = json!({ "vendor_data": format!("customer-{number}") });
        let created = server.ok("didit_session_create", arguments);
        sessions.push(created.field("session_id").to_owned());
    }
    let [approved, declined] = [&sessions[0], &sessions[1]];
    control.finish(approved, "approve");
    control.finish(declined, "decline_aml_hit");
    let read = |session: &str, detail: &str| json!({ "session_id": session, "detail": detail });
    vec![
        (
            "account status",
            server.ok("didit_account_status", json!({})),
        ),
        ("new workflow", workflow),
        (
            "new link",
            server.ok(
                "didit_session_create",
                json!({ "vendor_data": "customer-x" }),
            ),
        ),
        (
            "decision, concise",
            server.ok(DECISION, read(approved, "concise")),
        ),
        (
            "decision, detailed",
            server.ok(DECISION, read(approved, "detailed")),
        ),
        (
            "decision, declined, concise",
            server.ok(DECISION, read(declined, "concise")),
        ),
        (
            "decision, declined, detailed",
            server.ok(DECISION, read(declined, "detailed")),
        ),
        ("list of 20 sessions", list_of_20(server)),
        ("review queue of 20", queue_of_20(server, control)),
        (
            "figures of a week",
            server.ok("didit_session_stats", json!({ "days": 7 })),
        ),
        ("balance", server.ok("didit_billing_get_balance", json!({}))),
        (
            "error: an argument that does not fit",
            server.fails(DECISION, json!({ "session_id": "customer-1" })),
        ),
        (
            "error: no such session",
            server.fails(
                DECISION,
                json!({ "session_id": "00000000-0000-4000-8000-000000000000" }),
            ),
        ),
    ]
}

/// Twenty sessions, whose ages are as long as the machine is slow.
fn list_of_20(server: &mut Server) -> Answer {
    let mut list = server.ok("didit_session_list", json!({ "limit": 20 }));
    for row in list.data["items"].as_array_mut().unwrap() {
        let age = format!("({} ago)", row["age"].as_str().unwrap());
        list.text = list.text.replace(&age, "(3 d ago)");
        row["age"] = json!("3 d");
    }
    list
}

/// Twenty more people, who wait for every kind of reason.
fn queue_of_20(server: &mut Server, control: &Control) -> Answer {
    let reasons = [
        "review_face_match_borderline",
        "review_aml_possible_match",
        "review_face_match_borderline",
        "review_aml_possible_match",
    ];
    for number in 0..20 {
        let arguments = json!({
            "vendor_data": format!("waiting-{number}"),
            "expected_details": (number % 10 == 0).then(|| json!({ "date_of_birth": "1980-05-04" })),
        });
        let created = server.ok("didit_session_create", arguments);
        let session = created.field("session_id").to_owned();
        control.finish(&session, reasons[number % reasons.len()]);
    }
    let mut queue = server.ok("didit_review_queue", json!({}));
    // Ages are as long as the machine is slow.
    let is_age = |part: &str| part.ends_with(" s") || part.ends_with(" min");
    let parts = queue
        .text
        .split(", ")
        .map(|part| if is_age(part) { "3 d" } else { part });
    queue.text = parts.collect::<Vec<_>>().join(", ");
    for row in queue.data["items"].as_array_mut().unwrap() {
        row["age"] = json!("3 d");
    }
    queue
}

/// The text with what is random replaced by a value of the same kind, because such values differ in tokens.
fn stable(text: &str) -> String {
    let mut stable = String::with_capacity(text.len());
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, found) = rest.split_at(start);
        let end = found.find(|letter| !is_part(letter)).unwrap_or(found.len());
        let (word, after) = found.split_at(end);
        stable.push_str(before);
        let dashes = word.matches('-').count();
        stable.push_str(match word {
            _ if ["/session/", "/u/"]
                .iter()
                .any(|path| stable.ends_with(path)) =>
            {
                "sGkx0000ExampleToken00"
            }
            _ if word.starts_with("session_") && dashes == 4 => {
                "session_5b1f3c9a-0d2e-4f6a-8b7c-9e1d2f3a4b5c_approved"
            }
            _ if word.starts_with("cs_test_") => "cs_test_ExampleCheckout00000",
            _ if word.len() == 36 && dashes == 4 => "5b1f3c9a-0d2e-4f6a-8b7c-9e1d2f3a4b5c",
            _ if word.len() == 37 && word.starts_with("data-") => {
                "data-5b1f3c9a0d2e4f6a8b7c9e1d2f3a4b5c"
            }
            _ => word,
        });
        rest = after;
    }
    stable.push_str(rest);
    stable
}
