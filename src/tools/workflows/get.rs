//! One workflow with the settings of its steps.

use serde_json::{Map, Value, json};

use super::{
    find::find,
    input::WorkflowInput,
    plain,
    row::{InForce, summary},
    settings::current_features,
};
use crate::tools::{
    Context, Tool, ToolOutput, Toolset,
    error::NotDone,
    untrusted::{mark_untrusted, mark_untrusted_code},
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_workflow_get", Toolset::Workflows)
        .title("Get a workflow")
        .description("Reads one workflow: its checks with their settings, price, version and link.")
        .example(|world| json!({ "workflow_id": world.workflow_id }))
        .search_words("KYC template, flow settings, thresholds, price")
        .aliases(&[("uuid", "workflow_id"), ("settings_uuid", "workflow_id")])
        .run(get)
}

async fn get(context: Context, input: WorkflowInput) -> Result<ToolOutput, NotDone> {
    let workflow = find(&context, input.workflow_id).await?;
    let mut text = format!("{}\n{}", summary(&workflow), plain::in_force(&workflow));
    let steps = current_features(&workflow);
    for step in &steps {
        let config = step
            .config
            .as_ref()
            .filter(|config| !config.is_empty())
            .map(|config| format!(" {}", settings(config)))
            .unwrap_or_default();
        text.push_str(&format!(
            "\n- {}{config}",
            mark_untrusted_code(step.feature.as_str())
        ));
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
    Ok(ToolOutput::new(text)
        .with_data(&InForce::of(&workflow))
        .with_next("didit_session_create", "makes a verification link with it.")
        .with_next("didit_workflow_update", "changes it for later sessions."))
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
        Value::String(text) => match mark_untrusted(text) {
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
                .map(|(key, value)| format!("\"{}\":{}", mark_untrusted_code(key), setting(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}
