//! Storing and using the key of an application.

use crate::tools::{
    Context, Environment, ToolOutput,
    connection::{Connection, Mode},
    error::{ErrorCode, NotDone, ToolError},
    untrusted::{clean, mark_untrusted},
};
use crate::{
    credentials::{NamedId, OtherApplication, Profile},
    didit::{ApiKey, Application, Organization},
};

/// Said where the operator's password would have been used.
pub(super) const PASSWORD_WITHHELD: &str =
    "DIDIT_PASSWORD is never given to a simulator or sent over plain HTTP.";

/// Stores the key of the `chosen` application, to be used from the next call on, and those of the account's `others`.
pub(super) async fn adopt(
    context: &Context,
    email: &str,
    chosen: &Application,
    others: &[&Application],
    organization: Option<&Organization>,
) -> Result<(), NotDone> {
    let Some(stored) = with_key(chosen) else {
        return Err(ToolError::new(
            ErrorCode::NoKeyInAnswer,
            format!(
                "Didit returned no API key for the application {}.",
                mark_untrusted(&name_of(chosen))
            ),
        )
        .with_advice(
            "its key is in the Didit Business Console (API & Webhooks); \
             the operator sets it as DIDIT_API_KEY.",
        )
        .into());
    };
    let exists = |id: &str| {
        let mut ids = others.iter().filter_map(|other| other.uuid);
        ids.any(|other| other.to_string() == id)
    };
    let others = others.iter().filter_map(|other| with_key(other)).collect();
    put_in_use(context, email, stored, others, exists, |profile| {
        profile.organization = organization.map(|organization| NamedId {
            uuid: id_of(organization.uuid),
            name: organization.name.as_deref().map(clean).unwrap_or_default(),
            mode: None,
        });
    })
    .await
}

/// Uses an application of the account in use whose key is stored already.
pub(super) async fn switch_to_stored(
    context: &Context,
    email: &str,
    stored: OtherApplication,
) -> Result<(), NotDone> {
    put_in_use(context, email, stored, Vec::new(), |_| true, |_| ()).await
}

async fn put_in_use(
    context: &Context,
    email: &str,
    stored: OtherApplication,
    others: Vec<OtherApplication>,
    exists: impl Fn(&str) -> bool,
    more: impl FnOnce(&mut Profile),
) -> Result<(), NotDone> {
    let connection = &context.connection;
    let mut is_another = false;
    connection
        .remember(|profile| {
            is_another = profile
                .api_key
                .as_deref()
                .is_some_and(|old| old != stored.api_key);
            profile.put_in_use(email);
            profile.use_application(stored, others, exists);
            profile.api_origin = Some(connection.origin());
            more(profile);
        })
        .await?;
    if is_another {
        context.confirmer.void_all().await;
    }
    Ok(())
}

fn with_key(application: &Application) -> Option<OtherApplication> {
    let api_key = application.api_key.as_ref()?.expose_secret().to_owned();
    Some(OtherApplication {
        application: named(application),
        api_key,
    })
}

/// An application as it is remembered.
pub(super) fn named(application: &Application) -> NamedId {
    NamedId {
        uuid: id_of(application.uuid),
        name: name_of(application),
        mode: application.mode.as_deref().map(clean),
    }
}

fn id_of(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// What an account now uses, what that means for people and money, and what else it has.
pub(super) fn key_in_use(connection: &Connection) -> Result<ToolOutput, NotDone> {
    let profile = connection.profile()?;
    let name = profile.application.as_ref().map(|in_use| &*in_use.name);
    let key = profile.api_key.as_deref().map(ApiKey::new);
    let mut text = format!(
        "The API key of the application {} (ends in {}) is stored in {}",
        mark_untrusted(name.unwrap_or_default()),
        key.map(|key| key.last_four()).unwrap_or_default(),
        connection.place()
    );
    if connection.key_is_from_environment() {
        text.push_str(", but DIDIT_API_KEY is set in the environment and overrides it.");
        return Ok(ToolOutput::new(text));
    }
    text.push_str(" and in use now.");
    let environment = |application: &NamedId| {
        Environment::from_didit(application.mode.as_deref().unwrap_or_default())
    };
    let has_live = profile
        .other_applications
        .iter()
        .any(|other| environment(&other.application) == Environment::Live);
    let in_use = profile.application.as_ref().map(environment);
    // What the simulator calls live is no more real than the rest of it.
    let is_real = connection.settings().mode == Mode::Didit;
    if is_real && in_use == Some(Environment::Sandbox) {
        text.push_str(
            "\nIt is the sandbox: results of checks are made up and nothing is billed, but pictures and files that people \
             upload are stored, so it is no place for real documents.",
        );
    }
    if is_real && in_use == Some(Environment::Live) {
        text.push_str("\nIt is live: people and money are real.");
    }
    let answer = ToolOutput::new(text);
    Ok(if in_use == Some(Environment::Sandbox) && has_live {
        answer.with_next(
            "didit_account_login",
            "switches to the live application, with environment: live; its balance starts at $0.",
        )
    } else {
        answer
    })
}

fn name_of(application: &Application) -> String {
    application.name.as_deref().map(clean).unwrap_or_default()
}

pub(super) fn root_of(connection: &Connection) -> String {
    let mut root = connection.settings().api_base_url.clone();
    root.set_path("/");
    root.to_string()
}
