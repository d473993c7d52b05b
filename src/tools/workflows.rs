//! Templates of checks.

mod plain;
mod row;
mod weakening;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    Access, Answer, Context, Tool, Toolset,
    change::{Change, Line, Setting},
    consent::agreed,
    error::{Stop, ToolError},
    input::{input_schema, output_schema, parse},
    paging::{self, PageInput},
    untrusted::{apart, code_apart},
    workflow_input::{self, ALIASES, FeatureInput, General, Steps, Switches, Template},
};
use crate::didit::{
    Error, Kind, Page, Workflow, WorkflowFeature, WorkflowId, WorkflowRequest, features::Feature,
};
use row::WorkflowRow;
pub(super) use row::features;

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool {
            name: "didit_workflow_list",
            title: "List workflows",
            toolset: Toolset::Workflows,
            access: Access::Read,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: None,
            description: "Lists the application's workflows: the templates that say which checks a session runs.",
            input: input_schema::<PageInput>,
            output: Some(output_schema::<WorkflowList>),
            aliases: &[],
            example: |_| json!({ "limit": 5 }),
            run: |context, arguments| {
                Box::pin(async move { list(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_workflow_get",
            title: "Get a workflow",
            toolset: Toolset::Workflows,
            access: Access::Read,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: None,
            description: "Reads one workflow: its checks with their settings, price, version and link.",
            input: input_schema::<WorkflowInput>,
            output: None,
            aliases: &[("uuid", "workflow_id"), ("settings_uuid", "workflow_id")],
            example: |world| json!({ "workflow_id": world.workflow_id }),
            run: |context, arguments| {
                Box::pin(async move { get(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_workflow_create",
            title: "Create a workflow",
            toolset: Toolset::Workflows,
            access: Access::Write,
            idempotent: false,
            overwrites: false,
            asks_when: None,
            verify_with: Some(("didit_workflow_list", "shows whether the workflow exists.")),
            description: "Creates a workflow from switches, which change the recommended KYC: document, passive liveness, face match \
                          (below 50 declined), 3 tries.",
            input: input_schema::<CreateInput>,
            output: Some(output_schema::<WorkflowRow>),
            aliases: ALIASES,
            example: |_| json!({ "workflow_label": "Example KYC", "aml": true }),
            run: |context, arguments| {
                Box::pin(async move { create(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_workflow_update",
            title: "Change a workflow",
            toolset: Toolset::Workflows,
            access: Access::Write,
            idempotent: true,
            overwrites: true,
            asks_when: Some("it removes a check from a published workflow or loosens one"),
            verify_with: Some(("didit_workflow_get", "shows the settings as they are.")),
            description: "Changes a workflow for later sessions: switches add (true) or remove (false) checks; the rest stays.",
            input: input_schema::<UpdateInput>,
            output: None,
            aliases: ALIASES,
            example: |world| json!({ "workflow_id": world.workflow_id, "aml": true }),
            run: |context, arguments| {
                Box::pin(async move { update(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_workflow_delete",
            title: "Delete a workflow",
            toolset: Toolset::Workflows,
            access: Access::Irreversible,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: Some(("didit_workflow_list", "shows whether it is still there.")),
            description: "Deletes one version of a workflow for good; its sessions keep their results.",
            input: input_schema::<WorkflowInput>,
            output: None,
            aliases: &[("uuid", "workflow_id"), ("settings_uuid", "workflow_id")],
            example: |world| json!({ "workflow_id": world.workflow_id }),
            run: |context, arguments| {
                Box::pin(async move { delete(&context, parse(arguments)?).await })
            },
        },
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

#[derive(Deserialize, JsonSchema)]
struct UpdateInput {
    /// UUID of the workflow or of one of its versions.
    workflow_id: String,
    #[serde(flatten)]
    general: General,
    #[serde(flatten)]
    switches: Switches,
    /// Exact ordered steps that replace all, instead of switches.
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

async fn list(context: &Context, input: PageInput) -> Result<Answer, Stop> {
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

async fn get(context: &Context, input: WorkflowInput) -> Result<Answer, Stop> {
    let workflow = find(context, &input.workflow_id).await?;
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

async fn create(context: &Context, input: CreateInput) -> Result<Answer, Stop> {
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

async fn update(context: &Context, input: UpdateInput) -> Result<Answer, Stop> {
    let by_switches = input.features.is_none();
    let mut draft = input.general.request();
    if let Some(features) = input.features {
        refuse_both(&input.switches)?;
        draft.features = Some(workflow_input::exact(features));
    }
    let switches = input.switches;
    if draft == WorkflowRequest::default() && switches.is_empty() {
        // Even an empty change would publish a draft.
        return Err(ToolError::new(
            "invalid_argument",
            "Nothing to change was named beside the workflow, so nothing was sent.",
        )
        .into());
    }
    check(&draft, by_switches)?;
    let (current, request, note) = agreed(context, async || {
        let current = find(context, &input.workflow_id).await?;
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
        let change = weaker(context, &current, &request);
        Ok((change, (current, request, note)))
    })
    .await?;
    if request == WorkflowRequest::default() {
        return Ok(Answer::new(format!(
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
    let workflow = context
        .client()?
        .update_workflow(&current.uuid, &request)
        .await?;
    let mut answer = described("Changed", &workflow, note);
    answer.text.push_str(&before);
    if workflow.uuid != current.uuid {
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
    let before = serde_json::to_value(current).unwrap_or_default();
    let mut settings = Setting::of_request(&rest, Some(&before));
    settings.extend(weakening::steps(features));
    Some(Change {
        direction: "weaken",
        target: format!("workflow {}", current.workflow_id.unwrap_or(current.uuid)),
        action: Line::new("Make a workflow in use less strict."),
        consequence: "Later sessions run the steps below, and people may pass who would not have passed before."
            .to_owned(),
        choice: "Make it less strict",
        warnings,
        subject: weakening::subject(current),
        settings,
        place: context.connection.place_of_change(None),
        seen: weakening::seen(current),
    })
}

async fn delete(context: &Context, input: WorkflowInput) -> Result<Answer, Stop> {
    let workflow = agreed(context, async || {
        let workflow = find_version(context, &input.workflow_id).await?;
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

/// Finds the version that new sessions use by the id that all versions share, or any version by its own id. The first version
/// has the shared id as its own, so that id alone may lead to one that has been replaced since.
pub(super) async fn find(context: &Context, id: &str) -> Result<Workflow, Stop> {
    let id: WorkflowId = id.parse()?;
    let client = context.client()?;
    let found = match client.workflow(&id).await {
        Ok(version) if version.workflow_id != Some(id) => return Ok(version),
        Err(Error::Api(error)) if error.kind == Kind::NotFound => Err(Error::Api(error)),
        Ok(version) => Ok(version),
        Err(other) => return Err(other.into()),
    };
    let in_use = client
        .list_workflows(&Page {
            limit: Some(50),
            offset: None,
        })
        .await?
        .items
        .into_iter()
        .filter(|row| row.workflow_id == Some(id))
        .max_by_key(|row| (row.status.as_deref() == Some("published"), row.version))
        .and_then(|row| row.uuid);
    match (found, in_use) {
        (Ok(version), Some(uuid)) if version.uuid == uuid => Ok(version),
        (_, Some(uuid)) => Ok(client.workflow(&uuid).await?),
        (Ok(version), None) => Ok(version),
        (Err(not_found), None) => Err(ToolError::from(not_found)
            .with_hint("didit_workflow_list", "shows the workflows there are.")
            .into()),
    }
}

/// Finds exactly the version of an id: what is deleted must be what was named.
async fn find_version(context: &Context, id: &str) -> Result<Workflow, Stop> {
    let id: WorkflowId = id.parse()?;
    context.client()?.workflow(&id).await.map_err(|error| {
        ToolError::from(error)
            .with_hint("didit_workflow_list", "shows the workflows there are.")
            .into()
    })
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

/// Refuses to change by switches what is more than a list: the list that Didit takes would replace branches, actions and
/// repeated steps for good. A graph of a shape that is not known says nothing, and its flags are the same for both kinds.
fn refuse_graph(workflow: &Workflow) -> Result<(), ToolError> {
    let repeated = workflow
        .features
        .iter()
        .enumerate()
        .any(|(place, name)| workflow.features.iter().take(place).any(|it| it == name));
    let nodes = match workflow
        .extra
        .get("workflow_graph")
        .and_then(|graph| graph.get("nodes"))
    {
        Some(Value::Object(nodes)) => nodes.values().collect(),
        Some(Value::Array(nodes)) => nodes.iter().collect(),
        _ => Vec::new(),
    };
    let kinds: Vec<String> = nodes
        .into_iter()
        .filter_map(|node| node.get("type").or_else(|| node.get("node_type"))?.as_str())
        .map(str::to_ascii_lowercase)
        .collect();
    let steps = kinds.iter().filter(|kind| *kind == "feature").count();
    let other = kinds.iter().any(|kind| {
        ["branch", "condition", "action", "webhook"]
            .iter()
            .any(|part| kind.contains(part))
    });
    if !repeated && !other && steps <= workflow.features.len() {
        return Ok(());
    }
    Err(ToolError::invalid(
        "workflow_id",
        "This workflow has branches, actions or a repeated step, and changing it by switches would turn it into a plain \
         list. Nothing was sent.",
    )
    .with_advice(
        "exact `features` replace it by a list on purpose; the Didit console changes it as it is.",
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
