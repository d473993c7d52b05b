//! What a verification link can be made with, in Didit's own field names.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    didit::{ContactDetails, ExpectedDetails, Page, SessionRequest, WorkflowId, WorkflowSummary},
    tools::{
        Context,
        connection::Connection,
        error::{Stop, ToolError},
        files, input,
        untrusted::{apart, clean},
        workflows::features,
    },
};

/// The largest portrait that Didit takes, in bytes.
const MAX_PORTRAIT_BYTES: u64 = 2 * 1024 * 1024;

/// The arguments of a new session.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SessionInput {
    /// Workflow UUID; found by itself when there is one sensible choice.
    pub workflow_id: Option<String>,
    /// Your own id of the person; an unfinished session of the same id is returned instead of a second one.
    vendor_data: Option<String>,
    /// Where the person's browser goes afterwards.
    callback: Option<String>,
    /// Which device goes there.
    callback_method: Option<CallbackMethod>,
    /// Any JSON, returned with the session.
    #[schemars(with = "Option<Map<String, Value>>")]
    metadata: Option<Value>,
    /// Language of the pages, such as en or pt-BR.
    language: Option<String>,
    contact_details: Option<ContactInput>,
    /// Compared with the document; differences become warnings.
    expected_details: Option<ExpectedInput>,
    /// JPEG, PNG, WebP or TIFF in the output folder, for a face match without a document.
    portrait_file: Option<String>,
    /// Outcome to play, such as approve; sandbox only.
    sandbox_scenario: Option<String>,
    /// Add the link as a QR code picture.
    #[serde(default)]
    pub qr_code: bool,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum CallbackMethod {
    Initiator,
    Completer,
    Both,
}

#[derive(Deserialize, JsonSchema)]
struct ContactInput {
    email: Option<String>,
    /// Let Didit write to that address.
    send_notification_emails: Option<bool>,
    email_lang: Option<String>,
    /// E.164, such as +14155550100.
    phone: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct ExpectedInput {
    first_name: Option<String>,
    last_name: Option<String>,
    /// YYYY-MM-DD.
    date_of_birth: Option<String>,
    gender: Option<Gender>,
    /// Countries: three letters, such as ESP.
    nationality: Option<String>,
    country: Option<String>,
    id_country: Option<String>,
    poa_country: Option<String>,
    /// Needs a country.
    address: Option<String>,
    identification_number: Option<String>,
    ip_address: Option<String>,
    /// P, ID, DL, RP, HIC, TC, SSC.
    expected_document_types: Option<Vec<String>>,
    company_name: Option<String>,
    registry_country: Option<String>,
    registration_number: Option<String>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
enum Gender {
    M,
    F,
}

/// Checks the arguments of a new session as far as that goes without asking Didit.
///
/// # Errors
/// The first rule that they break.
pub fn check_session(connection: &Connection, arguments: Map<String, Value>) -> Result<(), Stop> {
    let input: SessionInput = input::parse(arguments)?;
    input.request(connection).map(drop)
}

/// A request that lacks only its workflow.
pub(super) struct Draft(SessionRequest);

impl Draft {
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
    pub(super) fn request(self, connection: &Connection) -> Result<Draft, Stop> {
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
            callback_method: self.callback_method.map(|method| {
                match method {
                    CallbackMethod::Initiator => "initiator",
                    CallbackMethod::Completer => "completer",
                    CallbackMethod::Both => "both",
                }
                .to_owned()
            }),
            metadata: self.metadata,
            language: self.language,
            contact_details: self.contact_details.map(|contact| ContactDetails {
                email: contact.email,
                send_notification_emails: contact.send_notification_emails,
                email_lang: contact.email_lang,
                phone: contact.phone,
            }),
            expected_details: self.expected_details.map(ExpectedDetails::from),
            portrait_image,
            sandbox_scenario: self.sandbox_scenario,
            ..SessionRequest::new(WorkflowId::from(uuid::Uuid::nil()))
        };
        // What is shown from here on is what is sent.
        Ok(Draft(request.normalized()?))
    }
}

impl From<ExpectedInput> for ExpectedDetails {
    fn from(input: ExpectedInput) -> Self {
        Self {
            first_name: input.first_name,
            last_name: input.last_name,
            date_of_birth: input.date_of_birth,
            gender: input.gender.map(|gender| {
                match gender {
                    Gender::M => "M",
                    Gender::F => "F",
                }
                .to_owned()
            }),
            nationality: input.nationality,
            country: input.country,
            id_country: input.id_country,
            poa_country: input.poa_country,
            address: input.address,
            identification_number: input.identification_number,
            ip_address: input.ip_address,
            expected_document_types: input.expected_document_types,
            company_name: input.company_name,
            registry_country: input.registry_country,
            registration_number: input.registration_number,
        }
    }
}

/// The workflow of a session that may name none: the argument, the setting, the account's default, the only one.
pub(super) async fn resolve_workflow(
    context: &Context,
    named: Option<&str>,
) -> Result<(WorkflowId, Option<String>), Stop> {
    if let Some(named) = named.or(context.connection.settings().workflow_id.as_deref()) {
        return Ok((named.parse()?, None));
    }
    let workflows = context
        .client()?
        .list_workflows(&Page {
            limit: Some(50),
            offset: None,
        })
        .await?
        .items;
    // Several versions of one workflow count once; drafts and archived ones make no sessions.
    let mut usable = Vec::new();
    for workflow in &workflows {
        let Some(id) = workflow.workflow_id.or(workflow.uuid) else {
            continue;
        };
        let published =
            workflow.status.as_deref() != Some("draft") && workflow.is_archived != Some(true);
        if published && usable.iter().all(|(known, _)| *known != id) {
            usable.push((id, workflow));
        }
    }
    let label =
        |workflow: &WorkflowSummary| clean(workflow.workflow_label.as_deref().unwrap_or_default());
    let chosen = match usable.as_slice() {
        [only] => Some(only),
        several => several
            .iter()
            .find(|(_, workflow)| workflow.is_default == Some(true)),
    };
    match chosen {
        Some((id, workflow)) => Ok((*id, Some(label(workflow)))),
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
        .with_allowed(usable.iter().map(|(id, workflow)| {
            format!(
                "{id} ({}: {})",
                apart(&label(workflow)),
                features(&workflow.features)
            )
        }))
        .into()),
    }
}
