//! What the simulator holds and did, and the e-mails it would have sent, for the developer who uses it.

use serde_json::{Value, json};

use super::html::{code, escape, fill, moment, outcome_badge, status_badge, table, wide_page};
use crate::{
    call::Call,
    model::{Checkout, Delivery, Mail, RecordedRequest, Session, State},
    reply::Answer,
    values::money,
};

/// How many rows of each kind are shown.
const ROWS: usize = 25;

const SESSION: [&str; 6] = [
    "Session",
    "Person",
    "Workflow",
    "Status",
    "Created",
    "For the person",
];
const DELIVERY: [&str; 5] = ["Event", "To", "Answer", "Attempts", "When"];
const REQUEST: [&str; 4] = ["Method", "Path", "Answer", "When"];
const PAYMENT: [&str; 3] = ["Amount", "State", "Page"];

pub fn show(state: &mut State, _: &Call) -> Answer {
    let keys = state.applications.iter();
    let keys = keys.map(|known| json!({ "owner": known.name(), "key": known.api_key }));
    let balances = state.organizations.iter();
    let balances =
        balances.map(|known| json!({ "owner": known.name, "amount": money(known.balance) }));
    let values = json!({
        "origin": state.origin,
        "mode": state.mode.name(),
        "keys": keys.collect::<Value>(),
        "balances": balances.collect::<Value>(),
        "sessions": newest(state.sessions.iter(), SESSION, |session| session_row(session, &state.origin)),
        "webhooks": newest(state.deliveries.iter(), DELIVERY, delivery_row),
        "requests": newest(state.requests.iter(), REQUEST, request_row),
        "mails": mails(state.inbox.iter().rev().take(5)),
        "payments": newest(state.checkouts.iter(), PAYMENT, checkout_row),
    });
    Ok(wide_page(
        "Simulated Didit",
        "dashboard",
        include_str!("dashboard.html"),
        &values,
    ))
}

/// The newest of `all`, which stand last.
fn newest<'a, T: 'a, const N: usize>(
    all: impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator,
    columns: [&str; N],
    row: impl Fn(&T) -> [String; N],
) -> String {
    let count = all.len();
    table(columns, all.rev().take(ROWS).map(row).collect(), count)
}

fn session_row(session: &Session, origin: &str) -> [String; 6] {
    let link = "<a class=\"whole\" href=\"{{url}}\">Page of session {{number}}</a>";
    [
        session.number.to_string(),
        escape(session.vendor_data().unwrap_or("not named")),
        escape(&session.workflow_label),
        status_badge(session.status),
        moment(session.created_at),
        fill(
            link,
            &json!({ "url": session.url(origin), "number": session.number }),
        ),
    ]
}

fn delivery_row(delivery: &Delivery) -> [String; 5] {
    let status = delivery.status_code.map(|status| status.to_string());
    let answer = status.as_deref().or(delivery.failure);
    [
        escape(&delivery.words()),
        code(&delivery.event.url),
        outcome_badge(delivery.succeeded(), answer.unwrap_or("no answer")),
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
    let (method, path) = (escape(&request.method), code(&request.path));
    [method, path, answer, moment(request.received_at)]
}

fn checkout_row(checkout: &Checkout) -> [String; 3] {
    let state = if checkout.paid { "paid" } else { "open" };
    let link = "<a href=\"/checkout/{{id}}\">Checkout <code>{{id}}</code></a>";
    let link = fill(link, &json!({ "id": checkout.id }));
    [
        format!("${}", money(checkout.amount)),
        state.to_owned(),
        link,
    ]
}

/// `GET /inbox`
pub fn inbox(state: &mut State, _: &Call) -> Answer {
    let content =
        "{{&mails}}{{^mails}}<p>No e-mails yet. Codes of new accounts arrive here.</p>{{/mails}}";
    let values = json!({ "mails": mails(state.inbox.iter().rev()) });
    Ok(wide_page("Inbox", "inbox", content, &values))
}

/// A table of e-mails.
fn mails<'a>(mails: impl Iterator<Item = &'a Mail>) -> String {
    let row = |mail: &Mail| {
        let code = mail.code.as_deref().map_or_else(|| "none".to_owned(), code);
        let (to, subject) = (escape(&mail.to), escape(&mail.subject));
        [to, subject, code, moment(mail.sent_at)]
    };
    table(
        ["To", "Subject", "Code", "Sent"],
        mails.map(row).collect(),
        0,
    )
}
