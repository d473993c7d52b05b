//! Balance and top-up. Money moves only when somebody presses the button of the checkout page.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    catalog::{OrRefuse, refusal, refuse_when},
    model::{All, Checkout, State},
    reply::{Answer, ok},
    values::{ALPHANUMERIC, Fields, money, random_text, to_ten_thousandths},
};

pub fn balance(state: &mut State, call: &Call) -> Answer {
    let balance = state.balance_mut(call.application).copied();
    ok(json!({
        "balance": balance.map(money),
        "auto_refill_enabled": false,
        "auto_refill_amount": null,
        "auto_refill_threshold": null,
    }))
}

/// `POST /v3/billing/top-up/`; the amount is refused in a form of its own.
pub fn top_up(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let amount = match body.get("amount_in_dollars") {
        None | Some(Value::Null) => return Err(refusal("amount_missing")),
        Some(Value::String(text)) => text.parse().ok().filter(|amount: &f64| amount.is_finite()),
        Some(other) => other.as_f64(),
    };
    let amount = amount.or_refuse("amount_not_a_number")?;
    refuse_when("amount_too_small", amount < 50.0)?;
    refuse_when("amount_too_large", amount > 10_000.0)?;
    let body = call.read(&body)?;
    let application = state.applications.one(call.application);
    let organization = application.map_or(Uuid::nil(), |known| known.organization);
    let id = format!("cs_test_{}", random_text(ALPHANUMERIC, 20));
    let url = format!("{}/checkout/{id}", state.origin);
    state.checkouts.push(Checkout {
        id: id.clone(),
        organization,
        amount: to_ten_thousandths(amount),
        success_url: body.text("success_url").map(str::to_owned),
        cancel_url: body.text("cancel_url").map(str::to_owned),
        paid: false,
    });
    ok(json!({ "checkout_session_id": id, "checkout_session_url": url }))
}
