//! What is in use, whether it works, and what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::root_of;
use crate::{
    didit::{self, BodyKind, ErrorKind, PageRequest, SessionFilter},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        connection::{KeySource, Mode},
        error::{ErrorCode, NotDone, ToolError},
        untrusted::mark_untrusted,
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_account_status", Toolset::Account)
        .title("Account status")
        .description(
            "Shows which Didit account and key are in use, what is switched on, and what to do \
             next.",
        )
        .example(|_| json!({ "check": true }))
        .search_words("API key, credentials, setup, sandbox or live")
        .output::<StatusOutput>()
        .run(status)
}

#[derive(Deserialize, JsonSchema)]
struct StatusInput {
    /// Test the key with one harmless call to Didit.
    #[serde(default)]
    check: bool,
}

#[derive(Serialize, JsonSchema)]
struct StatusOutput {
    /// `didit` or `simulator`.
    mode: &'static str,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
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

async fn status(context: Context, input: StatusInput) -> Result<ToolOutput, NotDone> {
    let connection = &context.connection;
    let snapshot = connection.snapshot()?;
    let mode = match connection.settings().mode {
        Mode::Didit => "didit",
        Mode::Simulator => "simulator",
    };
    let environment = connection.environment_of(None);
    let mut lines = vec![match connection.settings().mode {
        Mode::Didit => format!(
            "Talking to {} at {}: {}.",
            if is_local(&connection.settings().api_base_url) {
                "a server on this machine"
            } else {
                "Didit"
            },
            connection.settings().api_base_url,
            environment.words(),
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
            mark_untrusted(&application.name),
            application
                .mode
                .as_deref()
                .map(|mode| format!(" ({})", mark_untrusted(mode)))
                .unwrap_or_default()
        ));
    }
    let foreign_origin = connection.foreign_origin(&snapshot.profile);
    if let Some(origin) = &foreign_origin {
        lines.push(format!(
            "The stored key belongs to {origin}, so it is not used here."
        ));
    }
    if let Some(email) = &snapshot.profile.email {
        lines.push(format!("Stored account: {email}, in {}.", snapshot.place));
    }
    for account in &snapshot.profile.other_accounts {
        lines.push(format!(
            "Stored beside it or waiting for its e-mail code: {}.",
            account.email
        ));
    }
    lines.extend(
        connection
            .settings()
            .switches
            .iter()
            .map(|(name, value)| format!("{name}: {value}.")),
    );
    let mut said = None;
    let key_works = if input.check {
        let proof = prove(&context).await?;
        lines.push(proof.line);
        said = proof.said;
        Some(proof.works)
    } else {
        None
    };
    let has_api_key = snapshot.key.is_some();
    let (last_four, source) = snapshot.key.unzip();
    let profile = &snapshot.profile;
    let waiting = profile.other_accounts.last().map(|account| &account.email);
    let answer = ToolOutput::new(lines.join("\n")).with_data(&StatusOutput {
        mode,
        environment: environment.name(),
        has_api_key,
        key_source: source.map(KeySource::name),
        key_last_four: last_four,
        key_works,
        email: profile.email.as_ref().or(waiting).cloned(),
        simulator_url: (mode == "simulator").then(|| root_of(connection)),
    });
    let answer = answer.with_untrusted("Said by Didit", said.as_deref());
    let stored = profile.email.is_some() || waiting.is_some();
    Ok(match source {
        Some(KeySource::Environment) if key_works == Some(false) => answer.with_human_step(
            "the operator replaces DIDIT_API_KEY \
             (Didit Business Console, API & Webhooks).",
        ),
        Some(_) if key_works == Some(false) && stored => answer.with_next(
            "didit_account_login",
            "fetches the key of the stored account again.",
        ),
        Some(_) => answer
            .with_next(
                "didit_workflow_list",
                "shows the workflows of this application.",
            )
            .with_next("didit_session_create", "makes a verification link."),
        None if foreign_origin.is_some() => answer.with_human_step(
            "the operator starts this server with another --profile for this address, \
             or sets DIDIT_API_KEY.",
        ),
        None if stored => {
            let answer = if waiting.is_some() {
                answer.with_next(
                    "didit_account_verify_email",
                    "takes the code that the stored address received.",
                )
            } else {
                answer
            };
            answer.with_next(
                "didit_account_login",
                "fetches the key of the stored account.",
            )
        }
        None => answer
            .with_next(
                "didit_account_register",
                "opens an account for an e-mail address.",
            )
            .with_human_step(
                "or the operator sets DIDIT_API_KEY from the Didit Business Console \
                 (API & Webhooks).",
            ),
    })
}

/// Whether an address is this machine's own, which Didit's never is.
fn is_local(address: &url::Url) -> bool {
    match address.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Whether the key works, in one line too, and what Didit said where it does not.
struct Proof {
    works: bool,
    line: String,
    said: Option<String>,
}

/// Tests the key. A missing or refused key is a result; any other failure of the call is an error. A key that may not read
/// workflows is not a wrong key, so a second list is asked before it is called one.
async fn prove(context: &Context) -> Result<Proof, NotDone> {
    let proof = |works, line| Proof {
        works,
        line,
        said: None,
    };
    let client = match context.client() {
        Ok(client) => client,
        Err(NotDone::Error(error)) if error.code == ErrorCode::NoApiKey => {
            return Ok(proof(false, error.message));
        }
        Err(other) => return Err(other),
    };
    let one = PageRequest {
        limit: Some(1),
        offset: None,
    };
    let error = match client.list_workflows(&one).await {
        Ok(workflows) => {
            let total = workflows.total.unwrap_or(workflows.items.len() as u64);
            let line = format!("The key works: the application has {total} workflow(s).");
            return Ok(proof(true, line));
        }
        Err(didit::Error::Api(error)) if is_refusal(&error) => error,
        Err(other) => return Err(other.into()),
    };
    if error.status == 403 {
        let filter = SessionFilter {
            page: one,
            ..SessionFilter::default()
        };
        match client.find_sessions(&filter).await {
            Ok(_) => {
                let line = "The key works, but may not read workflows: calls that need one take its id from \
                            DIDIT_WORKFLOW_ID or `workflow_id`.";
                return Ok(proof(true, line.to_owned()));
            }
            Err(didit::Error::Api(error)) if is_refusal(&error) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let level = context.connection.settings().personal_data;
    let why = if error.status == 401 {
        "it is wrong, revoked or expired"
    } else {
        "it is wrong, has no right to read workflows or sessions, or this machine's address is not on its list"
    };
    let refused = ToolError::from(didit::Error::Api(error)).released(level);
    Ok(Proof {
        said: refused.said.map(|said| said.value),
        ..proof(
            false,
            format!("The key does not work: {why}. {}", refused.message),
        )
    })
}

fn is_refusal(error: &didit::ApiError) -> bool {
    // A gateway that keeps everybody out says nothing of the key.
    error.body != BodyKind::Html
        && matches!(error.kind, ErrorKind::Authentication | ErrorKind::Forbidden)
}
