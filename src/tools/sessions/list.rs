//! The sessions that there are, without what they hold.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::oldest_first;
use crate::{
    didit::{
        FeatureState, SessionFilter, SessionReference, WorkflowId, features::Feature,
        sessions::SessionKind,
    },
    tools::{
        Context, Tool, ToolOutput, Toolset, age,
        error::NotDone,
        input::Combined,
        paging::{self, Counted, List, Order, PageInput, Row},
        untrusted::mark_untrusted,
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_session_list", Toolset::Sessions)
        .title("List sessions")
        .description(
            "Lists verification sessions by status, person, workflow, date, country or warning.",
        )
        .example(|_| json!({ "limit": 5 }))
        .search_words("search verifications, customers, applicants, pending cases, review queue, who was verified")
        .output::<List<SessionRow>>()
        .run(list)
}

#[derive(Deserialize, JsonSchema)]
struct ListInput {
    #[serde(default)]
    order: Order,
}

#[derive(Serialize, JsonSchema)]
struct SessionRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    /// Such as 3 d.
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<String>,
    /// What failed or is in review, such as face match.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<&'static str>,
    #[serde(skip)]
    kind: Option<String>,
}

async fn list(
    context: Context,
    Combined(filter, Combined(input, page)): Combined<
        SessionFilter,
        Combined<ListInput, PageInput>,
    >,
) -> Result<ToolOutput, NotDone> {
    let now = Timestamp::now();
    let is_oldest_first = input.order == Order::Oldest;
    let page = if is_oldest_first {
        oldest_first::page(&page)?
    } else {
        paging::page(&page)?
    };
    let workflow_id = every_version(&context, filter.workflow_id).await?;
    let filter = SessionFilter {
        page,
        workflow_id,
        ..filter
    };
    let client = context.client()?;
    let sessions = if is_oldest_first {
        oldest_first::find(&client, &filter).await?
    } else {
        client.find_sessions(&filter).await?
    };
    let rows = sessions.map(|session| SessionRow {
        checks: not_passed(&session),
        session_id: session.session_id.map(|id| id.to_string()),
        session_number: session.session_number,
        status: session.status.to_string(),
        vendor_data: session.vendor_data,
        age: age_of(session.created_at.as_deref(), now),
        created_at: session.created_at,
        kind: session.session_kind,
    });
    let is_empty = rows.items.is_empty();
    let (order, counted) = match filter.session_kind {
        _ if is_oldest_first => (", oldest first", Counted::Whole),
        None | Some(SessionKind::User) => (", newest first", Counted::Whole),
        Some(SessionKind::Business) => (", newest first", Counted::To100),
        Some(SessionKind::All) => (
            ", people before companies, each newest first",
            Counted::To100,
        ),
    };
    let answer = paging::answer(&context, rows, &filter.page, "session(s)", order, counted);
    let answer = if is_oldest_first {
        oldest_first::with_own_cursor(answer)
    } else {
        answer
    };
    Ok(if is_empty {
        answer
    } else {
        answer.with_next("didit_session_get_decision", "explains one of them.")
    })
}

fn age_of(created_at: Option<&str>, now: Timestamp) -> Option<String> {
    let made: Timestamp = created_at?.parse().ok()?;
    Some(age(made, now))
}

/// The id that all versions of a workflow share with those of the versions: nobody says which of them Didit looks for.
async fn every_version(
    context: &Context,
    named: Vec<WorkflowId>,
) -> Result<Vec<WorkflowId>, NotDone> {
    if named.is_empty() {
        return Ok(named);
    }
    // A key that may not see workflows can list sessions all the same.
    let Ok(known) = context.client()?.every_workflow().await else {
        return Ok(named);
    };
    let mut every = Vec::new();
    for id in named {
        let is_named = |other: &Option<WorkflowId>| *other == Some(id);
        let group = known
            .iter()
            .find(|row| is_named(&row.uuid) || is_named(&row.workflow_id))
            .and_then(|row| row.workflow_id);
        let versions = known
            .iter()
            .filter(|row| group.is_some() && row.workflow_id == group)
            .filter_map(|row| row.uuid);
        for id in [id].into_iter().chain(group).chain(versions) {
            if !every.contains(&id) {
                every.push(id);
            }
        }
    }
    Ok(every)
}

/// The checks that stand against a session, in the words of people. What has not been done yet stands against nobody.
pub(in crate::tools) fn not_passed(session: &SessionReference) -> Vec<&'static str> {
    let counts = |state: &&FeatureState| {
        let status = state.status.as_deref().unwrap_or_default();
        matches!(status, "Declined" | "In Review" | "Resub Requested")
    };
    let mut names = Vec::new();
    for state in session.features.iter().filter(counts) {
        let known = state.feature.as_deref().and_then(Feature::find);
        let name = known.map_or("another check", |known| known.facts().plain_name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

impl Row for SessionRow {
    /// A row without the person's name: who reads a list needs to find a session, not to know the people.
    fn line(&self) -> String {
        let mut line = match self.session_number {
            Some(number) => format!("#{number} {}", mark_untrusted(&self.status)),
            None => mark_untrusted(&self.status),
        };
        let mut add = |before: &str, value: Option<&str>| {
            if let Some(value) = value {
                line.push_str(before);
                line.push_str(&mark_untrusted(value));
            }
        };
        add(", ", self.session_id.as_deref());
        add(", vendor_data ", self.vendor_data.as_deref());
        add(
            ", ",
            self.kind.as_deref().filter(|kind| *kind == "business"),
        );
        add(", ", self.created_at.as_deref().map(paging::to_the_minute));
        if let Some(age) = &self.age {
            line.push_str(&format!(" ({age} ago)"));
        }
        if !self.checks.is_empty() {
            line.push_str(&format!(": {}", self.checks.join(", ")));
        }
        line
    }
}
