//! Opening an account: its address and its password.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{PASSWORD_WITHHELD, root_of};
use crate::{
    credentials::Profile,
    didit::{self, Password, Registration},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        connection::{Connection, Mode},
        error::{ErrorCode, NotDone, ToolError},
    },
};

pub(super) fn tool() -> Tool {
    Tool::write("didit_account_register", Toolset::Account)
        .title("Open an account")
        .description(
            "Opens a Didit account for an e-mail address, which receives a code; calling it again \
             sends a new code. The password is generated and stored by the server.",
        )
        .example(|world| json!({ "email": world.email }))
        .search_words("sign up, create a Didit account, onboarding, get an API key")
        .verify_with(
            "didit_account_register",
            "again is safe: it sends a new code.",
        )
        .run(register)
}

#[derive(Deserialize, JsonSchema)]
struct RegisterInput {
    /// Address that can receive mail; Didit refuses reserved domains such as example.com.
    email: String,
}

async fn register(context: Context, input: RegisterInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let email = input.email.trim().to_owned();
    let mut registration = Registration {
        email: email.clone(),
        password: match connection.settings().password_for_account() {
            Some(password) => password.clone(),
            None => Password::generate()?,
        },
    };
    registration.validate()?;
    refuse_reserved_domain(&email)?;
    // Registering again must use the same password, so it is stored before the first call leaves. The file is locked meanwhile:
    // another process may have registered a moment ago.
    let mut other = None;
    let mut stored_before = None;
    connection
        .remember(|profile| {
            let replaces =
                !profile.is_in_use(&email) || connection.foreign_origin(profile).is_some();
            if profile.api_key.is_some() && replaces {
                other = Some(
                    profile
                        .email
                        .clone()
                        .unwrap_or_else(|| "unnamed".to_owned()),
                );
                return;
            }
            stored_before = profile.password_of(&email).map(str::to_owned);
            if let (Some(stored), None) =
                (&stored_before, connection.settings().password_for_account())
            {
                registration.password = Password::new(stored.as_str());
            }
            if !holds_password(profile, &email) {
                profile.add_other(&email, registration.password.expose_secret());
            }
        })
        .await?;
    if let Some(other) = other {
        return Err(ToolError::new(
            ErrorCode::AccountExists,
            format!(
                "This profile already holds another account ({other}), \
                 which a registration would replace."
            ),
        )
        .with_advice("the operator starts this server with another --profile for a second account.")
        .into());
    }
    let registered = match context.client_without_key()?.register(&registration).await {
        Ok(registered) => registered,
        Err(error) => {
            if certainly_refused(&error) {
                // Didit's refusal matters more than a failure to write the file, which was writable a moment ago.
                drop(take_back(connection, &email, stored_before.as_deref()).await);
            }
            return Err(refused_registration(error).into());
        }
    };
    let text = if registered.resent {
        format!("A new code was sent to {email}; the earlier one is no longer valid.")
    } else {
        format!("The account for {email} is opened; Didit sent a 6-character code to it.")
    };
    let settings = connection.settings();
    let password = match settings.password_for_account() {
        Some(_) => "The password is the one of DIDIT_PASSWORD, and stored",
        None => "The password was generated and stored",
    };
    let withheld = if settings.withholds_password() {
        format!(" {PASSWORD_WITHHELD}")
    } else {
        String::new()
    };
    let answer = ToolOutput::new(format!(
        "{text} The code is valid for about 10 minutes. {password}; it is not shown.{withheld}"
    ))
    .with_human_step("the human reads the code from the mailbox.")
    .with_next(
        "didit_account_verify_email",
        "takes the code and stores the API key.",
    );
    Ok(if connection.settings().mode == Mode::Simulator {
        answer.with_human_step(format!(
            "on the simulator the mail is at {}inbox.",
            root_of(connection)
        ))
    } else {
        answer
    })
}

/// Mail to such a domain reaches nobody, and Didit fails on it without saying why.
/// <https://www.rfc-editor.org/rfc/rfc2606>
fn refuse_reserved_domain(email: &str) -> Result<(), ToolError> {
    let domain = email.rsplit('@').next().unwrap_or_default().to_lowercase();
    let reserved = ["example.com", "example.org", "example.net"].contains(&domain.as_str())
        || [".test", ".example", ".invalid"]
            .iter()
            .any(|ending| domain.ends_with(ending));
    if !reserved {
        return Ok(());
    }
    Err(ToolError::invalid(
        "email",
        "The domain of `email` is reserved for documentation and tests, \
         so no code can arrive there. Nothing was sent.",
    )
    .with_advice("give an address whose mailbox the human can open."))
}

/// Whether Didit certainly opened no account with this password. After a timeout or a failure on its side it may have.
fn certainly_refused(error: &didit::Error) -> bool {
    match error {
        didit::Error::Api(error) => (400..500).contains(&error.status) && error.status != 408,
        didit::Error::Invalid { .. }
        | didit::Error::Unreachable { .. }
        | didit::Error::Paced { .. }
        | didit::Error::Timeout { sent: false, .. } => true,
        _ => false,
    }
}

/// Whether an address is the account in use, whose password no registration touches.
fn holds_password(profile: &Profile, email: &str) -> bool {
    profile.is_in_use(email) && profile.password.is_some()
}

/// Forgets the password of a refused registration. One that an earlier call stored stays: it may be the account's.
async fn take_back(
    connection: &Connection,
    email: &str,
    stored_before: Option<&str>,
) -> Result<(), NotDone> {
    connection
        .remember(|profile| {
            if holds_password(profile, email) {
                return;
            }
            match stored_before {
                Some(password) => profile.add_other(email, password),
                None => profile.remove_other(email),
            }
        })
        .await
}

fn refused_registration(error: didit::Error) -> ToolError {
    let error = ToolError::from(error);
    if error.code != ErrorCode::Conflict {
        return error;
    }
    error
        .with_hint(
            "didit_account_login",
            "fetches the key of an account that exists, \
             with its stored password or that of DIDIT_PASSWORD.",
        )
        .with_advice("or the operator sets DIDIT_API_KEY (Didit Business Console, API & Webhooks).")
}
