//! Changing a workflow: what is new is compared with what is in force, and less strictness is agreed to by a human.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    changed,
    find::find,
    graph::refuse_graph,
    input::{self, ALIASES, FeatureInput, General, Switches, check, refuse_both},
    plain,
    row::{WorkflowRow, described, read_back, summary},
    settings::current_features,
    weakening,
};
use crate::{
    didit::{Workflow, WorkflowId, WorkflowRequest},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::{ErrorCode, NotDone, ToolError},
    },
};

pub(super) fn tool() -> Tool {
    Tool::write("didit_workflow_update", Toolset::Workflows)
        .title("Change a workflow")
        .description(
            "Changes a workflow for later sessions: switches add (true) or remove (false) checks; \
             the rest stays.",
        )
        .example(|world| json!({ "workflow_id": world.workflow_id, "aml": true }))
        .search_words("edit a KYC template, change checks, thresholds, add AML or liveness")
        .idempotent()
        .overwrites()
        .asks_when("it removes a check from a published workflow or loosens one")
        .verify_with("didit_workflow_get", "shows the settings as they are.")
        .aliases(ALIASES)
        .run(update)
}

#[derive(Deserialize, JsonSchema)]
struct UpdateInput {
    /// UUID of the workflow or of one of its versions.
    workflow_id: WorkflowId,
    #[serde(flatten)]
    general: General,
    #[serde(flatten)]
    switches: Switches,
    /// Exact ordered steps that replace all, instead of switches.
    features: Option<Vec<FeatureInput>>,
}

async fn update(context: Context, input: UpdateInput) -> Result<ToolOutput, NotDone> {
    let by_switches = input.features.is_none();
    let mut draft = input.general.request();
    if let Some(features) = input.features {
        refuse_both(&input.switches)?;
        draft.features = Some(input::exact(features));
    }
    let switches = input.switches;
    if draft == WorkflowRequest::default() && switches.is_empty() {
        // Even an empty change would publish a draft.
        return Err(ToolError::new(
            ErrorCode::InvalidArgument,
            "Nothing to change was named beside the workflow, so nothing was sent.",
        )
        .into());
    }
    check(&draft, by_switches)?;
    let (current, request, note) = agreed(&context, async || {
        let current = find(&context, input.workflow_id).await?;
        let mut request = draft.clone();
        let mut note = None;
        if !switches.is_empty() {
            refuse_graph(&current)?;
            // Didit replaces the whole list, so what is there now is sent again with the changes.
            let steps = switches.apply(current_features(&current))?;
            request.features = Some(steps.features);
            note = steps.note;
            check(&request, by_switches)?;
        }
        let request = plain::without_what_is_so(request.normalized()?, &current);
        let change = weaker(&context, &current, &request);
        Ok((change, (current, request, note)))
    })
    .await?;
    if request == WorkflowRequest::default() {
        return Ok(ToolOutput::new(format!(
            "Nothing to change: all of that is so already, and no version was made. It is {}.\n{}",
            summary(&current),
            plain::in_force(&current)
        ))
        .with_data(&WorkflowRow::from(&current)));
    }
    let before = plain::before(&request, &current);
    // Didit publishes a draft with every change that does not say otherwise, and nobody asked for that here.
    let mut request = request;
    if request.status.is_none() && current.status.as_deref() == Some("draft") {
        request.status = Some("draft".to_owned());
    }
    let client = context.client()?;
    let answered = client.update_workflow(&current.uuid, &request).await?;
    let made = read_back(&client, answered).await;
    let mut answer = described("Changed", &made, note);
    answer.text.push_str(&before);
    if let Some(Value::Object(data)) = &mut answer.data {
        let changes = changed::changes(&current, &made.workflow);
        data.insert("changed".to_owned(), json!(changes));
    }
    if made.workflow.uuid != current.uuid {
        answer.text.push_str(&format!(
            "\nThis is a new version; the earlier one was {}.",
            current.uuid
        ));
    }
    Ok(answer.with_next(
        "didit_session_create",
        "makes a link; unfinished links keep the checks they began with.",
    ))
}

/// The question to a human, where a change lets people pass through a workflow in use who would not have passed before.
fn weaker(context: &Context, current: &Workflow, request: &WorkflowRequest) -> Option<Change> {
    if current.status.as_deref() == Some("draft") {
        return None;
    }
    let features = request.features.as_deref()?;
    let warnings = weakening::weakened(&current_features(current), features);
    if warnings.is_empty() {
        return None;
    }
    let rest = WorkflowRequest {
        features: None,
        ..request.clone()
    };
    let before = plain::fields(current).into();
    let mut settings = Setting::of_request(&rest, Some(&before));
    settings.extend(weakening::steps(features));
    Some(Change {
        direction: "weaken",
        target: format!("workflow {}", current.workflow_id.unwrap_or(current.uuid)),
        action: Line::new("Make a workflow in use less strict."),
        consequence: "Later sessions run the steps below, \
             and people may pass who would not have passed before."
            .to_owned(),
        choice: "Make it less strict",
        warnings,
        subject: weakening::subject(current),
        settings,
        place: context.connection.place_of_change(None),
        seen: weakening::seen(current),
    })
}
