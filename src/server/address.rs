//! The addresses of resources, and what they mean.

use serde_json::{Map, Value, json};

use super::{
    catalog::Catalog,
    reference::{PAGES, Page},
};
use crate::didit::SessionId;

pub(super) const CONFIG: &str = "didit://config";
pub(super) const REFERENCE: &str = "didit://reference/";
pub(super) const SESSION: &str = "didit://session/";
pub(super) const WORKFLOW: &str = "didit://workflow/";

/// What an address means.
pub(super) enum Address {
    Config,
    Reference(&'static Page),
    Decision(String),
    Report(String),
    Workflow(String),
}

impl Address {
    /// Reads an address; `None` when there is nothing of the kind.
    pub(super) fn parse(uri: &str) -> Option<Self> {
        if uri == CONFIG {
            return Some(Self::Config);
        }
        if let Some(name) = uri.strip_prefix(REFERENCE) {
            return PAGES
                .iter()
                .find(|page| page.name == name)
                .map(Self::Reference);
        }
        if let Some(rest) = uri.strip_prefix(SESSION) {
            return match rest.split_once('/')? {
                (id, "decision") => Some(Self::Decision(id.to_owned())),
                (id, "report") => Some(Self::Report(id.to_owned())),
                _ => None,
            };
        }
        uri.strip_prefix(WORKFLOW)
            .map(|id| Self::Workflow(id.to_owned()))
    }

    /// The session that a subscription to this address follows; none while its tool is off.
    pub(super) fn session(&self, catalog: &Catalog) -> Option<SessionId> {
        match self {
            Self::Decision(id) if catalog.has("didit_session_get_decision") => id.parse().ok(),
            _ => None,
        }
    }

    /// The tool under whose policy it is read.
    pub(super) fn tool(&self) -> Option<(&'static str, Map<String, Value>)> {
        let arguments = |name: &str, id: &str| Map::from_iter([(name.to_owned(), Value::from(id))]);
        match self {
            Self::Config => Some(("didit_account_status", Map::new())),
            Self::Reference(_) => None,
            Self::Decision(id) => {
                let mut arguments = arguments("session_id", id);
                arguments.insert("detail".into(), json!("detailed"));
                Some(("didit_session_get_decision", arguments))
            }
            Self::Report(id) => Some(("didit_session_generate_pdf", arguments("session_id", id))),
            Self::Workflow(id) => Some(("didit_workflow_get", arguments("workflow_id", id))),
        }
    }
}

/// The tool whose time an address takes; of no tool, the usual time.
pub(super) fn tool_of(uri: &str) -> &'static str {
    Address::parse(uri)
        .and_then(|address| address.tool())
        .map_or("", |(tool, _)| tool)
}
