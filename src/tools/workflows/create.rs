//! Making a workflow, from switches or from exact steps.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    input::{
        self, ALIASES, FeatureInput, General, Switches, Template, check, refuse_both, steps::Steps,
    },
    row::{WorkflowRow, described, read_back},
};
use crate::tools::{Context, Tool, ToolOutput, Toolset, error::NotDone};

pub(super) fn tool() -> Tool {
    Tool::write("didit_workflow_create", Toolset::Workflows)
        .title("Create a workflow")
        .description(
            "Creates a workflow from switches, which change the recommended KYC: document, \
             passive liveness, face match (declined below 50), 3 retries.",
        )
        .example(|_| json!({ "workflow_label": "Example KYC", "aml": true }))
        .search_words("KYC template, verification flow, checks, document, passport, selfie, liveness, AML, age, phone, address")
        .verify_with("didit_workflow_list", "shows whether the workflow exists.")
        .aliases(ALIASES)
        .output::<WorkflowRow>()
        .run(create)
}

#[derive(Deserialize, JsonSchema)]
struct CreateInput {
    #[serde(flatten)]
    general: General,
    #[serde(flatten)]
    switches: Switches,
    /// Kind to start from.
    #[serde(default)]
    workflow_type: Template,
    /// Exact ordered steps, instead of switches.
    features: Option<Vec<FeatureInput>>,
}

async fn create(context: Context, input: CreateInput) -> Result<ToolOutput, NotDone> {
    let by_switches = input.features.is_none();
    let steps = match input.features {
        Some(features) => {
            refuse_both(&input.switches)?;
            Steps {
                features: input::exact(features),
                note: None,
            }
        }
        None => input.switches.features(input.workflow_type)?,
    };
    let mut request = input.general.request();
    request
        .workflow_label
        .get_or_insert_with(|| "KYC".to_owned());
    request.max_retry_attempts.get_or_insert(3);
    request.features = Some(steps.features);
    check(&request, by_switches)?;
    let client = context.client()?;
    let answered = client.create_workflow(&request).await?;
    let made = read_back(&client, answered).await;
    Ok(described("Created", &made, steps.note).with_next(
        "didit_session_create",
        "makes a person's verification link with this workflow_id.",
    ))
}
