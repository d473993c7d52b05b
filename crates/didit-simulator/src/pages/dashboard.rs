//! What the simulator holds and did, for the developer who uses it.

use super::{
    html::{code, escape, fill, moment, outcome_badge, status_badge, table, wide_page},
    inbox,
};
use crate::{
    call::Call,
    model::{
        accounts::Checkout, journal::RecordedRequest, sessions::Session, state::State,
        webhooks::Delivery,
    },
    reply::Answer,
    values::money,
};

/// How many rows of each kind are shown.
const ROWS: usize = 25;

/// `GET /`
pub fn show(state: &mut State, _: &Call) -> Answer {
    let entry = "<dt>{{key}} of {{owner}}</dt><dd>{{&value}}</dd>\n";
    let keys = state.applications.iter().map(|application| {
        let value = code(&application.api_key);
        fill(
            entry,
            &[
                ("key", "Key"),
                ("owner", application.name()),
                ("value", &value),
            ],
        )
    });
    let balances = state.organizations.iter().map(|organization| {
        let value = format!("${}", money(organization.balance));
        fill(
            entry,
            &[
                ("key", "Balance"),
                ("owner", &organization.name),
                ("value", &value),
            ],
        )
    });
    let (keys, balances): (String, String) = (keys.collect(), balances.collect());
    let of_person = [
        "Session",
        "Person",
        "Workflow",
        "Status",
        "Created",
        "For the person",
    ];
    let sessions = newest(state.sessions.iter(), of_person, |session| {
        session_row(session, &state.origin)
    });
    let mut webhooks = newest(
        state.deliveries.iter(),
        ["Event", "To", "Answer", "Attempts", "When"],
        delivery_row,
    );
    if state.deliveries.is_empty() {
        webhooks = "<p>None yet. Events go to the destinations that a client makes at \
                    <code>/v3/webhook/destinations/</code>.</p>"
            .to_owned();
    }
    let mut mails = "<p>None yet.</p>".to_owned();
    if !state.inbox.is_empty() {
        mails = inbox::mails(state.inbox.iter().rev().take(5))
            + "\n<p><a href=\"/inbox\">All e-mails</a></p>";
    }
    let values = [
        ("origin", state.origin.as_str()),
        ("mode", state.mode.name()),
        ("keys", &keys),
        ("balances", &balances),
        ("sessions", &sessions),
        ("webhooks", &webhooks),
        (
            "requests",
            &newest(
                state.requests.iter(),
                ["Method", "Path", "Answer", "When"],
                request_row,
            ),
        ),
        ("mails", &mails),
        (
            "payments",
            &newest(
                state.checkouts.iter(),
                ["Amount", "State", "Page"],
                checkout_row,
            ),
        ),
    ];
    Ok(wide_page(
        "Simulated Didit",
        "dashboard",
        &fill(include_str!("dashboard.html"), &values),
    ))
}

/// The newest of `all`, which stand last, or words for none.
fn newest<'a, T: 'a, const N: usize>(
    all: impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator,
    columns: [&str; N],
    row: impl Fn(&T) -> [String; N],
) -> String {
    let count = all.len();
    let rows: Vec<[String; N]> = all.rev().take(ROWS).map(row).collect();
    if rows.is_empty() {
        return "<p>None yet.</p>".to_owned();
    }
    let caption = if rows.len() < count {
        format!("Newest {} of {count}; times are UTC.", rows.len())
    } else {
        "Newest first; times are UTC.".to_owned()
    };
    table(&caption, columns, &rows)
}

fn session_row(session: &Session, origin: &str) -> [String; 6] {
    let number = session.number.to_string();
    let link = "<a class=\"whole\" href=\"{{url}}\">Page of session {{number}}</a>";
    let link = fill(link, &[("url", &session.url(origin)), ("number", &number)]);
    [
        number,
        escape(session.vendor_data().unwrap_or("not named")),
        escape(&session.workflow_label),
        status_badge(session.status),
        moment(session.created_at),
        link,
    ]
}

fn delivery_row(delivery: &Delivery) -> [String; 5] {
    let status = delivery.status_code.map(|status| status.to_string());
    let answer = status
        .as_deref()
        .or(delivery.failure)
        .unwrap_or("no answer");
    [
        escape(&delivery.words()),
        code(&delivery.event.url),
        outcome_badge(delivery.succeeded(), answer),
        delivery.attempts.to_string(),
        moment(delivery.finished_at),
    ]
}

fn request_row(request: &RecordedRequest) -> [String; 4] {
    let answer = match (request.fault, request.status) {
        (Some(fault), _) => outcome_badge(false, &format!("fault: {}", fault.name())),
        (None, Some(status)) => outcome_badge(status < 400, &status.to_string()),
        (None, None) => "none yet".to_owned(),
    };
    [
        escape(&request.method),
        code(&request.path),
        answer,
        moment(request.received_at),
    ]
}

fn checkout_row(checkout: &Checkout) -> [String; 3] {
    let state = if checkout.paid { "paid" } else { "open" };
    let link = "<a href=\"/checkout/{{id}}\">Checkout <code>{{id}}</code></a>";
    [
        format!("${}", money(checkout.amount)),
        state.to_owned(),
        fill(link, &[("id", &checkout.id)]),
    ]
}
