//! Arguments that hosts add to a call by themselves, which no model wrote and no tool takes.

use serde_json::{Map, Value};

/// What is added, with the place where that is reported.
const ADDED: [&str; 4] = [
    // Cline: https://github.com/cline/cline/issues/9684
    "task_progress",
    // Gemini CLI: https://github.com/google-gemini/gemini-cli/issues/27403
    "wait_for_previous",
    // n8n: https://github.com/n8n-io/n8n/issues/21500, /21716 and /22787
    N8N_CALL,
    // SiYuan: https://github.com/siyuan-note/siyuan/issues/17927
    "_sessionID",
];

/// What n8n adds to every call, and the words that come with it. Alone, each of these could be a model's slip of the pen.
const N8N_CALL: &str = "toolCallId";
const BESIDE_N8N_CALL: [&str; 4] = ["tool", "sessionId", "action", "chatInput"];

/// Takes out what the host added, unless the tool has an argument of that name.
pub(super) fn without_additions(
    mut arguments: Map<String, Value>,
    properties: &Map<String, Value>,
) -> Map<String, Value> {
    let is_n8n = arguments.contains_key(N8N_CALL);
    arguments.retain(|name, _| {
        let is_added =
            ADDED.contains(&name.as_str()) || is_n8n && BESIDE_N8N_CALL.contains(&name.as_str());
        !is_added || properties.contains_key(name)
    });
    arguments
}
