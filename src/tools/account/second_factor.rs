//! Signing in with a password and, where the account has one, a second factor.
//!
//! The token that stands for an accepted password is used within the same call and stored nowhere: a call with a code sends
//! the password again, so that it works in another process as well.

use crate::{
    didit::{self, AccessToken, Client, ErrorKind, LoginStep, Password, SecondFactor},
    tools::{
        Context,
        error::{ErrorCode, NotDone, ToolError},
    },
};

/// What Didit answers to a wrong code.
const WRONG_CODE: &str = "Invalid OTP token.";

/// The token of the account, once password and code were accepted.
pub(super) async fn signed_in(
    context: &Context,
    client: &Client,
    email: &str,
    password: &Password,
    code: Option<String>,
) -> Result<AccessToken, NotDone> {
    let connection = &context.connection;
    if code.is_some() && connection.wrong_codes().left() == 0 {
        return Err(stopped().into());
    }
    let step = client.login(email, password).await.map_err(refused)?;
    let signed_in = match step {
        LoginStep::SignedIn(signed_in) => signed_in,
        LoginStep::SecondFactor(waiting) => {
            connection.hide(waiting.temp_token.expose_secret());
            verified(context, client, &waiting, code).await?
        }
    };
    connection.hide(signed_in.access_token.expose_secret());
    Ok(signed_in.access_token)
}

async fn verified(
    context: &Context,
    client: &Client,
    waiting: &SecondFactor,
    code: Option<String>,
) -> Result<didit::Login, NotDone> {
    if !waiting.has_authenticator {
        return Err(ToolError::new(
            ErrorCode::Authentication,
            "The password was accepted, but the account's only second factor is a passkey, which needs a browser. Nobody is \
             logged in.",
        )
        .with_advice(
            "the operator logs in at the Didit Business Console and sets DIDIT_API_KEY (API & Webhooks), or adds an \
             authenticator app to the account.",
        )
        .into());
    }
    let Some(code) = code else {
        let error = needed(
            "The password was accepted, and the account also wants the code of its second factor. Nobody is logged in yet.",
        );
        return Err(with_code_hint(error).into());
    };
    let wrong_codes = context.connection.wrong_codes();
    if !wrong_codes.take() {
        return Err(stopped().into());
    }
    match client.verify_second_factor(waiting, &code).await {
        Ok(signed_in) => {
            wrong_codes.clear();
            Ok(signed_in)
        }
        Err(didit::Error::Api(error)) if is_refusal(&error) => {
            if error.message != WRONG_CODE {
                let error = needed("Didit no longer accepts this log-in. Nobody is logged in.");
                return Err(with_code_hint(error).into());
            }
            let left = wrong_codes.left();
            let error = needed(&format!(
                "Didit did not accept this code. Nobody is logged in; {left} more may be tried."
            ));
            Err(with_code_hint(error).into())
        }
        Err(other) => {
            wrong_codes.give_back();
            Err(other.into())
        }
    }
}

fn stopped() -> ToolError {
    needed("Three codes were wrong, so for 15 minutes no other one is sent. Nothing was sent.")
        .with_advice("further wrong codes could lock the account.")
}

/// Whether Didit said no, rather than failing. What it answers once the five minutes have passed is not documented.
fn is_refusal(error: &didit::ApiError) -> bool {
    matches!(error.status, 400 | 401 | 403)
}

fn needed(message: &str) -> ToolError {
    ToolError::new(ErrorCode::SecondFactorNeeded, message)
}

fn with_code_hint(error: ToolError) -> ToolError {
    error.with_hint(
        "didit_account_login",
        "takes `code`: the 6 digits that the human's authenticator app shows now (for 30 seconds), or an unused backup code.",
    )
}

/// Repeated wrong passwords lock the account, so the general advice on keys, to try again, must not be given.
fn refused(error: didit::Error) -> ToolError {
    let is_password = error.api().is_some_and(|error| {
        error.kind == ErrorKind::Authentication
            && (error.status == 401 || error.message.starts_with("Invalid email or password"))
    });
    if !is_password {
        return error.into();
    }
    let refused = ToolError::from(error);
    ToolError {
        message: format!(
            "{} The password was not accepted; repeated tries lock the account.",
            refused.message
        ),
        hints: Vec::new(),
        ..refused
    }
    .with_advice(
        "the operator sets DIDIT_PASSWORD in this server's environment to the account's password; an account that only signs in \
         with Google and the like needs a password first.",
    )
}
