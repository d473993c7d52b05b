//! Opening a Didit account and choosing which key is used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Access, Answer, Context, Tool, Toolset,
    connection::{Connection, KeySource, Mode},
    error::{Stop, ToolError},
    input::{input_schema, output_schema, parse},
    untrusted::clean,
};
use crate::{
    credentials::Named,
    didit::{
        AccessToken, ApiKey, Application, ApplicationId, Client, Organization, Page, Password,
        Registration,
    },
};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool {
            name: "didit_account_status",
            title: "Account status",
            toolset: Toolset::Account,
            access: Access::Read,
            idempotent: true,
            overwrites: false,
            verify_with: None,
            description: "Shows which Didit account and key are in use, what is switched on, and what to do next.",
            input: input_schema::<StatusInput>,
            output: Some(output_schema::<StatusOutput>),
            aliases: &[],
            run: |context, arguments| {
                Box::pin(async move { status(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_account_register",
            title: "Open an account",
            toolset: Toolset::Account,
            access: Access::Write,
            idempotent: false,
            overwrites: false,
            verify_with: Some((
                "didit_account_register",
                "again is safe: it sends a new code.",
            )),
            description: "Opens a Didit account for an e-mail address, which receives a code; calling it again sends a \
                          new code. The password is generated and stored by the server.",
            input: input_schema::<RegisterInput>,
            output: None,
            aliases: &[],
            run: |context, arguments| {
                Box::pin(async move { register(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_account_verify_email",
            title: "Confirm the e-mail",
            toolset: Toolset::Account,
            access: Access::Write,
            idempotent: false,
            overwrites: false,
            verify_with: Some((
                "didit_account_login",
                "fetches the key if the code was taken.",
            )),
            description: "Confirms a new account with the code from the e-mail; its API key is stored and used from then on.",
            input: input_schema::<VerifyEmailInput>,
            output: None,
            aliases: &[("otp", "code")],
            run: |context, arguments| {
                Box::pin(async move { verify_email(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_account_login",
            title: "Log in",
            toolset: Toolset::Account,
            access: Access::Write,
            idempotent: true,
            overwrites: false,
            verify_with: Some(("didit_account_login", "again is safe.")),
            description: "Logs in with the stored account, picks the application, and stores and uses its API key.",
            input: input_schema::<LoginInput>,
            output: None,
            aliases: &[("application", "application_id")],
            run: |context, arguments| {
                Box::pin(async move { login(&context, parse(arguments)?).await })
            },
        },
    ]
}

#[derive(Deserialize, JsonSchema)]
struct StatusInput {
    /// Prove the key with one harmless call to Didit.
    #[serde(default)]
    check: bool,
}

#[derive(Serialize, JsonSchema)]
struct StatusOutput {
    /// `didit` or `simulator`.
    mode: &'static str,
    has_api_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_last_four: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_works: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Pages of the simulator, in a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulator_url: Option<String>,
}

async fn status(context: &Context, input: StatusInput) -> Result<Answer, Stop> {
    let connection = &context.connection;
    let snapshot = connection.snapshot()?;
    let mode = match connection.settings().mode {
        Mode::Didit => "didit",
        Mode::Simulator => "simulator",
    };
    let mut lines = vec![match connection.settings().mode {
        Mode::Didit => format!(
            "Talking to Didit at {}.",
            connection.settings().api_base_url
        ),
        Mode::Simulator => format!(
            "Talking to the built-in simulator at {}: nothing is real. Its pages: {}",
            connection.settings().api_base_url,
            root_of(connection)
        ),
    }];
    match &snapshot.key {
        Some((last_four, source)) => lines.push(format!(
            "API key: ends in {last_four}, from the {}.",
            source.name()
        )),
        None => lines.push("API key: none.".to_owned()),
    }
    if let Some(application) = &snapshot.profile.application
        && snapshot
            .key
            .as_ref()
            .is_some_and(|(_, source)| *source == KeySource::File)
    {
        lines.push(format!(
            "Application: {}{}.",
            clean(&application.name),
            application
                .mode
                .as_deref()
                .map(|mode| format!(" ({})", clean(mode)))
                .unwrap_or_default()
        ));
    }
    if let Some(email) = &snapshot.profile.email {
        lines.push(format!("Stored account: {email}, in {}.", snapshot.place));
    }
    lines.extend(
        connection
            .settings()
            .switches
            .iter()
            .map(|(name, value)| format!("{name}: {value}.")),
    );
    let mut key_works = None;
    if input.check {
        let client = context.client()?;
        let workflows = client
            .list_workflows(&Page {
                limit: Some(1),
                offset: None,
            })
            .await?;
        key_works = Some(true);
        lines.push(format!(
            "The key works: the application has {} workflow(s).",
            workflows.total.unwrap_or(workflows.items.len() as u64)
        ));
    }
    let has_api_key = snapshot.key.is_some();
    let (last_four, source) = snapshot.key.unzip();
    let answer = Answer::new(lines.join("\n")).with_data(&StatusOutput {
        mode,
        has_api_key,
        key_source: source.map(KeySource::name),
        key_last_four: last_four,
        key_works,
        email: snapshot.profile.email.clone(),
        simulator_url: (mode == "simulator").then(|| root_of(connection)),
    });
    Ok(match (has_api_key, snapshot.profile.email.is_some()) {
        (true, _) => answer
            .with_next("didit_workflow_list", "shows the workflows of this application.")
            .with_next("didit_session_create", "makes a verification link."),
        (false, true) => answer
            .with_next(
                "didit_account_verify_email",
                "takes the code that the stored address received.",
            )
            .with_next("didit_account_login", "fetches the key of the stored account."),
        (false, false) => answer
            .with_next("didit_account_register", "opens an account for an e-mail address.")
            .with_human_step(
                "or the operator sets DIDIT_API_KEY from the Didit Business Console (API & Webhooks).",
            ),
    })
}

#[derive(Deserialize, JsonSchema)]
struct RegisterInput {
    /// Address that can receive mail; Didit refuses reserved domains such as example.com.
    email: String,
}

async fn register(context: &Context, input: RegisterInput) -> Result<Answer, Stop> {
    let connection = &context.connection;
    let email = input.email.trim().to_owned();
    let mut registration = Registration {
        email: email.clone(),
        password: match &connection.settings().password {
            Some(password) => password.clone(),
            None => Password::generate()?,
        },
    };
    registration.validate()?;
    // Registering again must use the same password, so it is stored before the first call leaves. The file is locked meanwhile:
    // another process may have registered a moment ago.
    let mut other = None;
    connection.remember(|profile| {
        let same_account = profile.email.as_deref() == Some(email.as_str());
        match (&profile.password, &connection.settings().password) {
            _ if profile.api_key.is_some() && !same_account => {
                other = Some(
                    profile
                        .email
                        .clone()
                        .unwrap_or_else(|| "unnamed".to_owned()),
                );
                return;
            }
            (Some(stored), None) if same_account => {
                registration.password = Password::new(stored.as_str());
            }
            _ => {}
        }
        profile.email = Some(email.clone());
        profile.password = Some(registration.password.expose_secret().to_owned());
    })?;
    if let Some(other) = other {
        return Err(ToolError::new(
            "account_exists",
            format!("This profile already holds another account ({other}), which a registration would replace."),
        )
        .with_advice("the operator starts this server with another --profile for a second account.")
        .into());
    }
    let registered = context
        .client_without_key()?
        .register(&registration)
        .await?;
    let text = if registered.resent {
        format!("A new code was sent to {email}; the earlier one no longer counts.")
    } else {
        format!("The account for {email} is opened; Didit sent a 6-character code to it.")
    };
    let password = match connection.settings().password {
        Some(_) => "The password is the one of DIDIT_PASSWORD, and stored",
        None => "The password was generated and stored",
    };
    let answer = Answer::new(format!(
        "{text} The code lives about 10 minutes. {password}; it is not shown."
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

#[derive(Deserialize, JsonSchema)]
struct VerifyEmailInput {
    /// The 6 letters and digits from the e-mail.
    code: String,
    /// Address of the account; the one registered last when absent.
    email: Option<String>,
}

async fn verify_email(context: &Context, input: VerifyEmailInput) -> Result<Answer, Stop> {
    let connection = &context.connection;
    let email = match input.email.or(connection.profile()?.email) {
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
            refused if refused.code == "refused" => refused.with_hint(
                "didit_account_register",
                "sends a new code to the same address.",
            ),
            other => other,
        })?;
    connection.hide(verified.access_token.expose_secret());
    let application = verified.application;
    let organization = verified.organization;
    adopt(connection, &email, &application, organization.as_ref())?;
    Ok(key_in_use(connection, &application).with_next(
        "didit_workflow_create",
        "makes the template of checks for this new account.",
    ))
}

#[derive(Deserialize, JsonSchema)]
struct LoginInput {
    /// Address of the account; the stored one when absent.
    email: Option<String>,
    /// Application UUID, when the account has several.
    application_id: Option<String>,
}

async fn login(context: &Context, input: LoginInput) -> Result<Answer, Stop> {
    let connection = &context.connection;
    let wanted = input
        .application_id
        .as_deref()
        .map(str::parse::<ApplicationId>)
        .transpose()?;
    let profile = connection.profile()?;
    let email = input
        .email
        .map(|email| email.trim().to_owned())
        .or_else(|| profile.email.clone());
    let stored = profile
        .password
        .filter(|_| profile.email == email)
        .map(Password::new);
    let password = connection.settings().password.clone().or(stored);
    let (Some(email), Some(password)) = (email, password) else {
        return Err(ToolError::new(
            "no_account",
            "No account with a password is stored here, so there is nothing to log in with.",
        )
        .with_hint("didit_account_register", "opens an account and stores its password.")
        .with_advice("or the operator sets DIDIT_PASSWORD in this server's environment; passwords are never arguments.")
        .into());
    };
    let client = context.client_without_key()?;
    let login = client.login(&email, &password).await?;
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
            // Rows of the list may lack the key; the single application has it.
            adopt(connection, &email, application, Some(organization))?;
            Ok(key_in_use(connection, application).with_next(
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

async fn applications(
    client: &Client,
    token: &AccessToken,
) -> Result<Vec<(Organization, Application)>, Stop> {
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
            format!("{id} ({})", name_of(application))
        })
        .collect()
}

/// Stores the key of an application, to be used from the next call on.
fn adopt(
    connection: &Connection,
    email: &str,
    application: &Application,
    organization: Option<&Organization>,
) -> Result<(), Stop> {
    let Some(key) = &application.api_key else {
        return Err(ToolError::new(
            "no_key_in_answer",
            format!(
                "Didit returned no API key for the application {}.",
                name_of(application)
            ),
        )
        .with_advice("its key is in the Didit Business Console (API & Webhooks); the operator sets it as DIDIT_API_KEY.")
        .into());
    };
    connection.remember(|profile| {
        profile.email = Some(email.to_owned());
        profile.api_key = Some(key.expose_secret().to_owned());
        profile.application = Some(Named {
            uuid: application
                .uuid
                .map(|id| id.to_string())
                .unwrap_or_default(),
            name: name_of(application),
            mode: application.mode.as_deref().map(clean),
        });
        profile.organization = organization.map(|organization| Named {
            uuid: organization
                .uuid
                .map(|id| id.to_string())
                .unwrap_or_default(),
            name: organization.name.as_deref().map(clean).unwrap_or_default(),
            mode: None,
        });
    })
}

fn key_in_use(connection: &Connection, application: &Application) -> Answer {
    let last_four = application
        .api_key
        .as_ref()
        .map(ApiKey::last_four)
        .unwrap_or_default();
    let mut text = format!(
        "The API key of the application {} (ends in {last_four}) is stored in {}",
        name_of(application),
        connection.place()
    );
    text.push_str(if connection.key_is_from_environment() {
        ", but DIDIT_API_KEY is set in the environment and wins over it."
    } else {
        " and in use now."
    });
    Answer::new(text)
}

fn name_of(application: &Application) -> String {
    application.name.as_deref().map(clean).unwrap_or_default()
}

fn root_of(connection: &Connection) -> String {
    let mut root = connection.settings().api_base_url.clone();
    root.set_path("/");
    root.to_string()
}
