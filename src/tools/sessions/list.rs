//! The sessions that there are, without what they hold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    didit::{SessionFilter, SessionStatus},
    tools::{
        Answer, Context, Tool, Toolset,
        error::{Stop, ToolError},
        paging::{self, List, PageInput, Row},
        untrusted::apart,
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_session_list", Toolset::Sessions)
        .title("List sessions")
        .description(
            "Lists verification sessions, newest first, filtered by status, person, workflow, \
             date, country or warning.",
        )
        .example(|_| json!({ "limit": 5 }))
        .output::<List<SessionRow>>()
        .run(list)
}

#[derive(Deserialize, JsonSchema)]
struct ListInput {
    /// Not Started, In Progress, Approved, Declined, In Review, Expired, Abandoned, Kyc Expired, Resubmitted, Awaiting User.
    status: Option<Vec<String>>,
    /// Your own id of the person, exactly.
    vendor_data: Option<String>,
    /// Session id or number, name, e-mail, phone or document number.
    search: Option<String>,
    workflow_id: Option<Vec<String>>,
    /// YYYY-MM-DD, UTC.
    date_from: Option<String>,
    /// Included.
    date_to: Option<String>,
    /// Issuing countries, three letters.
    country: Option<Vec<String>>,
    /// Codes such as P, ID, DL.
    document_type: Option<Vec<String>>,
    /// Risk codes such as DOCUMENT_EXPIRED.
    warning: Option<Vec<String>>,
    session_kind: Option<SessionKind>,
    #[serde(flatten)]
    page: PageInput,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SessionKind {
    User,
    Business,
    All,
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
    #[serde(skip)]
    kind: Option<String>,
}

async fn list(context: Context, input: ListInput) -> Result<Answer, Stop> {
    let filter = input.filter()?;
    let sessions = context.client()?.find_sessions(&filter).await?;
    let rows = sessions.map(|session| SessionRow {
        session_id: session.session_id.map(|id| id.to_string()),
        session_number: session.session_number,
        status: session.status.to_string(),
        vendor_data: session.vendor_data,
        created_at: session.created_at,
        kind: session.session_kind,
    });
    let is_empty = rows.items.is_empty();
    let answer = paging::answer(&context, rows, &filter.page, "session(s)", ", newest first");
    Ok(if is_empty {
        answer
    } else {
        answer.with_next("didit_session_get_decision", "explains one of them.")
    })
}

impl ListInput {
    fn filter(self) -> Result<SessionFilter, ToolError> {
        let status = self
            .status
            .unwrap_or_default()
            .iter()
            .map(|status| status.replace(['_', '-'], " ").parse::<SessionStatus>())
            .collect::<Result<Vec<_>, _>>()?;
        let workflow_id = self
            .workflow_id
            .unwrap_or_default()
            .iter()
            .map(|id| id.parse())
            .collect::<Result<Vec<_>, _>>()?;
        Ok(SessionFilter {
            session_kind: self.session_kind.map(|kind| {
                match kind {
                    SessionKind::User => "user",
                    SessionKind::Business => "business",
                    SessionKind::All => "all",
                }
                .to_owned()
            }),
            page: paging::page(&self.page)?,
            status,
            vendor_data: self.vendor_data,
            search: self.search,
            workflow_id,
            date_from: self.date_from,
            date_to: self.date_to,
            country: self.country.unwrap_or_default(),
            document_type: self.document_type.unwrap_or_default(),
            warning: self.warning.unwrap_or_default(),
            ..SessionFilter::default()
        })
    }
}

impl Row for SessionRow {
    /// A row without the person's name: who reads a list needs to find a session, not to know the people.
    fn line(&self) -> String {
        let mut line = match self.session_number {
            Some(number) => format!("#{number} {}", apart(&self.status)),
            None => apart(&self.status),
        };
        let mut add = |before: &str, value: Option<&str>| {
            if let Some(value) = value {
                line.push_str(before);
                line.push_str(&apart(value));
            }
        };
        add(", ", self.session_id.as_deref());
        add(", vendor_data ", self.vendor_data.as_deref());
        add(
            ", ",
            self.kind.as_deref().filter(|kind| *kind == "business"),
        );
        add(", ", self.created_at.as_deref().map(paging::to_the_minute));
        line
    }
}
