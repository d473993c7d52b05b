//! A payment link for a human.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    didit::TopUp,
    tools::{
        Context, Environment, Tool, ToolOutput, Toolset,
        error::{ErrorCode, NotDone, ToolError},
        untrusted::{clean_link, mark_untrusted_link},
    },
};

pub(super) fn tool() -> Tool {
    Tool::write("didit_billing_top_up", Toolset::Billing)
        .title("Make a top-up link")
        .description(
            "Makes a Stripe checkout link that a human opens to add money; no money moves by \
             itself.",
        )
        .example(|_| json!({ "amount_in_dollars": 50 }))
        .search_words("payment, pay, buy credits, add funds, recharge, invoice")
        .verify_with(
            "didit_billing_get_balance",
            "shows the balance; a second link does no harm.",
        )
        .aliases(&[("amount", "amount_in_dollars")])
        .output::<TopUpOutput>()
        .run(top_up)
}

#[derive(Serialize, JsonSchema)]
struct TopUpOutput {
    checkout_session_id: String,
    /// For a human.
    checkout_session_url: String,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
}

async fn top_up(context: Context, input: TopUp) -> Result<ToolOutput, NotDone> {
    let checkout = context.client()?.top_up(&input).await?;
    let Some(link) = checkout.checkout_session_url.as_deref().map(clean_link) else {
        return Err(ToolError::new(
            ErrorCode::UnreadableAnswer,
            "Didit returned no payment link.",
        )
        .into());
    };
    let environment = context.connection.environment_of(None);
    let money = match environment {
        Environment::Simulated => "The simulator's money is not real.",
        Environment::Sandbox => "Sandbox sessions need no money.",
        Environment::Live | Environment::Unknown => "Payments made there are real.",
    };
    Ok(ToolOutput::new(format!(
        "Payment link for {} ({}): {}\n\
         No money has moved; the amount is added after a human pays there. {money}",
        input.amount_in_dollars,
        environment.words(),
        mark_untrusted_link(&link)
    ))
    .with_data(&TopUpOutput {
        checkout_session_id: checkout.checkout_session_id.unwrap_or_default(),
        checkout_session_url: link,
        environment: environment.name(),
    })
    .with_human_step("a human opens the link and pays.")
    .with_next("didit_billing_get_balance", "shows whether it has arrived."))
}
