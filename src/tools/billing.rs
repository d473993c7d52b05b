//! What is left on the account, and a payment link for a human.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Context, Environment, NoInput, Tool, Toolset,
    error::{Stop, ToolError},
    untrusted::{clean_link, link_apart},
};
use crate::didit::{Money, TopUp};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool::read("didit_billing_get_balance", Toolset::Billing)
            .title("Get the balance")
            .description(
                "Reads the organization's prepaid balance in US dollars and its automatic refill.",
            )
            .example(|_| json!({}))
            .output::<BalanceOutput>()
            .run(balance),
        Tool::write("didit_billing_top_up", Toolset::Billing)
            .title("Make a top-up link")
            .description(
                "Makes a Stripe checkout link that a human opens to add money; no money moves by \
                 itself.",
            )
            .example(|_| json!({ "amount_in_dollars": 50 }))
            .verify_with(
                "didit_billing_get_balance",
                "shows the balance; a second link does no harm.",
            )
            .aliases(&[("amount", "amount_in_dollars")])
            .output::<TopUpOutput>()
            .run(top_up),
    ]
}

#[derive(Serialize, JsonSchema)]
struct BalanceOutput {
    /// US dollars, four decimals.
    balance: String,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    auto_refill_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_refill_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_refill_threshold: Option<String>,
}

async fn balance(context: Context, _: NoInput) -> Result<Answer, Stop> {
    let balance = context.client()?.balance().await?;
    // What is no number is no amount, whatever it says.
    let amount = |money: Option<Money>| money.filter(|money| money.as_f64().is_some());
    let (threshold, added) = (
        amount(balance.auto_refill_threshold),
        amount(balance.auto_refill_amount),
    );
    let refill = match (
        balance.auto_refill_enabled.unwrap_or_default(),
        &added,
        &threshold,
    ) {
        (true, Some(amount), Some(threshold)) => {
            format!("Automatic refill adds ${amount} when it falls below ${threshold}.")
        }
        (true, ..) => "Automatic refill is on.".to_owned(),
        (false, ..) => "Automatic refill is off.".to_owned(),
    };
    let Some(amount) = amount(balance.balance) else {
        return Err(ToolError::new("unreadable_answer", "Didit's answer names no balance.").into());
    };
    let environment = context.connection.environment_of(None);
    let answer = Answer::new(format!(
        "Balance ({}): ${amount}. {refill}",
        environment.words()
    ))
    .with_data(&BalanceOutput {
        balance: amount.to_string(),
        environment: environment.name(),
        auto_refill_enabled: balance.auto_refill_enabled.unwrap_or_default(),
        auto_refill_amount: added.map(|money| money.to_string()),
        auto_refill_threshold: threshold.map(|money| money.to_string()),
    });
    Ok(answer.with_next(
        "didit_billing_top_up",
        "makes a payment link for a human, from $50.",
    ))
}

#[derive(Deserialize, JsonSchema)]
struct TopUpInput {
    /// US dollars, at least 50.
    #[schemars(range(min = 50))]
    amount_in_dollars: f64,
    /// Page after payment.
    success_url: Option<String>,
    /// Page after giving up.
    cancel_url: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct TopUpOutput {
    checkout_session_id: String,
    /// For a human.
    checkout_session_url: String,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
}

async fn top_up(context: Context, input: TopUpInput) -> Result<Answer, Stop> {
    if !input.amount_in_dollars.is_finite() {
        return Err(ToolError::invalid(
            "amount_in_dollars",
            "`amount_in_dollars` takes a number of at least 50.",
        )
        .into());
    }
    let checkout = context
        .client()?
        .top_up(&TopUp {
            amount_in_dollars: input.amount_in_dollars,
            success_url: input.success_url,
            cancel_url: input.cancel_url,
        })
        .await?;
    let Some(link) = checkout.checkout_session_url.as_deref().map(clean_link) else {
        return Err(
            ToolError::new("unreadable_answer", "Didit's answer names no payment link.").into(),
        );
    };
    let environment = context.connection.environment_of(None);
    let money = match environment {
        Environment::Simulated => "The simulator's money is not real.",
        Environment::Sandbox => "Sandbox sessions need no money.",
        Environment::Live | Environment::Unknown => "The money that is paid there is real.",
    };
    Ok(Answer::new(format!(
        "Payment link for {} ({}): {}\nNo money has moved; the amount is added after a human pays there. {money}",
        dollars(input.amount_in_dollars),
        environment.words(),
        link_apart(&link)
    ))
    .with_data(&TopUpOutput {
        checkout_session_id: checkout
            .checkout_session_id
            .unwrap_or_default(),
        checkout_session_url: link,
        environment: environment.name(),
    })
    .with_human_step("a human opens the link and pays.")
    .with_next("didit_billing_get_balance", "shows whether it has arrived."))
}

/// An amount as people write it: cents, or as many places as a price below one cent needs.
pub(super) fn dollars(amount: f64) -> String {
    let cents = amount * 100.0;
    if (cents - cents.round()).abs() < 1e-6 {
        format!("${amount:.2}")
    } else {
        format!("${amount}")
    }
}
