//! Whether the key works, and what one look with it tells: the prices, and whether people and money are real.

use serde::Serialize;

use crate::{
    didit::{self, BodyKind, ErrorKind, Money, PageRequest, SessionFilter, WorkflowSummary},
    tools::{
        Context,
        dollars::dollars,
        error::{ErrorCode, NotDone, ToolError},
        untrusted::mark_untrusted,
    },
};

/// What a session of a workflow costs.
#[derive(Serialize)]
pub(super) struct Price {
    workflow_label: String,
    total_price: f64,
}

/// Whether the key works, in one line too, and what Didit said where it does not.
pub(super) struct Proof {
    pub(super) works: bool,
    pub(super) line: String,
    pub(super) said: Option<String>,
    pub(super) prices: Vec<Price>,
}

/// Workflows whose prices are told.
const MOST_PRICES: u32 = 10;

/// The price list that applies, as far as Didit tells it: what a session of each workflow in use costs.
fn prices_of(workflows: Vec<WorkflowSummary>) -> Vec<Price> {
    let priced = workflows.into_iter().filter_map(|workflow| {
        let is_draft = workflow.status.as_deref() == Some("draft");
        let total_price = workflow.total_price.as_ref().and_then(Money::as_f64)?;
        (!is_draft).then(|| Price {
            workflow_label: workflow.workflow_label.unwrap_or_default(),
            total_price,
        })
    });
    priced.collect()
}

pub(super) fn price_line(prices: &[Price]) -> Option<String> {
    let prices: Vec<String> = prices
        .iter()
        .map(|price| {
            let label = mark_untrusted(&price.workflow_label);
            format!("{label} {}", dollars(price.total_price))
        })
        .collect();
    (!prices.is_empty()).then(|| format!("Prices a person: {}.", prices.join(", ")))
}

/// Tests the key. A missing or refused key is a result; any other failure of the call is an error. A key that may not read
/// workflows is not a wrong key, so a second list is asked before it is called one.
pub(super) async fn prove(context: &Context) -> Result<Proof, NotDone> {
    let proof = |works, line| Proof {
        works,
        line,
        said: None,
        prices: Vec::new(),
    };
    let client = match context.client() {
        Ok(client) => client,
        Err(NotDone::Error(error)) if error.code == ErrorCode::NoApiKey => {
            return Ok(proof(false, error.message));
        }
        Err(other) => return Err(other),
    };
    let page = |limit| PageRequest {
        limit: Some(limit),
        offset: None,
    };
    let one = page(1);
    let error = match client.list_workflows(&page(MOST_PRICES)).await {
        Ok(workflows) => {
            let total = workflows.total.unwrap_or(workflows.items.len() as u64);
            let line = format!("The key works: the application has {total} workflow(s).");
            context.connection.learn_environment(&client).await;
            return Ok(Proof {
                prices: prices_of(workflows.items),
                ..proof(true, line)
            });
        }
        Err(didit::Error::Api(error)) if is_refusal(&error) => error,
        Err(other) => return Err(other.into()),
    };
    if error.status == 403 {
        let filter = SessionFilter {
            page: one,
            ..SessionFilter::default()
        };
        match client.find_sessions(&filter).await {
            Ok(_) => {
                let line = "The key works, but may not read workflows: calls that need one take its id from \
                            DIDIT_WORKFLOW_ID or `workflow_id`.";
                return Ok(proof(true, line.to_owned()));
            }
            Err(didit::Error::Api(error)) if is_refusal(&error) => {}
            Err(other) => return Err(other.into()),
        }
    }
    let level = context.connection.settings().personal_data;
    let why = if error.status == 401 {
        "it is wrong, revoked or expired"
    } else {
        "it is wrong, has no right to read workflows or sessions, or this machine's address is not on its list"
    };
    let refused = ToolError::from(didit::Error::Api(error)).released(level);
    Ok(Proof {
        said: refused.said.map(|said| said.value),
        ..proof(
            false,
            format!("The key does not work: {why}. {}", refused.message),
        )
    })
}

fn is_refusal(error: &didit::ApiError) -> bool {
    // A gateway that keeps everybody out says nothing of the key.
    error.body != BodyKind::Html
        && matches!(error.kind, ErrorKind::Authentication | ErrorKind::Forbidden)
}
