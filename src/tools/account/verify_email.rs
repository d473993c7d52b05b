//! The code that proves the address of a new account.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{adopt, key_in_use};
use crate::tools::{
    Context, Tool, ToolOutput, Toolset,
    error::{ErrorCode, NotDone, ToolError},
};

pub(super) fn tool() -> Tool {
    Tool::write("didit_account_verify_email", Toolset::Account)
        .title("Confirm the e-mail")
        .description(
            "Confirms a new account with the code from the e-mail; its API key is stored and used \
             from then on.",
        )
        .example(|world| json!({ "code": world.code }))
        .search_words("e-mail code, activate the account, finish sign-up")
        .verify_with(
            "didit_account_login",
            "fetches the key if the code was taken.",
        )
        .aliases(&[("otp", "code")])
        .run(verify_email)
}

#[derive(Deserialize, JsonSchema)]
struct VerifyEmailInput {
    /// The 6 letters and digits from the e-mail.
    code: String,
    /// Address of the account; the one registered last when absent.
    email: Option<String>,
}

async fn verify_email(context: Context, input: VerifyEmailInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let profile = connection.profile()?;
    let waiting = profile.other_accounts.last().map(|account| &account.email);
    let latest = waiting.or(profile.email.as_ref()).cloned();
    let email = match input.email.or(latest) {
        Some(email) => email.trim().to_owned(),
        None => {
            return Err(ToolError::invalid(
                "email",
                "No registration is stored here, so `email` is needed.",
            )
            .with_hint(
                "didit_account_register",
                "opens an account and sends a code.",
            )
            .into());
        }
    };
    let verified = context
        .client_without_key()?
        .verify_email(&email, &input.code)
        .await
        .map_err(|error| match ToolError::from(error) {
            refused if refused.code == ErrorCode::Refused => refused.with_hint(
                "didit_account_register",
                "sends a new code to the same address.",
            ),
            other => other,
        })?;
    connection.hide(verified.access_token.expose_secret());
    let application = verified.application;
    let organization = verified.organization;
    adopt(&context, &email, &application, organization.as_ref()).await?;
    Ok(key_in_use(connection, &application).with_next(
        "didit_workflow_create",
        "makes the template of checks for this new account.",
    ))
}
