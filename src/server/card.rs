//! The decision as a card, for hosts that show interface resources (MCP Apps). Others never hear of it:
//! it is not listed, and the hint on its tool means nothing to them.
//!
//! The page is whole in itself: no request leaves it but to its host, and decisions go through the same
//! confirmed tool as in conversation.

use rmcp::model::{MetaObject, ReadResourceResult, ResourceContents};
use serde_json::{Map, json};

/// The tool whose result the card shows.
pub(super) const TOOL: &str = "didit_session_get_decision";
/// Its address.
pub(super) const URI: &str = "ui://didit/decision-card";
const MEDIA_TYPE: &str = "text/html;profile=mcp-app";
const PAGE: &str = include_str!("card.html");

/// The hint on the tool that there is a card for its result.
pub(super) fn tool_meta() -> MetaObject {
    meta(json!({ "resourceUri": URI }))
}

/// The page.
pub(super) fn page() -> ReadResourceResult {
    let contents = ResourceContents::text(PAGE, URI)
        .with_mime_type(MEDIA_TYPE)
        .with_meta(meta(json!({ "prefersBorder": true })));
    ReadResourceResult::new(vec![contents])
}

fn meta(ui: serde_json::Value) -> MetaObject {
    MetaObject::from(Map::from_iter([("ui".to_owned(), ui)]))
}
