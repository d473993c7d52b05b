//! What the simulator holds and did, and the e-mails it would have sent, for the developer who uses it.

use serde_json::{Value, json};

use super::html::{badge, outcome, table, wide_page};
use crate::{
    call::Call,
    model::{Checkout, Delivery, Mail, RecordedRequest, Session, State},
    reply::Answer,
    values::{Fields, money, plain},
};

/// How many rows of each kind are shown.
const ROWS: usize = 25;

pub fn show(state: &mut State, _: &Call) -> Answer {
    let keys = state.applications.iter();
    let keys =
        keys.map(|known| json!({ "owner": known.settings.text("name"), "key": known.api_key }));
    let balances = state.organizations.iter();
    let balances = balances.map(|one| json!({ "owner": one.name, "amount": money(one.balance) }));
    let session = |session: &Session| {
        let (words, badge) = (session.words(&state.origin), badge(session.status));
        json!({ "session": words, "badge": badge })
    };
    let values = json!({
        "origin": state.origin,
        "mode": state.mode,
        "keys": keys.collect::<Value>(),
        "balances": balances.collect::<Value>(),
        "sessions": newest("SESSION_CELLS", state.sessions.iter(), session),
        "webhooks": newest("DELIVERY_CELLS", state.deliveries.iter(), delivery),
        "requests": newest("REQUEST_CELLS", state.requests.iter(), request),
        "mails": mails(state.inbox.iter().rev().take(5)),
        "payments": newest("CHECKOUT_CELLS", state.checkouts.iter(), checkout),
    });
    let page = include_str!("dashboard.html");
    Ok(wide_page("Simulated Didit", "dashboard", page, &values))
}

/// The newest of `all`, which stand last.
fn newest<'a, T: 'a>(
    form: &str,
    all: impl DoubleEndedIterator<Item = &'a T> + ExactSizeIterator,
    values: impl Fn(&T) -> Value,
) -> String {
    let count = all.len();
    table(form, all.rev().take(ROWS).map(values).collect(), count)
}

fn delivery(delivery: &Delivery) -> Value {
    let status = delivery.status_code.map(|status| status.to_string());
    let answer = status.as_deref().or(delivery.failure);
    let answer = outcome(delivery.succeeded(), answer.unwrap_or("no answer"));
    json!({ "delivery": delivery, "badge": answer })
}

fn request(request: &RecordedRequest) -> Value {
    let answer = match (request.fault, request.status) {
        (Some(fault), _) => {
            let words = format!("fault: {}", plain(&json!(fault)));
            json!({ "badge": outcome(false, &words) })
        }
        (None, Some(status)) => json!({ "badge": outcome(status < 400, &status.to_string()) }),
        (None, None) => json!({ "text": "none yet" }),
    };
    let (method, path) = (&request.method, &request.path);
    json!({ "method": method, "path": path, "answer": answer, "at": request.received_at })
}

fn checkout(checkout: &Checkout) -> Value {
    let state = if checkout.paid { "paid" } else { "open" };
    json!({ "checkout": checkout, "state": state })
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
    let values = |mail: &Mail| {
        let code = mail.code.as_ref();
        let code = code.map_or_else(|| json!({ "text": "none" }), |code| json!({ "code": code }));
        json!({ "mail": mail, "code": code })
    };
    table("MAIL_CELLS", mails.map(values).collect(), 0)
}
