//! What the simulator holds and did, for the developer who uses it.

use super::{escape, inbox, moment, status_badge, table, wide_page};
use crate::{
    call::Call,
    control::RecordedRequest,
    reply::Answer,
    sessions::Session,
    state::{State, money},
    webhooks::Delivery,
};

/// How many rows of each kind are shown.
const ROWS: usize = 25;

/// `GET /`
pub(crate) fn show(state: &mut State, _: &Call) -> Answer {
    let sections = [
        ("connect", "Connect", connection(state)),
        ("sessions", "Sessions", sessions(state)),
        ("webhooks", "Webhooks delivered", webhooks(state)),
        ("requests", "API requests received", requests(state)),
        ("mails", "E-mails", mails(state)),
        ("payments", "Payments", payments(state)),
    ];
    let links: String = sections
        .iter()
        .map(|(id, title, _)| format!("<a href=\"#{id}\">{title}</a>\n"))
        .collect();
    let content: String = sections
        .iter()
        .map(|(id, title, content)| section(id, title, content))
        .collect();
    let content = format!(
        "<p>It answers like the Didit API, for trying a client without an account.</p>\n\
         <nav aria-label=\"On this page\">\n<a class=\"button\" href=\"/\">Reload</a>\n{links}</nav>\n{content}"
    );
    Ok(wide_page("Simulated Didit", "/", &content))
}

fn section(id: &str, title: &str, content: &str) -> String {
    format!(
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{content}\n</section>\n"
    )
}

fn connection(state: &State) -> String {
    let mut rows = format!(
        "<dt>Verification API</dt><dd><code>{0}/v3</code></dd>\n<dt>Account API</dt><dd><code>{0}/auth/v2</code></dd>\n\
         <dt>Mode</dt><dd>{1}</dd>\n",
        escape(&state.origin),
        state.mode.name(),
    );
    for application in &state.applications {
        rows.push_str(&format!(
            "<dt>Key of {}</dt><dd><code>{}</code></dd>\n",
            escape(&application.name),
            escape(&application.api_key)
        ));
    }
    for organization in &state.organizations {
        rows.push_str(&format!(
            "<dt>Balance of {}</dt><dd>${}</dd>\n",
            escape(&organization.name),
            money(organization.balance)
        ));
    }
    format!("<div class=\"panel\"><dl>\n{rows}</dl></div>")
}

fn sessions(state: &State) -> String {
    let rows: Vec<Vec<String>> = state
        .sessions
        .iter()
        .rev()
        .take(ROWS)
        .map(|session| session_row(session, &state.origin))
        .collect();
    listed(
        &rows,
        state.sessions.len(),
        "None yet.",
        &[
            "Session",
            "Person",
            "Workflow",
            "Status",
            "Created",
            "For the person",
        ],
    )
}

fn session_row(session: &Session, origin: &str) -> Vec<String> {
    vec![
        format!("{}", session.number),
        escape(session.vendor_data.as_deref().unwrap_or("not named")),
        escape(&session.workflow_label),
        status_badge(session.status),
        moment(session.created_at),
        format!(
            "<a class=\"whole\" href=\"{}\">Page of session {}</a>",
            escape(&session.url(origin)),
            session.number
        ),
    ]
}

fn webhooks(state: &State) -> String {
    let rows: Vec<Vec<String>> = state
        .webhooks
        .deliveries
        .iter()
        .rev()
        .take(ROWS)
        .map(|delivery| {
            vec![
                escape(&delivery.event()),
                format!("<code>{}</code>", escape(&delivery.url)),
                delivery_badge(delivery),
                delivery.attempts.to_string(),
                moment(delivery.finished_at),
            ]
        })
        .collect();
    listed(
        &rows,
        state.webhooks.deliveries.len(),
        "None yet. Events go to the destinations that a client makes at <code>/v3/webhook/destinations/</code>.",
        &["Event", "To", "Answer", "Attempts", "When"],
    )
}

fn delivery_badge(delivery: &Delivery) -> String {
    let answer = match delivery.status_code {
        Some(status) => status.to_string(),
        None => escape(delivery.failure.unwrap_or("no answer")),
    };
    badge(delivery.succeeded(), &answer)
}

fn requests(state: &State) -> String {
    let rows: Vec<Vec<String>> = state
        .requests
        .iter()
        .rev()
        .take(ROWS)
        .map(|request| {
            vec![
                escape(&request.method),
                format!("<code>{}</code>", escape(&request.path)),
                request_badge(request),
                moment(request.received_at),
            ]
        })
        .collect();
    listed(
        &rows,
        state.requests.len(),
        "None yet.",
        &["Method", "Path", "Answer", "When"],
    )
}

fn request_badge(request: &RecordedRequest) -> String {
    match (request.fault, request.status) {
        (Some(fault), _) => badge(false, &format!("fault: {}", fault.name())),
        (None, Some(status)) => badge(status < 400, &status.to_string()),
        (None, None) => "none yet".to_owned(),
    }
}

/// How something went, in a sign and a colour beside the words.
fn badge(good: bool, words: &str) -> String {
    let (class, sign) = if good {
        ("good", "✓")
    } else {
        ("bad", "✕")
    };
    format!(
        "<span class=\"status long {class}\"><span aria-hidden=\"true\">{sign}</span> {words}</span>"
    )
}

fn mails(state: &State) -> String {
    if state.inbox.is_empty() {
        "<p>None yet.</p>".to_owned()
    } else {
        inbox::mails(state.inbox.iter().rev().take(5))
            + "\n<p><a href=\"/inbox\">All e-mails</a></p>"
    }
}

fn payments(state: &State) -> String {
    let rows: Vec<Vec<String>> = state
        .checkouts
        .iter()
        .rev()
        .take(ROWS)
        .map(|checkout| {
            let paid = if checkout.paid { "paid" } else { "open" };
            vec![
                format!("${}", money(checkout.amount)),
                paid.to_owned(),
                format!(
                    "<a href=\"/checkout/{0}\">Checkout <code>{0}</code></a>",
                    escape(&checkout.id)
                ),
            ]
        })
        .collect();
    listed(
        &rows,
        state.checkouts.len(),
        "None yet.",
        &["Amount", "State", "Page"],
    )
}

/// The newest rows of `all`, or words for none.
fn listed(rows: &[Vec<String>], all: usize, none: &str, columns: &[&str]) -> String {
    if rows.is_empty() {
        return format!("<p>{none}</p>");
    }
    let caption = if rows.len() < all {
        format!("Newest {} of {all}; times are UTC.", rows.len())
    } else {
        "Newest first; times are UTC.".to_owned()
    };
    table(&caption, columns, rows)
}
