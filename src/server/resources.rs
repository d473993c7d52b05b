//! Resources: reference pages, the settings, and sessions, reports and workflows by address.
//!
//! A session read as a resource shows exactly what its tool shows, under the same policy.

use base64::{Engine, engine::general_purpose::STANDARD};
use rmcp::{
    ErrorData,
    model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate},
};
use serde_json::{Map, Value, json};

use super::{
    Server,
    address::{Address, CONFIG, REFERENCE, SESSION, WORKFLOW},
    card,
    catalog::Entry,
    reference::PAGES,
    respond,
};
use crate::tools::{Class, Context, NotDone, Outlet, clean_sentence, report};

const MARKDOWN: &str = "text/markdown";
/// The largest report that is sent as a resource; larger ones would fill a conversation.
const MAX_REPORT_BYTES: usize = 2 * 1024 * 1024;
const PLAIN: &str = "text/plain";
const PDF: &str = "application/pdf";

impl Server {
    /// The addresses that are always there.
    pub(super) fn resources(&self) -> Vec<Resource> {
        let mut all = Vec::new();
        if self.catalog.has("didit_account_status") {
            all.push(
                Resource::new(CONFIG, "config")
                    .with_title("Settings")
                    .with_description("Which account and key are in use, and what is switched on.")
                    .with_mime_type(PLAIN),
            );
        }
        all.extend(PAGES.iter().map(|page| {
            Resource::new(format!("{REFERENCE}{}", page.name), page.name)
                .with_title(page.title)
                .with_description(page.description)
                .with_mime_type(MARKDOWN)
        }));
        all
    }

    /// The addresses that are filled in.
    pub(super) fn resource_templates(&self) -> Vec<ResourceTemplate> {
        let template =
            |tool: &str, path: String, name: &str, title: &str, what: &str, kind: &str| {
                self.catalog.has(tool).then(|| {
                    ResourceTemplate::new(path, name)
                        .with_title(title)
                        .with_description(what)
                        .with_mime_type(kind)
                })
            };
        let report = self
            .connection
            .settings()
            .personal_data
            .allows(Outlet::Conversation, Class::Everything);
        [
            template(
                "didit_session_get_decision",
                format!("{SESSION}{{session_id}}/decision"),
                "session-decision",
                "Decision of a session",
                "Verdict, checks, reasons and findings; updates are announced to subscribers.",
                PLAIN,
            ),
            template(
                "didit_session_generate_pdf",
                format!("{SESSION}{{session_id}}/report"),
                "session-report",
                "Report of a session",
                "The PDF report of a finished session.",
                PDF,
            )
            .filter(|_| report),
            template(
                "didit_workflow_get",
                format!("{WORKFLOW}{{workflow_id}}"),
                "workflow",
                "Workflow",
                "Checks with their settings, price, version and link.",
                PLAIN,
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Reads an address.
    pub(super) async fn read(
        &self,
        uri: &str,
        call: Context,
    ) -> Result<ReadResourceResult, ErrorData> {
        if uri == card::URI && self.catalog.has(card::TOOL) {
            return Ok(card::page(self.catalog.has(card::DECIDING_TOOL)));
        }
        let address = Address::parse(uri).ok_or_else(|| unknown(uri))?;
        if let Address::Reference(page) = &address {
            let contents = ResourceContents::text((page.write)(), uri).with_mime_type(MARKDOWN);
            return Ok(ReadResourceResult::new(vec![contents]));
        }
        let (tool, arguments) = address.tool().ok_or_else(|| unknown(uri))?;
        let entry = self.catalog.find(tool).ok_or_else(|| unknown(uri))?;
        let contents = match &address {
            Address::Report(id) => {
                let bytes = report(&call, id).await.map_err(|stop| failed(stop, uri))?;
                if bytes.len() > MAX_REPORT_BYTES {
                    return Err(ErrorData::internal_error(
                        "the report is too large for a resource; didit_session_generate_pdf saves it as a file",
                        Some(json!({ "uri": uri })),
                    ));
                }
                ResourceContents::blob(STANDARD.encode(bytes), uri).with_mime_type(PDF)
            }
            _ => {
                let text = self
                    .text_of(entry, arguments, call)
                    .await
                    .map_err(|stop| failed(stop, uri))?;
                ResourceContents::text(text, uri).with_mime_type(PLAIN)
            }
        };
        Ok(ReadResourceResult::new(vec![contents]))
    }

    async fn text_of(
        &self,
        entry: &Entry,
        arguments: Map<String, Value>,
        call: Context,
    ) -> Result<String, NotDone> {
        let answer = (entry.tool.run)(call, arguments).await?;
        Ok(respond::text_of(&answer, &self.catalog))
    }
}

fn unknown(uri: &str) -> ErrorData {
    ErrorData::resource_not_found("no such resource", Some(json!({ "uri": uri })))
}

/// What failed, in our own words alone: an error of the protocol has no fence for those of others.
fn failed(stop: NotDone, uri: &str) -> ErrorData {
    let message = match stop {
        NotDone::Error(error) => format!("{}: {}", error.code, clean_sentence(&error.message)),
        NotDone::Preview(_) | NotDone::AskHuman => "this resource cannot be read".to_owned(),
    };
    ErrorData::internal_error(message, Some(json!({ "uri": uri })))
}
