//! The code that proves the address of a new account.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{adopt, key_in_use};
use crate::{
    didit::Application,
    tools::{
        Context, Tool, ToolOutput, Toolset,
        error::{ErrorCode, NotDone, ToolError},
    },
};

pub(super) fn tool() -> Tool {
    Tool::write("didit_account_verify_email", Toolset::Account)
        .title("Confirm the e-mail")
        .description(
            "Confirms a new account with the code from the e-mail; the API keys of its sandbox and live \
             applications are stored, and the sandbox one is used until a human chooses live.",
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
    let (sandbox, live) = (verified.sandbox_application, verified.application);
    let organization = verified.organization;
    // Only beside a sandbox is the other application surely live.
    let is_pair = sandbox.is_some();
    let of_mode = |application: Option<Application>, mode: &str| {
        application.map(|application| Application {
            mode: application.mode.or(is_pair.then(|| mode.to_owned())),
            ..application
        })
    };
    let all: Vec<Application> = [of_mode(sandbox, "sandbox"), of_mode(live, "live")]
        .into_iter()
        .flatten()
        .collect();
    let all: Vec<&Application> = all.iter().collect();
    if let [chosen, ..] = all.as_slice() {
        adopt(&context, &email, chosen, &all, organization.as_ref()).await?;
    }
    Ok(key_in_use(connection)?.with_next(
        "didit_workflow_create",
        "makes the template of checks for this application.",
    ))
}
