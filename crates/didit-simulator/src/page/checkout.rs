//! The page behind a top-up link, where a button stands for the payment.

use axum::http::StatusCode;

use super::{escape, missing, page};
use crate::{
    call::Call,
    reply::{Answer, Reply},
    state::{State, money},
};

/// `GET /checkout/{id}`
pub(crate) fn show(state: &mut State, call: &Call) -> Answer {
    let checkout = state
        .checkouts
        .iter()
        .find(|checkout| checkout.id == call.text(0))
        .ok_or_else(|| missing("checkout"))?;
    let amount = money(checkout.amount);
    if checkout.paid {
        let content = format!("<p role=\"status\">Paid. ${amount} were added to the balance.</p>");
        return Ok(page(StatusCode::OK, "Top-up", &content));
    }
    let cancel = checkout
        .cancel_url
        .as_deref()
        .map(|url| format!("\n<p><a href=\"{}\">Cancel</a></p>", escape(url)))
        .unwrap_or_default();
    let content = format!(
        "<p>Top-up of <strong>${amount}</strong>.</p>\n<form method=\"post\" action=\"/checkout/{}\">\n\
         <button type=\"submit\">Pay</button>\n</form>\n\
         <p class=\"soft\">No card is asked for: the button stands for the payment.</p>{cancel}",
        escape(&checkout.id)
    );
    Ok(page(StatusCode::OK, "Top-up", &content))
}

/// `POST /checkout/{id}`: raises the balance once.
pub(crate) fn pay(state: &mut State, call: &Call) -> Answer {
    let checkout = state
        .checkouts
        .iter_mut()
        .find(|checkout| checkout.id == call.text(0))
        .ok_or_else(|| missing("checkout"))?;
    let first = !std::mem::replace(&mut checkout.paid, true);
    let (organization, amount) = (checkout.organization, checkout.amount);
    // Parsing writes the address in the ASCII form a header needs.
    let location = checkout
        .success_url
        .as_deref()
        .and_then(|url| url::Url::parse(url).ok())
        .map_or_else(|| format!("/checkout/{}", checkout.id), String::from);
    if let (true, Some(owner)) = (
        first,
        state
            .organizations
            .iter_mut()
            .find(|known| known.uuid == organization),
    ) {
        owner.balance += amount;
    }
    Ok(Reply::redirect(StatusCode::SEE_OTHER, location))
}
