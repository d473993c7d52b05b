//! What a verification link can be made with, in Didit's own field names.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::workflow::{self, Published};
use crate::{
    didit::{
        ContactDetails, ExpectedDetails, SessionRequest, WorkflowId,
        sessions::{CallbackMethod, SandboxScenario},
        values::{AppUrl, Language, Text},
    },
    tools::{
        Context,
        connection::Connection,
        error::{NotDone, ToolError},
        files,
        input::Arguments as _,
        untrusted::mark_untrusted,
        workflows::features,
    },
};

/// The largest portrait that Didit takes, in bytes.
const MAX_PORTRAIT_BYTES: u64 = 2 * 1024 * 1024;

/// The arguments of a new session.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SessionInput {
    /// Workflow UUID or name; chosen automatically when there is only one or a default.
    pub workflow_id: Option<Text>,
    /// Your own id of the person; an unfinished session with the same id is returned instead of a new one.
    vendor_data: Option<Text>,
    /// Where the person's browser goes afterwards.
    callback: Option<AppUrl>,
    /// Which device goes there.
    callback_method: Option<CallbackMethod>,
    /// Any JSON, returned with the session.
    #[schemars(with = "Option<Map<String, Value>>")]
    metadata: Option<Value>,
    /// Language of the pages, such as en or pt-BR.
    language: Option<Language>,
    contact_details: Option<ContactDetails>,
    /// Compared with the document; differences become warnings.
    expected_details: Option<ExpectedDetails>,
    /// JPEG, PNG, WebP or TIFF in the output folder, for a face match without a document.
    portrait_file: Option<String>,
    /// Outcome to simulate, such as approve; sandbox only.
    sandbox_scenario: Option<SandboxScenario>,
    /// Add the link as a QR code picture.
    #[serde(default)]
    pub qr_code: bool,
}

/// Checks the arguments of a new session as far as that goes without asking Didit.
///
/// # Errors
/// The first rule that they break.
pub fn check_session(
    connection: &Connection,
    arguments: Map<String, Value>,
) -> Result<(), NotDone> {
    let input = SessionInput::read(arguments)?;
    input.request(connection).map(drop)
}

/// A request that lacks only its workflow.
pub(super) struct RequestWithoutWorkflow(SessionRequest);

impl RequestWithoutWorkflow {
    /// The whole request.
    pub(super) fn for_workflow(self, workflow_id: WorkflowId) -> SessionRequest {
        SessionRequest {
            workflow_id,
            ..self.0
        }
    }
}

impl SessionInput {
    /// The request but for its workflow, checked: nothing is asked of Didit for arguments that cannot work.
    pub(super) fn request(
        self,
        connection: &Connection,
    ) -> Result<RequestWithoutWorkflow, NotDone> {
        let portrait_image = self
            .portrait_file
            .as_deref()
            .map(|path| {
                files::read(
                    &connection.settings().output_dir,
                    path,
                    MAX_PORTRAIT_BYTES,
                    "portrait_file",
                )
            })
            .transpose()?;
        let request = SessionRequest {
            vendor_data: self.vendor_data,
            callback: self.callback,
            callback_method: self.callback_method,
            metadata: self.metadata,
            language: self.language,
            contact_details: self.contact_details,
            expected_details: self.expected_details,
            portrait_image,
            sandbox_scenario: self.sandbox_scenario,
            ..SessionRequest::new(WorkflowId::from(uuid::Uuid::nil()))
        };
        request.validate()?;
        Ok(RequestWithoutWorkflow(request))
    }
}

/// The workflow of a session that may name none: the argument, the setting, the account's default, the only one.
pub(in crate::tools) async fn resolve_workflow(
    context: &Context,
    named: Option<Text>,
) -> Result<(WorkflowId, Option<String>), NotDone> {
    if let Some(named) = named {
        return match named.trim().parse::<WorkflowId>() {
            Ok(id) => Ok((id, None)),
            Err(_) => by_name(context, &named).await.map(|id| (id, None)),
        };
    }
    if let Some(setting) = &context.connection.settings().workflow_id {
        return Ok((setting.parse()?, None));
    }
    let usable = workflow::published(&context.client()?).await?;
    match workflow::sensible(&usable) {
        Some(chosen) => Ok((chosen.id, Some(chosen.label.clone()))),
        None if usable.is_empty() => Err(ToolError::invalid(
            "workflow_id",
            "The application has no published workflow yet, so nothing was sent.",
        )
        .with_hint(
            "didit_workflow_create",
            "makes one; without arguments it is the recommended KYC.",
        )
        .into()),
        None => Err(ToolError::invalid(
            "workflow_id",
            "The application has several workflows and no default, so one must be named. \
             Nothing was sent.",
        )
        .with_allowed(choices(&usable))
        .into()),
    }
}

/// The published workflow of this name, in any case.
async fn by_name(context: &Context, name: &str) -> Result<WorkflowId, NotDone> {
    let usable = workflow::published(&context.client()?).await?;
    let wanted = name.trim().to_lowercase();
    let mut fitting = usable
        .iter()
        .filter(|workflow| workflow.label.to_lowercase() == wanted);
    let problem = match (fitting.next(), fitting.next()) {
        (Some(only), None) => return Ok(only.id),
        (Some(_), Some(_)) => "More than one published workflow has this name. Nothing was sent.",
        (None, _) => "No published workflow has this id or name. Nothing was sent.",
    };
    Err(ToolError::invalid("workflow_id", problem)
        .with_allowed(choices(&usable))
        .into())
}

/// The workflows among which a caller can choose.
fn choices(usable: &[Published]) -> impl Iterator<Item = String> {
    usable.iter().map(|workflow| {
        format!(
            "{} ({}: {})",
            workflow.id,
            mark_untrusted(&workflow.label),
            features(&workflow.features)
        )
    })
}
