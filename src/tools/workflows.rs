//! Templates of checks.

mod find;
mod plain;
mod row;
mod update;
mod weakening;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Answer, Context, Tool, Toolset,
    change::{Change, Line},
    consent::agreed,
    error::{Stop, ToolError},
    paging::{self, PageInput},
    untrusted::{apart, code_apart},
    workflow_input::{self, ALIASES, FeatureInput, General, Steps, Switches, Template},
};
use crate::didit::{Error, Workflow, WorkflowFeature, WorkflowRequest, features::Feature};
pub(super) use find::find;
use find::find_version;
use row::WorkflowRow;
pub(super) use row::features;
use update::update;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool::read("didit_workflow_list", Toolset::Workflows)
.title("List workflows")
.description(
                "Lists the application's workflows: the templates that say which checks a session \
                 runs.",
            )
.example(|_| json!({ "limit": 5 }))
.output::<WorkflowList>()
.run(list),
        Tool::read("didit_workflow_get", Toolset::Workflows)
.title("Get a workflow")
.description("Reads one workflow: its checks with their settings, price, version and link.")
.example(|world| json!({ "workflow_id": world.workflow_id }))
.aliases(&[("uuid", "workflow_id"), ("settings_uuid", "workflow_id")])
.run(get),
        Tool::write("didit_workflow_create", Toolset::Workflows)
.title("Create a workflow")
.description(
                "Creates a workflow from switches, which change the recommended KYC: document, \
                 passive liveness, face match (below 50 declined), 3 tries.",
            )
.example(|_| json!({ "workflow_label": "Example KYC", "aml": true }))
.verify_with(
"didit_workflow_list",
                "shows whether the workflow exists.",
)
.aliases(ALIASES)
.output::<WorkflowRow>()
.run(create),
        Tool::write("didit_workflow_update", Toolset::Workflows)
.title("Change a workflow")
.description(
                "Changes a workflow for later sessions: switches add (true) or remove (false) checks; \
                 the rest stays.",
            )
.example(|world| json!({ "workflow_id": world.workflow_id, "aml": true }))
.idempotent()
.overwrites()
.asks_when("it removes a check from a published workflow or loosens one")
.verify_with(
"didit_workflow_get",
                "shows the settings as they are.",
)
.aliases(ALIASES)
.run(update),
        Tool::irreversible("didit_workflow_delete", Toolset::Workflows)
.title("Delete a workflow")
.description("Deletes one version of a workflow for good; its sessions keep their results.")
.example(|world| json!({ "workflow_id": world.workflow_id }))
.idempotent()
.verify_with(
"didit_workflow_list",
                "shows whether it is still there.",
)
.aliases(&[("uuid", "workflow_id"), ("settings_uuid", "workflow_id")])
.run(delete),
    ]
}

#[derive(Deserialize, JsonSchema)]
struct WorkflowInput {
    /// UUID of the workflow or of one of its versions.
    workflow_id: String,
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

#[derive(Serialize, JsonSchema)]
struct WorkflowList {
    items: Vec<WorkflowRow>,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

async fn list(context: Context, input: PageInput) -> Result<Answer, Stop> {
    let page = paging::page(&input)?;
    let workflows = context.client()?.list_workflows(&page).await?;
    let found = workflows
        .items
        .iter()
        .map(WorkflowRow::from)
        .map(|row| (row.line(), row))
        .collect();
    let rows = paging::rows(found, &page, workflows.next_offset);
    let heading = match workflows.total {
        Some(total) => format!("{} of {total} workflow(s):", rows.items.len()),
        None => format!("{} workflow(s):", rows.items.len()),
    };
    let empty = rows.items.is_empty();
    let answer = Answer::new(format!("{heading}{}", rows.text)).with_data(&WorkflowList {
        items: rows.items,
        has_more: rows.next_cursor.is_some(),
        next_cursor: rows.next_cursor,
        total: workflows.total,
    });
    Ok(if empty {
        answer.with_next("didit_workflow_create", "makes the first one.")
    } else {
        answer.with_next(
            "didit_session_create",
            "makes a verification link with one of them.",
        )
    })
}

async fn get(context: Context, input: WorkflowInput) -> Result<Answer, Stop> {
    let workflow = find(&context, &input.workflow_id).await?;
    let mut text = summary(&workflow);
    let steps = current_features(&workflow);
    for step in &steps {
        let config = step
            .config
            .as_ref()
            .filter(|config| !config.is_empty())
            .map(|config| format!(" {}", settings(config)))
            .unwrap_or_default();
        text.push_str(&format!("\n- {}{config}", code_apart(&step.feature)));
    }
    for (name, value) in [
        ("Tries", workflow.max_retry_attempts),
        ("Retry window in days", workflow.retry_window_days),
        (
            "Life of a link in seconds",
            workflow.session_expiration_time,
        ),
    ] {
        if let Some(value) = value {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    let mut data = Map::new();
    if let Ok(Value::Object(row)) = serde_json::to_value(WorkflowRow::from(&workflow)) {
        data.extend(row);
    }
    data.insert(
        "steps".into(),
        serde_json::to_value(&steps).unwrap_or_default(),
    );
    if let Some(tries) = workflow.max_retry_attempts {
        data.insert("max_retry_attempts".into(), tries.into());
    }
    Ok(Answer::new(text)
        .with_data(&data)
        .with_next("didit_session_create", "makes a verification link with it.")
        .with_next("didit_workflow_update", "changes it for later sessions."))
}

async fn create(context: Context, input: CreateInput) -> Result<Answer, Stop> {
    let by_switches = input.features.is_none();
    let steps = match input.features {
        Some(features) => {
            refuse_both(&input.switches)?;
            Steps {
                features: workflow_input::exact(features),
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
    let workflow = context.client()?.create_workflow(&request).await?;
    Ok(described("Created", &workflow, steps.note).with_next(
        "didit_session_create",
        "makes a person's verification link with this workflow_id.",
    ))
}

async fn delete(context: Context, input: WorkflowInput) -> Result<Answer, Stop> {
    let workflow = agreed(&context, async || {
        let workflow = find_version(&context, &input.workflow_id).await?;
        let change = Change {
            direction: "delete",
            target: format!("workflow version {}", workflow.uuid),
            action: Line::new("Delete one version of a workflow."),
            consequence: "New sessions can no longer use it; finished ones keep their results. This cannot be undone."
                .to_owned(),
            choice: "Delete",
            warnings: Vec::new(),
            subject: weakening::subject(&workflow),
            settings: Vec::new(),
            place: context.connection.place_of_change(None),
            seen: weakening::seen(&workflow),
        };
        Ok((change, workflow))
    })
    .await?;
    context.client()?.delete_workflow(&workflow.uuid).await?;
    Ok(
        Answer::new(format!("Deleted the workflow version {}.", workflow.uuid))
            .with_next("didit_workflow_list", "shows what is left."),
    )
}

/// Checks a request before anything is sent; what switches stand for is named by the switch, not by its place in the list.
fn check(request: &WorkflowRequest, by_switches: bool) -> Result<(), ToolError> {
    request.validate().map_err(|error| match error {
        Error::Invalid {
            field,
            message,
            allowed,
        } if by_switches => Error::Invalid {
            field: field
                .rsplit_once(".config.")
                .map_or_else(|| field.clone(), |(_, key)| key.to_owned()),
            message,
            allowed,
        }
        .into(),
        other => other.into(),
    })
}

fn refuse_both(switches: &Switches) -> Result<(), ToolError> {
    if switches.is_empty() {
        return Ok(());
    }
    Err(ToolError::invalid(
        "features",
        "`features` says exactly which steps run, so switches and thresholds cannot be given with it; settings go into each feature's `config`.",
    ))
}

/// The features of a workflow with their settings, read back from the flat settings that Didit returns.
/// Keys that two features share are read for both.
fn current_features(workflow: &Workflow) -> Vec<WorkflowFeature> {
    workflow
        .features
        .iter()
        .map(|name| {
            let mut feature = WorkflowFeature::new(name.as_str());
            for (key, _) in Feature::find(name).into_iter().flat_map(Feature::config) {
                if let Some(value) = workflow.extra.get(key).filter(|value| is_set(value)) {
                    feature = feature.with(key, value.clone());
                }
            }
            feature
        })
        .collect()
}

/// The settings of a step as JSON on one line, with the texts in them set apart where they could say something. The names of
/// the settings are ours; those of what lies in them are Didit's.
fn settings(config: &Map<String, Value>) -> String {
    let members: Vec<String> = config
        .iter()
        .map(|(key, value)| format!("\"{key}\":{}", setting(value)))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn setting(value: &Value) -> String {
    match value {
        Value::String(text) => match apart(text) {
            bare if bare == *text => format!("\"{bare}\""),
            marked => marked,
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(setting).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(entries) => {
            let members: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("\"{}\":{}", code_apart(key), setting(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn described(verb: &str, workflow: &Workflow, note: Option<String>) -> Answer {
    let note = note.map(|note| format!("\n{note}")).unwrap_or_default();
    Answer::new(format!(
        "{verb} {}{note}\n{}",
        summary(workflow),
        plain::in_force(workflow)
    ))
    .with_data(&WorkflowRow::from(workflow))
}

fn summary(workflow: &Workflow) -> String {
    format!("workflow {}", WorkflowRow::from(workflow).line())
}
