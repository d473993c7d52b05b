//! One person's verification: the link, the list, the result.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Context, Tool, Toolset,
    consent::agreed,
    decision,
    earlier::{self, Earlier},
    error::{Stop, ToolError},
    paging::{self, PageInput},
    qr,
    review::{self, PDF_TOOL},
    session_input::{SessionInput, resolve_workflow},
    shape::is_plain,
    untrusted::{apart, clean_link, link_apart},
    wait,
};
use crate::didit::{SessionFilter, SessionStatus};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool::write("didit_session_create", Toolset::Sessions)
.title("Create a verification link")
.description(
                "Makes the link at which one person is verified; the person opens it on a phone or \
                 computer.",
            )
.example(|world| json!({ "workflow_id": world.workflow_id, "vendor_data": "example-1" }))
.asks_when(
                "the person was approved already, or an open session of theirs would get another \
                 callback or metadata",
            )
.verify_with(
"didit_session_list",
                "shows whether the session exists; with vendor_data the same call again is safe, \
                 because Didit returns the unfinished session.",
)
.aliases(&[("user_id", "vendor_data"), ("callback_url", "callback")])
.output::<CreatedOutput>()
.run(create),
        Tool::read("didit_session_list", Toolset::Sessions)
.title("List sessions")
.description(
                "Lists verification sessions, newest first, filtered by status, person, workflow, \
                 date, country or warning.",
            )
.example(|_| json!({ "limit": 5 }))
.output::<SessionList>()
.run(list),
        Tool::read("didit_session_get_decision", Toolset::Sessions)
.title("Get the decision")
.description(
                "Reads where a session stands: verdict, checks that ran, reasons, and what to do \
                 next.",
            )
.example(|world| json!({ "session_id": world.session_id }))
.aliases(&[("id", "session_id")])
.run(decision::get),
        Tool::read(wait::TOOL, Toolset::Sessions)
.title("Wait for the decision")
.description(
                "Waits until the person is done and the session is decided or in review, then answers \
                 like didit_session_get_decision; reports progress.",
            )
.example(|world| json!({ "session_id": world.session_id, "max_wait_s": 1 }))
.aliases(&[
                ("id", "session_id"),
                ("timeout", "max_wait_s"),
                ("max_wait", "max_wait_s"),
            ])
.run(wait::wait),
        Tool::decide("didit_session_update_status", Toolset::Sessions)
.title("Approve, decline or ask again")
.description(
                "Approves or declines a person, or asks for steps again at the same link, after a \
                 human agreed.",
            )
.example(|world| json!({ "session_id": world.session_id, "new_status": "Approved", "comment": "Checked by eye." }))
.verify_with(
"didit_session_get_decision",
                "shows the status as it is.",
)
.aliases(&[("status", "new_status"), ("id", "session_id")])
.run(review::update),
        Tool::read(PDF_TOOL, Toolset::Sessions)
.title("Save the PDF report")
.description(
                "Saves the PDF report of a finished session as a new file in the server's output \
                 folder.",
            )
.example(|world| json!({ "session_id": world.session_id }))
.aliases(&[("id", "session_id")])
.run(review::pdf),
        Tool::irreversible("didit_session_delete", Toolset::Sessions)
.title("Delete a session")
.description("Deletes a session with everything it collected, for good.")
.example(|world| json!({ "session_id": world.session_id }))
.idempotent()
.verify_with(
"didit_session_list",
                "shows whether it is still there.",
)
.aliases(&[("id", "session_id")])
.run(review::delete),
    ]
}

#[derive(Serialize, JsonSchema)]
struct CreatedOutput {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    /// The link for the person.
    url: String,
    url_note: &'static str,
    status: String,
    workflow_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback: Option<String>,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    /// An unfinished session was returned.
    reused: bool,
}

async fn create(context: Context, input: SessionInput) -> Result<Answer, Stop> {
    let connection = &context.connection;
    let client = context.client()?;
    // Everything that can be refused is refused before the workflow is looked up.
    let (draft, with_qr_code, named) = {
        let with_qr_code = input.qr_code;
        let named = input.workflow_id.clone();
        (input.request(connection)?, with_qr_code, named)
    };
    let (workflow_id, label) = resolve_workflow(&context, named.as_deref()).await?;
    let request = draft.for_workflow(workflow_id).normalized()?;
    let earlier = agreed(&context, async || {
        // Only a part of the time, so that a link still comes where this look-up hangs.
        let lookup = earlier::look_up(&client, &request);
        let earlier = tokio::time::timeout(connection.settings().timeout / 3, lookup)
            .await
            .unwrap_or(Earlier::NotKnown);
        Ok((earlier.change(connection, &request), earlier))
    })
    .await?;
    let created = client.create_session(&request).await?;
    let reused =
        earlier.is_open(&created.session_id) || created.status != SessionStatus::NotStarted;
    let link = clean_link(&created.url);
    let mut text = if reused {
        format!(
            "Didit returned the unfinished session {} of this vendor_data ({}); its callback and metadata are now the ones of \
             this call.\nLink: {}",
            created.session_id,
            apart(created.status.as_str()),
            link_apart(&link)
        )
    } else {
        format!(
            "Created session {}.\nLink: {}",
            created.session_id,
            link_apart(&link)
        )
    };
    if let Some(label) = label {
        text.push_str(&format!(
            "\nWorkflow: {} (chosen as the only sensible one).",
            apart(&label)
        ));
    }
    let environment = connection.place_of_change(None).environment.name();
    text.push_str(&format!("\nEnvironment: {environment}."));
    if matches!(earlier, Earlier::NotKnown) {
        text.push_str(NOT_KNOWN);
    }
    text.push_str(LINK_WARNING);
    let picture = if with_qr_code { qr::png(&link) } else { None };
    if picture.is_some() {
        text.push_str(
            "\nThe picture is the same link as a QR code, to be read with the person's phone.",
        );
    }
    let answer = Answer::new(text)
        .with_data(&CreatedOutput {
            session_id: created.session_id.to_string(),
            session_number: created.session_number,
            url: link,
            url_note: LINK_WARNING.trim_start(),
            status: created.status.to_string(),
            workflow_id: created.workflow_id.unwrap_or(workflow_id).to_string(),
            workflow_version: created.workflow_version,
            vendor_data: created.vendor_data,
            callback: created.callback,
            environment,
            reused,
        })
        .with_human_step("the link is handed to the person.")
        .with_next(wait::TOOL, "waits until the person is done.");
    Ok(match picture {
        Some(picture) => answer.with_image("image/png", picture),
        None => answer,
    })
}

const LINK_WARNING: &str =
    "\nWhoever has the link can act as the person, so it goes to that person alone.";
const NOT_KNOWN: &str = "\nWhether this person was approved before could not be looked up.";

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
}

#[derive(Serialize, JsonSchema)]
struct SessionList {
    items: Vec<SessionRow>,
    /// `live`, `sandbox`, `simulated` or `unknown`.
    environment: &'static str,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

async fn list(context: Context, input: ListInput) -> Result<Answer, Stop> {
    let filter = input.filter()?;
    let sessions = context.client()?.find_sessions(&filter).await?;
    let found = sessions
        .items
        .into_iter()
        .map(|session| {
            let row = SessionRow {
                session_id: session.session_id.map(|id| id.to_string()),
                session_number: session.session_number,
                status: session.status.to_string(),
                vendor_data: session.vendor_data,
                created_at: session.created_at,
            };
            (line(&row, session.session_kind.as_deref()), row)
        })
        .collect();
    let rows = paging::rows(found, &filter.page, sessions.next_offset);
    let heading = match sessions.total {
        Some(total) => format!("{} of {total} session(s)", rows.items.len()),
        None => format!("{} session(s)", rows.items.len()),
    };
    let environment = context.connection.environment_of(None);
    let heading = format!("{heading} ({}), newest first:", environment.words());
    let empty = rows.items.is_empty();
    let answer = Answer::new(format!("{heading}{}", rows.text)).with_data(&SessionList {
        items: rows.items,
        environment: environment.name(),
        has_more: rows.next_cursor.is_some(),
        next_cursor: rows.next_cursor,
        total: sessions.total,
    });
    Ok(if empty {
        answer
    } else {
        answer.with_next("didit_session_get_decision", "explains one of them.")
    })
}

/// A row without the person's name: who reads a list needs to find a session, not to know the people.
fn line<'a>(row: &'a SessionRow, kind: Option<&'a str>) -> String {
    let mut line = match row.session_number {
        Some(number) => format!("#{number} {}", apart(&row.status)),
        None => apart(&row.status),
    };
    let mut add = |before: &str, value: Option<&str>| {
        if let Some(value) = value {
            line.push_str(before);
            line.push_str(&apart(value));
        }
    };
    add(", ", row.session_id.as_deref());
    add(", vendor_data ", row.vendor_data.as_deref());
    add(", ", kind.filter(|kind| *kind == "business"));
    let created_at = row.created_at.as_deref();
    // To the minute, where it is a time.
    let minute = |time: &'a str| time.get(..16).filter(|_| is_plain(time)).unwrap_or(time);
    add(", ", created_at.map(minute));
    line
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
