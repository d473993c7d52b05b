//! Balance and top-up. Money moves only when somebody presses the button of the checkout page.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Mode,
    call::Call,
    fields::Fields,
    reply::{Answer, Reply, bare, not_found},
    state::{ALPHANUMERIC, State, money, random_text},
};

/// A top-up that waits for payment.
#[derive(Clone, Debug)]
pub(super) struct Checkout {
    pub(super) id: String,
    pub(super) organization: Uuid,
    /// US dollars in ten-thousandths.
    pub(super) amount: i64,
    pub(super) success_url: Option<String>,
    pub(super) cancel_url: Option<String>,
    pub(super) paid: bool,
}

impl State {
    /// The balance an application is billed from, in ten-thousandths of a dollar.
    pub(super) fn balance_mut(&mut self, application: Uuid) -> Option<&mut i64> {
        let organization = self.application(application)?.organization;
        self.organizations
            .iter_mut()
            .find(|known| known.uuid == organization)
            .map(|known| &mut known.balance)
    }

    /// Whether `application` can pay `price`; sandboxes never pay.
    pub(super) fn can_pay(&mut self, application: Uuid, price: i64) -> bool {
        let sandbox = self
            .application(application)
            .is_none_or(|known| known.mode == Mode::Sandbox);
        sandbox
            || self
                .balance_mut(application)
                .is_some_and(|balance| *balance >= price)
    }
}

/// `GET /v3/billing/balance/`
pub(super) fn balance(state: &mut State, call: &Call) -> Answer {
    let balance = *state.balance_mut(call.application).ok_or_else(not_found)?;
    Ok(Reply::ok(&json!({
        "balance": money(balance),
        "auto_refill_enabled": false,
        "auto_refill_amount": null,
        "auto_refill_threshold": null,
    })))
}

/// `POST /v3/billing/top-up/`
pub(super) fn top_up(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let amount = match body.get("amount_in_dollars") {
        None | Some(Value::Null) => return Err(bare("amount_in_dollars is required.")),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok().filter(|amount: &f64| amount.is_finite()),
        Some(_) => None,
    }
    .ok_or_else(|| bare("amount_in_dollars must be a number."))?;
    if amount < 50.0 {
        return Err(bare("Amount must be at least $50."));
    }
    let mut fields = Fields::new(&body);
    let success_url = fields.url("success_url", false);
    let cancel_url = fields.url("cancel_url", false);
    fields.finish()?;
    let organization = state
        .application(call.application)
        .ok_or_else(not_found)?
        .organization;
    let id = format!("cs_test_{}", random_text(ALPHANUMERIC, 20));
    let url = format!("{}/checkout/{id}", state.origin);
    state.checkouts.push(Checkout {
        id: id.clone(),
        organization,
        amount: to_ten_thousandths(amount),
        success_url,
        cancel_url,
        paid: false,
    });
    Ok(Reply::ok(
        &json!({ "checkout_session_id": id, "checkout_session_url": url }),
    ))
}

/// Dollars as the integer unit of balances.
pub(super) fn to_ten_thousandths(dollars: f64) -> i64 {
    // The cast saturates, and no balance comes near the limits.
    (dollars * 10_000.0).round() as i64
}
