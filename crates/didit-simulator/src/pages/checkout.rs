//! The page behind a top-up link, where a button stands for the payment.

use axum::http::StatusCode;
use serde_json::json;

use super::html::{missing, page};
use crate::{
    call::Call,
    model::{All, Checkout, State},
    reply::{Answer, Reply},
    values::money,
};

pub fn show(state: &mut State, call: &Call) -> Answer {
    let checkout = find(state, call)?;
    let values = json!({
        "id": checkout.id, "amount": money(checkout.amount), "paid": checkout.paid, "cancel": checkout.cancel_url,
    });
    let form = include_str!("checkout.html");
    Ok(page(StatusCode::OK, "Top-up", form, &values))
}

/// `POST /checkout/{id}`: raises the balance once.
pub fn pay(state: &mut State, call: &Call) -> Answer {
    let checkout = find(state, call)?;
    let first = !std::mem::replace(&mut checkout.paid, true);
    let (organization, amount) = (checkout.organization, checkout.amount);
    // Parsing writes the address in the ASCII form a header needs.
    let success = checkout.success_url.as_deref();
    let success = success.and_then(|url| url::Url::parse(url).ok());
    let location = success.map_or_else(|| format!("/checkout/{}", checkout.id), String::from);
    let owner = state.organizations.one_mut(organization);
    if let Some(owner) = owner.filter(|_| first) {
        owner.balance += amount;
    }
    Ok(Reply::redirect(StatusCode::SEE_OTHER, location))
}

fn find<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Checkout, Reply> {
    let mut checkouts = state.checkouts.iter_mut();
    let checkout = checkouts.find(|checkout| checkout.id == call.text(0));
    checkout.ok_or_else(|| missing("checkout"))
}
