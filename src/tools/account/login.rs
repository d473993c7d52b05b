//! Logging in to an account that exists, and picking its application.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PASSWORD_WITHHELD, adopt, key_in_use, named, second_factor, switch_to_stored};
use crate::{
    credentials::{NamedId, OtherApplication, Profile},
    didit::{AccessToken, Application, ApplicationId, Client, Organization, Password},
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
            "Logs in with the stored account, picks the application (the sandbox one first), and \
             stores and uses its API key; also switches between sandbox and live.",
        )
        .example(|world| json!({ "email": world.account }))
        .search_words("sign in, second factor, authenticator code, switch application, go live, get the API key")
        .idempotent()
        .asks_when("another application than the one in use, or a live one, would be used from then on")
        .verify_with("didit_account_login", "again is safe.")
        .aliases(&[("application", "application_id"), ("otp", "code"), ("mode", "environment")])
        .run(login)
}

#[derive(Deserialize, JsonSchema)]
struct LoginInput {
    /// Address of the account; the stored one when absent.
    email: Option<String>,
    /// Application UUID, when the account has several.
    application_id: Option<String>,
    /// Picks the application by what it is instead.
    environment: Option<Wanted>,
    /// Code of the second factor, where the account has one: 6 digits of the authenticator app, or a backup code.
    code: Option<String>,
}

/// Whether people and money should be real.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(description = "")]
enum Wanted {
    Live,
    Sandbox,
}

/// What the caller says of the application to use.
struct Choice {
    id: Option<ApplicationId>,
    environment: Option<Environment>,
}

impl Choice {
    fn is_made(&self) -> bool {
        self.id.is_some() || self.environment.is_some()
    }

    fn fits(&self, application: &NamedId) -> bool {
        let mode = application.mode.as_deref().unwrap_or_default();
        let is_it = self.id.is_none_or(|id| id.to_string() == application.uuid);
        let environment = self.environment;
        is_it && environment.is_none_or(|wanted| wanted == Environment::from_didit(mode))
    }
}

async fn login(context: Context, input: LoginInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let wanted = input.application_id.as_deref();
    let choice = Choice {
        id: wanted.map(str::parse).transpose()?,
        environment: input.environment.map(|wanted| match wanted {
            Wanted::Live => Environment::Live,
            Wanted::Sandbox => Environment::Sandbox,
        }),
    };
    let profile = connection.profile()?;
    let is_own = connection.foreign_origin(&profile).is_none();
    let latest = profile.other_accounts.last().map(|account| &account.email);
    let email = input
        .email
        .map(|email| email.trim().to_owned())
        .or_else(|| profile.email.as_ref().or(latest).cloned());
    if let Some(email) = &email
        && is_own
        && input.code.is_none()
        && let Some(stored) = stored(&profile, email, &choice)
    {
        agreed(&context, async || {
            let organization = profile.organization.as_ref();
            let organization = organization.map(|organization| &*organization.name);
            Ok((switch(connection, organization, &stored.application), ()))
        })
        .await?;
        switch_to_stored(&context, email, stored).await?;
        return finished(connection);
    }
    // A password stored for another address of the API is not used here, and neither is its key.
    let password = email
        .as_deref()
        .filter(|_| is_own)
        .and_then(|email| profile.password_of(email))
        .map(Password::new);
    let settings = connection.settings();
    let password = settings.password_for_account().cloned().or(password);
    let (Some(email), Some(password)) = (email, password) else {
        return Err(no_account(settings.withholds_password()).into());
    };
    let client = context.client_without_key()?;
    let token = second_factor::signed_in(&context, &client, &email, &password, input.code).await?;
    let applications = applications(&client, &token).await?;
    let (organization, application) = chosen(&applications, &choice, &profile, &email)?;
    let application = with_key(&client, &token, organization, application).await?;
    agreed(&context, async || {
        let organization = organization.name.as_deref();
        Ok((switch(connection, organization, &named(&application)), ()))
    })
    .await?;
    let all: Vec<&Application> = applications.iter().map(|(_, other)| other).collect();
    adopt(&context, &email, &application, &all, Some(organization)).await?;
    finished(connection)
}

fn finished(connection: &Connection) -> Result<ToolOutput, NotDone> {
    Ok(key_in_use(connection)?.with_next(
        "didit_workflow_list",
        "shows the workflows of this application.",
    ))
}

/// The one other application of the account whose key is stored, where the caller means just that one.
fn stored(profile: &Profile, email: &str, choice: &Choice) -> Option<OtherApplication> {
    let mut fitting = profile
        .other_applications
        .iter()
        .filter(|other| choice.fits(&other.application));
    let found = fitting.next().filter(|_| fitting.next().is_none())?;
    let in_use = profile.application.as_ref()?;
    let is_meant = choice.is_made() && profile.is_in_use(email) && !choice.fits(in_use);
    is_meant.then(|| found.clone())
}

fn no_account(withholds_password: bool) -> ToolError {
    let advice = if withholds_password {
        PASSWORD_WITHHELD
    } else {
        "or the operator sets DIDIT_PASSWORD in this server's environment; \
         passwords are never arguments."
    };
    ToolError::new(
        ErrorCode::NoAccount,
        "No account with a password is stored here, so there is nothing to log in with.",
    )
    .with_hint(
        "didit_account_register",
        "opens an account and stores its password.",
    )
    .with_advice(advice)
}

type Owned = (Organization, Application);

/// The application to use: the one that the caller means, else the one in use, else the account's only one or only sandbox.
fn chosen<'a>(
    all: &'a [Owned],
    choice: &Choice,
    profile: &Profile,
    email: &str,
) -> Result<&'a Owned, ToolError> {
    let fitting: Vec<&Owned> = all
        .iter()
        .filter(|(_, application)| choice.fits(&named(application)))
        .collect();
    let in_use = profile.application.as_ref();
    let in_use = in_use.filter(|_| profile.is_in_use(email));
    let is_in_use = |(_, application): &&Owned| {
        in_use.is_some_and(|in_use| in_use.uuid == named(application).uuid)
    };
    let is_sandbox = |(_, application): &&Owned| {
        let mode = application.mode.as_deref().unwrap_or_default();
        Environment::from_didit(mode) == Environment::Sandbox
    };
    let sandboxes: Vec<&Owned> = fitting
        .iter()
        .copied()
        .filter(|one| is_sandbox(one))
        .collect();
    match (fitting.as_slice(), sandboxes.as_slice()) {
        ([only], _) => return Ok(only),
        (several, sandboxes) => {
            if let Some(in_use) = several.iter().copied().find(is_in_use) {
                return Ok(in_use);
            }
            if let [sandbox] = sandboxes {
                return Ok(sandbox);
            }
        }
    }
    let field = if choice.id.is_none() && choice.environment.is_some() {
        "environment"
    } else {
        "application_id"
    };
    let message = match (fitting.len(), all.len()) {
        (_, 0) => "The account has no application.",
        (0, _) => "The account has no such application.",
        _ => "The account has several applications, so one must be named.",
    };
    Err(ToolError::invalid(field, message).with_allowed(allowed(all)))
}

/// The question to a human, where another application than the one in use would be used from then on.
fn switch(
    connection: &Connection,
    organization: Option<&str>,
    application: &NamedId,
) -> Option<Change> {
    let in_use = connection.profile().ok()?.application;
    let is_same = in_use
        .as_ref()
        .is_some_and(|in_use| in_use.uuid == application.uuid);
    // Where nothing is in use yet, anything but real people and money may be begun with.
    let is_harmless = in_use.is_none() && mode_of(application) != Environment::Live.name();
    if is_same || is_harmless || connection.key_is_from_environment() {
        return None;
    }
    let line = |application: &NamedId| {
        Line::default()
            .sent(&application.name)
            .words(format!(" ({}, ", mode_of(application)))
            .sent(&application.uuid)
            .words(")")
    };
    Some(Change {
        direction: "switch",
        target: "the application in use".to_owned(),
        action: Line::new(if in_use.is_some() {
            "Use another Didit application from now on."
        } else {
            "Use this Didit application from now on."
        }),
        consequence: "Sessions, decisions and costs of later calls are in it.".to_owned(),
        choice: "Use it",
        warnings: Vec::new(),
        subject: Line::new("Organization ").sent(organization.unwrap_or("unnamed")),
        settings: vec![Setting::new(
            "Application",
            line(application),
            in_use.as_ref().map(line),
        )],
        place: connection.place_of_change(None),
        seen: Value::Null,
    })
}

fn mode_of(application: &NamedId) -> &'static str {
    let mode = application.mode.as_deref();
    mode.map_or("live or sandbox not known", |mode| {
        Environment::from_didit(mode).name()
    })
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

async fn applications(client: &Client, token: &AccessToken) -> Result<Vec<Owned>, NotDone> {
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

fn allowed(applications: &[Owned]) -> Vec<String> {
    applications
        .iter()
        .map(|(_, application)| {
            let application = named(application);
            format!(
                "{} ({}, {})",
                application.uuid,
                mark_untrusted(&application.name),
                mode_of(&application)
            )
        })
        .collect()
}
