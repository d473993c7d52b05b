//! The decision as a card, for hosts that show interface resources (MCP Apps). Others never hear of it:
//! it is not listed, and the hint on its tool means nothing to them.
//!
//! The page is whole in itself: no request leaves it but to its host, and decisions go through the same
//! confirmed tool as in conversation.

use rmcp::model::{MetaObject, ReadResourceResult, ResourceContents};
use serde_json::{Map, json};

/// The tool whose result the card shows.
pub(super) const TOOL: &str = "didit_session_get_decision";
/// The tool behind its buttons.
pub(super) const DECIDING_TOOL: &str = "didit_session_update_status";
/// Its address.
pub(super) const URI: &str = "ui://didit/decision-card";
const MEDIA_TYPE: &str = "text/html;profile=mcp-app";
const PAGE: &str = include_str!("card.html");

/// The hint on the tool that there is a card for its result.
pub(super) fn tool_meta() -> MetaObject {
    meta(json!({ "resourceUri": URI }))
}

/// The page, with its buttons where `can_decide`.
pub(super) fn page(can_decide: bool) -> ReadResourceResult {
    let page = if can_decide {
        PAGE.to_owned()
    } else {
        without_decisions()
    };
    let contents = ResourceContents::text(page, URI)
        .with_mime_type(MEDIA_TYPE)
        .with_meta(meta(json!({ "prefersBorder": true })));
    ReadResourceResult::new(vec![contents])
}

/// The page without what lies between its marks, which is all that names the tool that decides.
fn without_decisions() -> String {
    let mut parts = PAGE.split("<!-- decisions -->");
    let before = parts.next().unwrap_or_default();
    let rest = parts.map(|part| {
        part.split_once("<!-- /decisions -->")
            .map_or("", |(_, after)| after)
    });
    std::iter::once(before).chain(rest).collect()
}

fn meta(ui: serde_json::Value) -> MetaObject {
    MetaObject::from(Map::from_iter([("ui".to_owned(), ui)]))
}
