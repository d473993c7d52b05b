//! What is left on the account.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    didit::Money,
    tools::{
        Context, NoInput, Tool, ToolOutput, Toolset,
        error::{ErrorCode, NotDone, ToolError},
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_billing_get_balance", Toolset::Billing)
        .title("Get the balance")
        .description(
            "Reads the organization's prepaid balance in US dollars and its automatic refill.",
        )
        .example(|_| json!({}))
        .search_words("credits, money left, funds, cost")
        .output::<BalanceOutput>()
        .run(balance)
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

async fn balance(context: Context, _: NoInput) -> Result<ToolOutput, NotDone> {
    let balance = context.client()?.balance().await?;
    // Only a number is shown as an amount.
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
        return Err(
            ToolError::new(ErrorCode::UnreadableAnswer, "Didit returned no balance.").into(),
        );
    };
    let environment = context.connection.environment_of(None);
    let answer = ToolOutput::new(format!(
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
        "makes a payment link for a human, $50 to $10,000.",
    ))
}
