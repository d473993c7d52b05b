//! Completions: what can stand in a prompt's argument or a resource's address.

use std::sync::Arc;

use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use super::handler::Server;
use crate::{
    didit::{LANGUAGES, Page, features::FEATURES},
    tools::Connection,
};

/// Values that the protocol allows in one answer.
const MOST_VALUES: usize = 100;

impl Server {
    /// The values that begin with what was typed. Never an error: a client asks while somebody types. What
    /// a tool that is off would list is not completed either.
    pub(super) async fn completed(&self, request: &CompleteRequestParams) -> CompleteResult {
        let values = match (&request.r#ref, request.argument.name.as_str()) {
            (Reference::Prompt(_), "language") => LANGUAGES.map(str::to_owned).to_vec(),
            (Reference::Prompt(_), "use_case") => FEATURES
                .iter()
                .map(|feature| feature.name.to_owned())
                .collect(),
            (Reference::Resource(resource), "workflow_id")
                if resource.uri.starts_with("didit://workflow/")
                    && self.catalog.has("didit_workflow_list") =>
            {
                workflows(&self.connection).await
            }
            (_, "session_id") if self.catalog.has("didit_session_list") => {
                sessions(&self.connection).await
            }
            _ => Vec::new(),
        };
        let typed = request.argument.value.to_lowercase();
        let found: Vec<String> = values
            .into_iter()
            .filter(|value| value.to_lowercase().starts_with(&typed))
            .take(MOST_VALUES)
            .collect();
        CompleteResult::new(CompletionInfo::with_all_values(found).unwrap_or_default())
    }
}

async fn workflows(connection: &Arc<Connection>) -> Vec<String> {
    let Ok(client) = connection.client() else {
        return Vec::new();
    };
    let page = Page {
        limit: Some(50),
        offset: None,
    };
    let listed = client.list_workflows(&page).await;
    listed
        .map(|workflows| {
            workflows
                .items
                .iter()
                .filter_map(|row| row.workflow_id.or(row.uuid))
                .map(|id| id.to_string())
                .collect()
        })
        .unwrap_or_default()
}

async fn sessions(connection: &Arc<Connection>) -> Vec<String> {
    let Ok(client) = connection.client() else {
        return Vec::new();
    };
    let filter = crate::didit::SessionFilter {
        page: Page {
            limit: Some(50),
            offset: None,
        },
        ..Default::default()
    };
    let listed = client.list_sessions(&filter).await;
    listed
        .map(|sessions| {
            sessions
                .items
                .iter()
                .filter_map(|row| row.session_id)
                .map(|id| id.to_string())
                .collect()
        })
        .unwrap_or_default()
}
