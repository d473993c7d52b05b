//! The tools that exist in this process: filtered once, at start.

use std::sync::{Arc, OnceLock};

use rmcp::model::{MetaObject, Tool as ListedTool};
use serde_json::{Map, Value, json};

use super::{
    card,
    policy::{self, Confirmation, Policy},
};
use crate::tools::{JsonObject, Tool};

/// The argument that carries the one-use token of a preview.
pub const CONFIRMATION_TOKEN: &str = "confirmation_token";

/// A tool with what it looks like to a client, built once it is looked at: few sessions use every tool.
pub struct Entry {
    /// The tool itself.
    pub tool: Tool,
    /// Whether a human is asked before a decision takes effect.
    asks: bool,
    listed: OnceLock<ListedTool>,
}

/// The tools that are switched on.
pub struct Catalog {
    entries: Vec<Entry>,
}

impl Catalog {
    /// Keeps what `policy` allows of `tools`.
    pub fn new(tools: Vec<Tool>, policy: &Policy) -> Self {
        let entries = tools
            .into_iter()
            .filter(|tool| policy.allows(tool))
            .map(|tool| Entry::new(tool, policy.confirmation != Confirmation::Never))
            .collect();
        Self { entries }
    }

    /// The tool of a name, if it is switched on.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tool.name == name)
    }

    /// Whether a tool of this name is switched on.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// What `tools/list` answers.
    pub fn listed(&self) -> Vec<ListedTool> {
        self.entries
            .iter()
            .map(|entry| entry.listed().clone())
            .collect()
    }

    /// Every tool that is switched on.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    fn new(tool: Tool, asks: bool) -> Self {
        Self {
            tool,
            asks,
            listed: OnceLock::new(),
        }
    }

    /// What `tools/list` shows.
    pub fn listed(&self) -> &ListedTool {
        self.listed.get_or_init(|| listed(&self.tool, self.asks))
    }

    /// The schema that arguments are checked against.
    pub fn schema(&self) -> &Arc<JsonObject> {
        &self.listed().input_schema
    }

    /// Renames arguments that came under an older or shorter name, unless the real one is there too.
    pub fn without_aliases(&self, mut arguments: Map<String, Value>) -> Map<String, Value> {
        for (alias, name) in self.tool.aliases {
            if !arguments.contains_key(*name)
                && let Some(value) = arguments.remove(*alias)
            {
                arguments.insert((*name).to_owned(), value);
            }
        }
        arguments
    }
}

/// What hosts read beside the listing: the card, the words by which a tool is searched, and that their user has to be asked
/// before a model calls it unattended.
fn meta(tool: &Tool, asks: bool) -> Option<MetaObject> {
    let mut meta = if tool.name == card::TOOL {
        card::tool_meta()
    } else {
        MetaObject::default()
    };
    if let Some(words) = tool.search_words {
        meta.insert("anthropic/searchHint".to_owned(), words.into());
    }
    if asks && policy::needs_confirmation(tool.access) {
        meta.insert("anthropic/requiresUserInteraction".to_owned(), true.into());
    }
    (!meta.is_empty()).then_some(meta)
}

fn listed(tool: &Tool, asks: bool) -> ListedTool {
    let mut schema = (tool.input)();
    if policy::may_need_confirmation(tool)
        && let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut)
    {
        properties.insert(
            CONFIRMATION_TOKEN.into(),
            json!({
                "type": "string",
                "description": "From the preview, after a human's yes."
            }),
        );
    }
    let mut listed = ListedTool::new(tool.name, tool.description, Arc::new(schema))
        .with_title(tool.title)
        .with_annotations(policy::annotations(tool));
    if let Some(output) = tool.output {
        listed = listed.with_raw_output_schema(Arc::new(output()));
    }
    if let Some(meta) = meta(tool, asks) {
        listed = listed.with_meta(meta);
    }
    listed
}
