//! Who did what with a session, and when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    didit::{self, Activity, ErrorKind},
    tools::{
        Context, PersonalData, Tool, ToolOutput, Toolset,
        error::{NotDone, ToolError},
        input::Combined,
        paging::{self, Counted, Order, PageInput, Row},
        personal::{Class, Outlet},
        plain,
        sessions::which::Which,
        untrusted::{mark_untrusted, mark_untrusted_code},
    },
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_session_get_trail", Toolset::Reviews)
        .title("Get a session's trail")
        .description(
            "Reads who did what with a session, when and why: decisions, comments, corrections, marked hits, looks.",
        )
        .example(|world| json!({ "session_id": world.session_id }))
        .search_words("history, audit, colleagues, notes, reviewer comments, who approved or declined")
        .run(trail)
}

#[derive(Deserialize, JsonSchema)]
struct TrailInput {
    #[serde(default)]
    order: Order,
}

/// One entry of the trail.
#[derive(Serialize)]
struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_email: Option<String>,
    /// `API_KEY`, `CONSOLE_USER` and others.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_type: Option<String>,
    /// Didit's own word for what was done.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// The same in our words.
    action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_status: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_fields: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    /// Whether there is a comment that must not leave.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    comment_is_kept_back: bool,
}

async fn trail(
    context: Context,
    Combined(which, Combined(input, page)): Combined<Which, Combined<TrailInput, PageInput>>,
) -> Result<ToolOutput, NotDone> {
    let page = paging::page(&page)?;
    let level = context.connection.settings().personal_data;
    let (id, others) = which.find(&context).await?;
    let is_oldest_first = input.order == Order::Oldest;
    let found = context
        .client()?
        .list_activities(&id, is_oldest_first, &page)
        .await
        .map_err(not_found)?;
    let is_empty = found.items.is_empty();
    let rows = found.map(|activity| Entry::of(activity, level));
    let order = if is_oldest_first {
        ", oldest first"
    } else {
        ", newest first"
    };
    let what = format!("entries in the trail of session {id}");
    let mut answer = paging::answer(&context, rows, &page, &what, order, Counted::Whole);
    if is_empty && page.offset.is_none() {
        answer
            .text
            .push_str("\nNobody has decided, commented or changed anything so far.");
    }
    if let Some(data) = answer.data.as_mut().and_then(|data| data.as_object_mut()) {
        data.insert("session_id".to_owned(), id.to_string().into());
    }
    Ok(others
        .add(answer)
        .with_next("didit_session_get_decision", "explains how it stands.")
        .with_next("didit_session_add_comment", "adds a comment."))
}

/// Didit keeps a trail of people alone, and answers about companies as about sessions that are not there.
fn not_found(error: didit::Error) -> ToolError {
    let is_missing = error
        .api()
        .is_some_and(|api| api.kind == ErrorKind::NotFound);
    let error = ToolError::from(error);
    if is_missing {
        error.with_advice("Didit keeps trails of people's sessions, and none of companies'.")
    } else {
        error
    }
}

impl Entry {
    fn of(activity: Activity, level: PersonalData) -> Self {
        let release = |class, value: Option<String>| {
            let value = value.filter(|value| !value.trim().is_empty())?;
            level.release(Outlet::Conversation, class, &value)
        };
        let has_comment = |comment: &Option<String>| {
            let text = comment.as_deref().map(str::trim).unwrap_or_default();
            !text.is_empty()
        };
        // Some accounts show people by their addresses.
        let class = match activity.actor_display.as_deref() {
            Some(name) if name.contains('@') => Class::Email,
            _ => Class::Identity,
        };
        let is_commented = has_comment(&activity.comment);
        let comment = release(Class::Words, activity.comment.clone());
        Self {
            action: action(&activity, is_commented),
            by: release(class, activity.actor_display),
            by_email: release(Class::Email, activity.actor_email),
            changed_fields: activity
                .changed_fields
                .into_iter()
                .filter_map(|field| release(Class::Words, Some(field)))
                .collect(),
            comment_is_kept_back: is_commented && comment.is_none(),
            comment,
            kind: activity.activity_type,
            actor_type: activity.actor_type,
            previous_status: activity.previous_status,
            new_status: activity.new_status,
            created_at: activity.created_at,
        }
    }
}

/// What was done, in our own words alone.
fn action(activity: &Activity, is_commented: bool) -> String {
    let status = |status: &Option<String>| {
        let status = status.as_deref().filter(|status| !status.is_empty())?;
        Some(plain::status_word(status))
    };
    let known = match activity.activity_type.as_deref().unwrap_or_default() {
        "STATUS_UPDATED" => {
            return match (
                status(&activity.previous_status),
                status(&activity.new_status),
            ) {
                (Some(before), Some(after)) => format!("status {before} to {after}"),
                (None, Some(label)) => format!("comment with the label {label}; no change"),
                _ if is_commented => "comment".to_owned(),
                _ => "entry without words".to_owned(),
            };
        }
        "KYC_DATA_UPDATED" => "data of the document corrected",
        "POA_DATA_UPDATED" => "data of the proof of address corrected",
        "KYB_DATA_UPDATED" => "data of the company corrected",
        "AML_STATUS_UPDATED" => "result of the watch lists changed",
        "AML_HIT_STATUS_UPDATED" => "watch-list hit marked",
        "AML_ONGOING_MATCH" => "new watch-list hit found by monitoring",
        "FILE_ADDED" => "file added",
        "FILE_REMOVED" => "file removed",
        "TAG_ADDED" => "tag added",
        "TAG_REMOVED" => "tag removed",
        "METADATA_UPDATED" => "metadata changed",
        "DETAIL_VIEWED" => "looked at, nothing decided",
        _ => "something that this version does not know",
    };
    known.to_owned()
}

impl Row for Entry {
    fn line(&self) -> String {
        let mut line = String::new();
        if let Some(time) = &self.created_at {
            line.push_str(&format!(
                "{}, ",
                mark_untrusted(paging::to_the_minute(time))
            ));
        }
        let by = self.by.as_ref().filter(|by| *by != "Unknown");
        let by = by.or(self.by_email.as_ref());
        match (by, &self.actor_type) {
            (Some(by), Some(kind)) => line.push_str(&format!(
                "{} ({})",
                mark_untrusted(by),
                mark_untrusted_code(kind)
            )),
            (Some(by), None) => line.push_str(&mark_untrusted(by)),
            (None, Some(kind)) => {
                line.push_str(&format!("no name ({})", mark_untrusted_code(kind)));
            }
            (None, None) => line.push_str("no name"),
        }
        line.push_str(&format!(": {}", self.action));
        if self.action.ends_with("does not know")
            && let Some(kind) = &self.kind
        {
            line.push_str(&format!(" ({})", mark_untrusted_code(kind)));
        }
        if !self.changed_fields.is_empty() {
            let fields = self.changed_fields.iter();
            let fields: Vec<String> = fields.map(|field| mark_untrusted_code(field)).collect();
            line.push_str(&format!(", fields {}", fields.join(", ")));
        }
        if let Some(comment) = &self.comment {
            line.push_str(&format!(": {}", mark_untrusted(comment)));
        }
        if self.comment_is_kept_back {
            line.push_str(", with a comment that the personal-data level keeps back");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::{Activity, action};

    #[test]
    fn a_label_is_no_change_of_the_status() {
        let activity = |kind: &str, before: Option<&str>, after: Option<&str>| Activity {
            activity_type: Some(kind.to_owned()),
            previous_status: before.map(str::to_owned),
            new_status: after.map(str::to_owned),
            ..Activity::default()
        };
        for (kind, before, after, commented, words) in [
            (
                "STATUS_UPDATED",
                Some("In Review"),
                Some("Approved"),
                true,
                "status In Review to Approved",
            ),
            (
                "STATUS_UPDATED",
                None,
                Some("In Review"),
                true,
                "comment with the label In Review; no change",
            ),
            ("STATUS_UPDATED", None, None, true, "comment"),
            ("STATUS_UPDATED", None, None, false, "entry without words"),
            (
                "DETAIL_VIEWED",
                None,
                None,
                false,
                "looked at, nothing decided",
            ),
            (
                "SOMETHING_NEW",
                None,
                None,
                false,
                "something that this version does not know",
            ),
        ] {
            assert_eq!(action(&activity(kind, before, after), commented), words);
        }
    }
}
