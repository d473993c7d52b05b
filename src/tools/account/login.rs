//! Logging in to an account that exists, and picking its application.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PASSWORD_WITHHELD, adopt, key_in_use, name_of};
use crate::{
    didit::{self, AccessToken, Application, ApplicationId, Client, Organization, Password},
    tools::{
        Change, Connection, Context, Environment, Line, Setting, Tool, ToolOutput, Toolset,
        agreed::agreed,
        error::{ErrorCode, NotDone, ToolError},
        untrusted::mark_untrusted,
    },
};

pub(super) fn tool() -> Tool {
    Tool::write("didit_account_login", Toolset::Account)
        .title("Log in")
        .description(
            "Logs in with the stored account, picks the application, and stores and uses its API \
             key.",
        )
        .example(|world| json!({ "email": world.account }))
        .search_words("sign in, switch application, get the API key")
        .idempotent()
        .asks_when("another application than the one in use would be used from then on")
        .verify_with("didit_account_login", "again is safe.")
        .aliases(&[("application", "application_id")])
        .run(login)
}

#[derive(Deserialize, JsonSchema)]
struct LoginInput {
    /// Address of the account; the stored one when absent.
    email: Option<String>,
    /// Application UUID, when the account has several.
    application_id: Option<String>,
}

async fn login(context: Context, input: LoginInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let wanted = input
        .application_id
        .as_deref()
        .map(str::parse::<ApplicationId>)
        .transpose()?;
    let profile = connection.profile()?;
    let latest = profile.other_accounts.last().map(|account| &account.email);
    let email = input
        .email
        .map(|email| email.trim().to_owned())
        .or_else(|| profile.email.as_ref().or(latest).cloned());
    // A password stored for another address of the API is not used here, and neither is its key.
    let stored = email
        .as_deref()
        .filter(|_| connection.foreign_origin(&profile).is_none())
        .and_then(|email| profile.password_of(email))
        .map(Password::new);
    let settings = connection.settings();
    let password = settings.password_for_account().cloned().or(stored);
    let (Some(email), Some(password)) = (email, password) else {
        let advice = if settings.withholds_password() {
            PASSWORD_WITHHELD
        } else {
            "or the operator sets DIDIT_PASSWORD in this server's environment; \
             passwords are never arguments."
        };
        return Err(ToolError::new(
            ErrorCode::NoAccount,
            "No account with a password is stored here, so there is nothing to log in with.",
        )
        .with_hint(
            "didit_account_register",
            "opens an account and stores its password.",
        )
        .with_advice(advice)
        .into());
    };
    let client = context.client_without_key()?;
    let login = client
        .login(&email, &password)
        .await
        .map_err(refused_login)?;
    connection.hide(login.access_token.expose_secret());
    let applications = applications(&client, &login.access_token).await?;
    let chosen: Vec<_> = match &wanted {
        Some(wanted) => applications
            .iter()
            .filter(|(_, application)| application.uuid == Some(*wanted))
            .collect(),
        None => applications.iter().collect(),
    };
    match chosen.as_slice() {
        [(organization, application)] => {
            let application =
                with_key(&client, &login.access_token, organization, application).await?;
            agreed(&context, async || {
                Ok((switch(connection, organization, &application), ()))
            })
            .await?;
            adopt(&context, &email, &application, Some(organization)).await?;
            Ok(key_in_use(connection, &application).with_next(
                "didit_workflow_list",
                "shows the workflows of this application.",
            ))
        }
        [] => Err(
            ToolError::invalid("application_id", "The account has no such application.")
                .with_allowed(named(&applications))
                .into(),
        ),
        _ => Err(ToolError::invalid(
            "application_id",
            "The account has several applications, so one must be named.",
        )
        .with_allowed(named(&applications))
        .into()),
    }
}

/// The question to a human, where another application than the one in use would be used from then on.
fn switch(
    connection: &Connection,
    organization: &Organization,
    application: &Application,
) -> Option<Change> {
    let profile = connection.profile().ok()?;
    let in_use = profile.application?;
    let id = application
        .uuid
        .map(|id| id.to_string())
        .unwrap_or_default();
    if in_use.uuid == id || connection.key_is_from_environment() {
        return None;
    }
    let line = |name: &str, id: &str, mode: Option<&str>| {
        let mode = mode.map_or("live or sandbox not known", |mode| {
            Environment::from_didit(mode).name()
        });
        Line::default()
            .sent(name)
            .words(format!(" ({mode}, "))
            .sent(id)
            .words(")")
    };
    let organization = organization.name.as_deref().unwrap_or("unnamed");
    Some(Change {
        direction: "switch",
        target: "the application in use".to_owned(),
        action: Line::new("Use another Didit application from now on."),
        consequence: "Sessions, decisions and costs of later calls are in it.".to_owned(),
        choice: "Use it",
        warnings: Vec::new(),
        subject: Line::new("Organization ").sent(organization),
        settings: vec![Setting::new(
            "Application",
            line(&name_of(application), &id, application.mode.as_deref()),
            Some(line(&in_use.name, &in_use.uuid, in_use.mode.as_deref())),
        )],
        place: connection.place_of_change(None),
        seen: Value::Null,
    })
}

/// Repeated wrong passwords lock the account, so the general advice on keys, to try again, must not be given.
fn refused_login(error: didit::Error) -> ToolError {
    if error.api().is_none_or(|error| error.status != 401) {
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
        "the operator sets DIDIT_PASSWORD in this server's environment to the account's password.",
    )
}

/// Rows of the list may lack the key; the single application has it.
async fn with_key(
    client: &Client,
    token: &AccessToken,
    organization: &Organization,
    application: &Application,
) -> Result<Application, NotDone> {
    let (None, Some(organization), Some(id)) =
        (&application.api_key, organization.uuid, application.uuid)
    else {
        return Ok(application.clone());
    };
    Ok(client.application(token, &organization, &id).await?)
}

async fn applications(
    client: &Client,
    token: &AccessToken,
) -> Result<Vec<(Organization, Application)>, NotDone> {
    let mut found = Vec::new();
    for organization in client.organizations(token).await? {
        let Some(id) = organization.uuid else {
            continue;
        };
        for application in client.applications(token, &id).await? {
            found.push((organization.clone(), application));
        }
    }
    Ok(found)
}

fn named(applications: &[(Organization, Application)]) -> Vec<String> {
    applications
        .iter()
        .map(|(_, application)| {
            let id = application
                .uuid
                .map(|id| id.to_string())
                .unwrap_or_default();
            format!("{id} ({})", mark_untrusted(&name_of(application)))
        })
        .collect()
}
