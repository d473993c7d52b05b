//! Storing and using the key of an application.

use crate::tools::{
    Context, ToolOutput,
    connection::Connection,
    error::{ErrorCode, NotDone, ToolError},
    untrusted::{clean, mark_untrusted},
};
use crate::{
    credentials::NamedId,
    didit::{ApiKey, Application, Organization},
};

/// Said where the operator's password would have been used.
pub(super) const PASSWORD_WITHHELD: &str =
    "DIDIT_PASSWORD is never given to a simulator or sent over plain HTTP.";

/// Stores the key of an application, to be used from the next call on.
pub(super) async fn adopt(
    context: &Context,
    email: &str,
    application: &Application,
    organization: Option<&Organization>,
) -> Result<(), NotDone> {
    let Some(key) = &application.api_key else {
        return Err(ToolError::new(
            ErrorCode::NoKeyInAnswer,
            format!(
                "Didit returned no API key for the application {}.",
                mark_untrusted(&name_of(application))
            ),
        )
        .with_advice(
            "its key is in the Didit Business Console (API & Webhooks); \
             the operator sets it as DIDIT_API_KEY.",
        )
        .into());
    };
    let connection = &context.connection;
    let mut is_another = false;
    connection
        .remember(|profile| {
            profile.put_in_use(email);
            is_another = profile
                .api_key
                .as_deref()
                .is_some_and(|old| old != key.expose_secret());
            profile.api_key = Some(key.expose_secret().to_owned());
            profile.api_origin = Some(connection.origin());
            profile.application = Some(NamedId {
                uuid: application
                    .uuid
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
                name: name_of(application),
                mode: application.mode.as_deref().map(clean),
            });
            profile.organization = organization.map(|organization| NamedId {
                uuid: organization
                    .uuid
                    .map(|id| id.to_string())
                    .unwrap_or_default(),
                name: organization.name.as_deref().map(clean).unwrap_or_default(),
                mode: None,
            });
        })
        .await?;
    if is_another {
        context.confirmer.void_all().await;
    }
    Ok(())
}

pub(super) fn key_in_use(connection: &Connection, application: &Application) -> ToolOutput {
    let last_four = application
        .api_key
        .as_ref()
        .map(ApiKey::last_four)
        .unwrap_or_default();
    let mut text = format!(
        "The API key of the application {} (ends in {last_four}) is stored in {}",
        mark_untrusted(&name_of(application)),
        connection.place()
    );
    text.push_str(if connection.key_is_from_environment() {
        ", but DIDIT_API_KEY is set in the environment and overrides it."
    } else {
        " and in use now."
    });
    ToolOutput::new(text)
}

pub(super) fn name_of(application: &Application) -> String {
    application.name.as_deref().map(clean).unwrap_or_default()
}

pub(super) fn root_of(connection: &Connection) -> String {
    let mut root = connection.settings().api_base_url.clone();
    root.set_path("/");
    root.to_string()
}
