//! The page behind a top-up link, where a button stands for the payment.

use axum::http::StatusCode;

use super::html::{fill, missing, page};
use crate::{
    call::Call,
    model::{accounts::Checkout, state::State},
    reply::{Answer, Reply},
    values::money,
};

/// `GET /checkout/{id}`
pub fn show(state: &mut State, call: &Call) -> Answer {
    let checkout = find(state, call)?;
    let amount = money(checkout.amount);
    if checkout.paid {
        let content = format!("<p role=\"status\">Paid. ${amount} were added to the balance.</p>");
        return Ok(page(StatusCode::OK, "Top-up", &content));
    }
    let cancel = checkout.cancel_url.as_deref();
    let cancel = cancel.map(|url| fill("<p><a href=\"{{url}}\">Cancel</a></p>", &[("url", url)]));
    let values = [
        ("amount", amount.as_str()),
        ("id", &checkout.id),
        ("cancel", cancel.as_deref().unwrap_or_default()),
    ];
    Ok(page(
        StatusCode::OK,
        "Top-up",
        &fill(include_str!("checkout.html"), &values),
    ))
}

/// `POST /checkout/{id}`: raises the balance once.
pub fn pay(state: &mut State, call: &Call) -> Answer {
    let checkout = find(state, call)?;
    let first = !std::mem::replace(&mut checkout.paid, true);
    let (organization, amount) = (checkout.organization, checkout.amount);
    // Parsing writes the address in the ASCII form a header needs.
    let success = checkout
        .success_url
        .as_deref()
        .and_then(|url| url::Url::parse(url).ok());
    let location = success.map_or_else(|| format!("/checkout/{}", checkout.id), String::from);
    let owner = state
        .organizations
        .iter_mut()
        .find(|known| known.uuid == organization);
    if let Some(owner) = owner.filter(|_| first) {
        owner.balance += amount;
    }
    Ok(Reply::redirect(StatusCode::SEE_OTHER, location))
}

fn find<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Checkout, Reply> {
    let checkout = state
        .checkouts
        .iter_mut()
        .find(|checkout| checkout.id == call.text(0));
    checkout.ok_or_else(|| missing("checkout"))
}
