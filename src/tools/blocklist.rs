//! Faces, documents and contacts that must not pass again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Access, Answer, Context, PersonalData, Tool, Toolset,
    blocklist_target::{Found, Place, Target, TargetInput, list_of},
    change::{Change, Line, Setting},
    consent::agreed,
    error::{Stop, ToolError},
    input::{input_schema, parse},
    paging::{self, PageInput},
    person::PersonFacts,
    personal::{Class, Outlet},
    subject,
    untrusted::apart,
};
use crate::didit::{BlocklistItem, Decision, ListEntry, NewEntry};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        Tool {
            name: "didit_blocklist_list",
            title: "List the blocklist",
            toolset: Toolset::Blocklist,
            access: Access::Read,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: None,
            description: "Lists what is blocked, by kind; later sessions that match an entry are declined.",
            input: input_schema::<ListInput>,
            output: None,
            aliases: &[("item_type", "entry_type")],
            example: |_| json!({ "entry_type": "document" }),
            run: |context, arguments| {
                Box::pin(async move { list(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_blocklist_add",
            title: "Block",
            toolset: Toolset::Blocklist,
            access: Access::Decide,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: Some(("didit_blocklist_list", "shows whether it is blocked.")),
            description: "Blocks a fraudster's face, document or contacts by session, or one value, after a human agreed.",
            input: input_schema::<AddInput>,
            output: None,
            aliases: &[],
            example: |world| json!({ "session_id": world.session_id, "items": ["document"], "comment": "A forged passport." }),
            run: |context, arguments| {
                Box::pin(async move { add(&context, parse(arguments)?).await })
            },
        },
        Tool {
            name: "didit_blocklist_remove",
            title: "Unblock",
            toolset: Toolset::Blocklist,
            access: Access::Decide,
            idempotent: true,
            overwrites: false,
            asks_when: None,
            verify_with: Some(("didit_blocklist_list", "shows whether it is still blocked.")),
            description: "Takes a session's face, document or contacts, or one value, off the blocklist, after a human agreed.",
            input: input_schema::<TargetInput>,
            output: None,
            aliases: &[],
            example: |world| json!({ "session_id": world.session_id, "items": ["face"] }),
            run: |context, arguments| {
                Box::pin(async move { remove(&context, parse(arguments)?).await })
            },
        },
    ]
}

/// What can be blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EntryType {
    Face,
    Document,
    Phone,
    Email,
    IpAddress,
    DeviceFingerprint,
    WalletAddress,
    BankAccount,
    User,
    Business,
}

impl EntryType {
    /// Didit's own word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Document => "document",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::IpAddress => "ip_address",
            Self::DeviceFingerprint => "device_fingerprint",
            Self::WalletAddress => "wallet_address",
            Self::BankAccount => "bank_account",
            Self::User => "user",
            Self::Business => "business",
        }
    }
}

#[derive(Deserialize, JsonSchema)]
struct ListInput {
    #[serde(default = "default_type")]
    entry_type: EntryType,
    /// Value or label.
    search: Option<String>,
    #[serde(flatten)]
    page: PageInput,
}

fn default_type() -> EntryType {
    EntryType::Face
}

#[derive(Deserialize, JsonSchema)]
struct AddInput {
    #[serde(flatten)]
    target: TargetInput,
    /// Why, for the record.
    comment: Option<String>,
}

#[derive(Serialize)]
struct EntryRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    uuid: Option<String>,
    entry_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

#[derive(Serialize)]
struct EntryList {
    items: Vec<EntryRow>,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

async fn list(context: &Context, input: ListInput) -> Result<Answer, Stop> {
    let client = context.client()?;
    let page = paging::page(&input.page)?;
    let level = context.connection.settings().personal_data;
    let (rows, total, next_offset) = match list_of(&client, input.entry_type).await? {
        Place::List(list) => {
            let found = client
                .list_entries(&list, input.search.as_deref(), &page)
                .await?;
            let rows = found
                .items
                .into_iter()
                .map(|entry| EntryRow::from_entry(entry, input.entry_type, level))
                .collect::<Vec<_>>();
            (rows, found.total, found.next_offset)
        }
        Place::Legacy => {
            if input.search.is_some() {
                return Err(ToolError::invalid(
                    "search",
                    "This account has the older blocklist, which cannot be searched.",
                )
                .into());
            }
            let kind = legacy_kind(input.entry_type)?;
            let found = client.legacy_blocklist(Some(kind), &page).await?;
            let rows = found
                .items
                .into_iter()
                .map(|item| EntryRow::from_item(item, level))
                .collect::<Vec<_>>();
            (rows, found.total, found.next_offset)
        }
    };
    let found = rows.into_iter().map(|row| (row.line(), row)).collect();
    let rows = paging::rows(found, &page, next_offset);
    let heading = format!(
        "{} {} entr{} on the blocklist:",
        total.map_or_else(
            || rows.items.len().to_string(),
            |total| format!("{} of {total}", rows.items.len())
        ),
        input.entry_type.name(),
        if total == Some(1) { "y" } else { "ies" },
    );
    Ok(
        Answer::new(format!("{heading}{}", rows.text)).with_data(&EntryList {
            items: rows.items,
            has_more: rows.next_cursor.is_some(),
            next_cursor: rows.next_cursor,
            total,
        }),
    )
}

async fn add(context: &Context, input: AddInput) -> Result<Answer, Stop> {
    let target = input.target.read()?;
    let client = context.client()?;
    let comment = input.comment;
    let entry = match &target {
        Target::Session { session, .. } => NewEntry {
            reference_session_id: Some(*session),
            comment,
            ..NewEntry::default()
        },
        Target::Value { value, .. } => NewEntry {
            value: Some(value.clone()),
            comment,
            ..NewEntry::default()
        },
    }
    .normalized()?;
    // Where it goes is settled before a human is asked, so that agreement is never for something impossible.
    let places = agreed(context, async || {
        let places = target.places(&client).await?;
        let session = target.decision(&client).await?;
        let facts = session.as_ref().map(PersonFacts::of);
        let is_legacy = places.contains(&Place::Legacy);
        let mut settings = held(&target, session.as_ref());
        settings.extend(Setting::of_request(&entry, None));
        let change = Change {
            direction: "block",
            target: target.whole(),
            action: action("Block ", &target, facts.as_ref()),
            consequence: format!(
                "Every later verification that matches is declined, until it is taken off again.{}",
                if is_legacy && entry.comment.is_some() {
                    " This account's older blocklist keeps no comment."
                } else {
                    ""
                }
            ),
            choice: "Block",
            warnings: match (&session, &facts) {
                (Some(session), Some(facts)) => bystanders(&target, session, facts),
                _ => Vec::new(),
            },
            subject: whose(&target, session.as_ref()),
            settings,
            place: context.connection.place_of_change(
                session
                    .as_ref()
                    .and_then(|session| session.environment.as_deref()),
            ),
            seen: facts.map(|facts| facts.seen).unwrap_or_default(),
        };
        Ok((change, places))
    })
    .await?;
    let mut made = Vec::new();
    match &target {
        Target::Session { session, items } if places.contains(&Place::Legacy) => {
            client
                .legacy_blocklist_add(session, items.legacy()?)
                .await?;
        }
        _ => {
            let mut done = Vec::new();
            for (place, kind) in places.iter().zip(target.kinds()) {
                let Place::List(list) = place else {
                    return Err(only_sessions().into());
                };
                let created = client
                    .create_entry(list, &entry)
                    .await
                    .map_err(|error| part_done(error.into(), "block", kind, &done))?;
                done.push(kind);
                made.push(json!({
                    "entry_type": kind.name(),
                    "uuid": created.uuid.map(|id| id.to_string()),
                }));
            }
        }
    }
    let comment = entry
        .comment
        .as_deref()
        .filter(|_| !places.contains(&Place::Legacy));
    let mut text = format!(
        "Blocked {}. Later verifications that match are declined.",
        target.describe()
    );
    for entry in made.iter().filter_map(|entry| entry.get("uuid")?.as_str()) {
        text.push_str(&format!("\nEntry: {entry}"));
    }
    Ok(Answer::new(text)
        .with_data(&json!({
            "done": true,
            "blocked": true,
            "target": target.describe(),
            "entries": made,
        }))
        .with_untrusted("Comment", comment)
        .with_next("didit_blocklist_remove", "takes it off again."))
}

async fn remove(context: &Context, input: TargetInput) -> Result<Answer, Stop> {
    let target = input.read()?;
    let client = context.client()?;
    let (is_legacy, entries) = agreed(context, async || {
        let places = target.places(&client).await?;
        let entries = target.entries(&client, &places).await?;
        let session = target.decision(&client).await?;
        let facts = session.as_ref().map(PersonFacts::of);
        let is_legacy = places.contains(&Place::Legacy);
        let settings = if is_legacy {
            held(&target, session.as_ref())
        } else {
            entries.iter().map(Found::setting).collect()
        };
        let change = Change {
            direction: "unblock",
            target: target.whole(),
            action: action("Take off the blocklist ", &target, facts.as_ref()),
            consequence: "Later verifications that match are no longer declined for it.".to_owned(),
            choice: "Unblock",
            warnings: Vec::new(),
            subject: whose(&target, session.as_ref()),
            settings,
            place: context.connection.place_of_change(
                session
                    .as_ref()
                    .and_then(|session| session.environment.as_deref()),
            ),
            seen: facts.map(|facts| facts.seen).unwrap_or_default(),
        };
        Ok((change, (is_legacy, entries)))
    })
    .await?;
    // The older blocklist does not say what it holds, so there everything that was named is meant.
    let (there, missing): (Vec<_>, Vec<_>) = target
        .kinds()
        .into_iter()
        .partition(|kind| is_legacy || entries.iter().any(|entry| entry.kind == *kind));
    let described = target.describe_of(&there);
    match &target {
        Target::Session { session, items } if is_legacy => {
            client
                .legacy_blocklist_remove(session, items.legacy()?)
                .await?;
        }
        _ => {
            let mut done = Vec::new();
            for found in &entries {
                client
                    .delete_entry(&found.list, &found.entry)
                    .await
                    .map_err(|error| part_done(error.into(), "unblock", found.kind, &done))?;
                done.push(found.kind);
            }
        }
    }
    let mut text = format!("Unblocked {described}.");
    if !missing.is_empty() {
        text.push_str(&format!(
            " There was no entry for the {} of it.",
            names(&missing).join(" and ")
        ));
    }
    Ok(Answer::new(text).with_data(&json!({
        "done": true,
        "blocked": false,
        "target": described,
        "removed": entries
            .iter()
            .map(|found| json!({ "entry_type": found.kind.name(), "uuid": found.entry.to_string() }))
            .collect::<Vec<_>>(),
        "not_found": names(&missing),
    })))
}

/// What is done, with the name of the person whose session is meant.
fn action(verb: &str, target: &Target, facts: Option<&PersonFacts>) -> Line {
    let line = Line::new(verb);
    match (target, facts) {
        (Target::Session { .. }, Some(facts)) => line
            .words(format!("the {} of ", names(&target.kinds()).join(" and ")))
            .then(subject::name(facts))
            .words("."),
        (Target::Session { .. }, None) => line.words(format!("{}.", target.describe())),
        (Target::Value { kind, value }, _) => line
            .words(format!("the {} ", kind.name()))
            .sent(value)
            .words("."),
    }
}

fn whose(target: &Target, session: Option<&Decision>) -> Line {
    match (target, session) {
        (Target::Session { session: id, .. }, Some(decision)) => subject::line(id, decision),
        _ => Line::default(),
    }
}

/// What the session holds of each kind, for the human who must agree.
fn held(target: &Target, session: Option<&Decision>) -> Vec<Setting> {
    let Some(session) = session else {
        return Vec::new();
    };
    let values = |kind| -> Vec<(Class, &str)> {
        match kind {
            EntryType::Document => session
                .id_verifications
                .iter()
                .filter_map(|document| document.document_number.as_deref())
                .map(|number| (Class::Number, number))
                .collect(),
            EntryType::Phone => session
                .phone_verifications
                .iter()
                .filter_map(|phone| phone.full_number.as_deref())
                .map(|number| (Class::Number, number))
                .collect(),
            EntryType::Email => session
                .email_verifications
                .iter()
                .filter_map(|email| email.email.as_deref())
                .map(|address| (Class::Email, address))
                .collect(),
            _ => Vec::new(),
        }
    };
    target
        .kinds()
        .into_iter()
        .filter_map(|kind| {
            let values = values(kind);
            let line = values.iter().fold(Line::default(), |line, (class, value)| {
                let line = if line.is_empty() {
                    line
                } else {
                    line.words(", ")
                };
                line.personal(*class, *value)
            });
            (!line.is_empty()).then(|| Setting::new(format!("The {}", kind.name()), line, None))
        })
        .collect()
}

/// Whom a block would hit besides, and who may be a victim.
fn bystanders(target: &Target, session: &Decision, facts: &PersonFacts) -> Vec<Line> {
    let kinds = target.kinds();
    let is_meant = |seen: &str| {
        kinds.iter().any(|kind| match kind {
            EntryType::Phone => seen == "phone number",
            EntryType::Email => seen == "e-mail address",
            other => seen == other.name(),
        })
    };
    let mut warnings: Vec<Line> = facts
        .duplicates
        .iter()
        .filter(|other| is_meant(&other.kind) && other.status.as_deref() == Some("Approved"))
        .map(|other| {
            Line::new("Somebody who is approved would be declined next time. ").then(other.line())
        })
        .collect();
    let is_attack = session
        .steps()
        .iter()
        .flat_map(|step| step.warnings)
        .any(|warning| warning.risk.as_deref() == Some("LIVENESS_FACE_ATTACK"));
    if is_attack && kinds.contains(&EntryType::Document) {
        warnings.push(Line::new(
            "The selfie looked like an attack, so the document's owner may be the victim, and would be blocked.",
        ));
    }
    warnings
}

/// An entry that failed after others went through: those must be named, or the caller believes that nothing happened.
fn part_done(error: ToolError, verb: &str, kind: EntryType, done: &[EntryType]) -> ToolError {
    if done.is_empty() {
        return error;
    }
    ToolError {
        code: if error.leaves_open() {
            error.code
        } else {
            "done_in_part"
        },
        message: format!(
            "Already {verb}ed: {}. To {verb} the {} failed: {}",
            names(done).join(", "),
            kind.name(),
            error.message
        ),
        ..error
    }
    .with_hint("didit_blocklist_list", "shows what is blocked now.")
}

fn names(kinds: &[EntryType]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.name()).collect()
}

/// The older API knows four kinds, and takes them from sessions alone.
pub(super) fn legacy_kind(kind: EntryType) -> Result<&'static str, ToolError> {
    match kind {
        EntryType::Face | EntryType::Document | EntryType::Phone | EntryType::Email => {
            Ok(kind.name())
        }
        _ => Err(ToolError::invalid(
            "entry_type",
            format!(
                "This account has the older blocklist, which knows no {} entries.",
                kind.name()
            ),
        )
        .with_allowed(["face", "document", "phone", "email"])),
    }
}

pub(super) fn only_sessions() -> ToolError {
    ToolError::invalid(
        "value",
        "This account has the older blocklist, which takes entries from sessions alone: `session_id` with `items`.",
    )
}

impl EntryRow {
    fn from_entry(entry: ListEntry, kind: EntryType, level: PersonalData) -> Self {
        Self {
            uuid: entry.uuid.map(|uuid| uuid.to_string()),
            entry_type: kind.name().to_owned(),
            value: entry
                .value
                .as_deref()
                .and_then(|value| released(kind, value, level)),
            reference_session_id: entry.reference_session_id.map(|id| id.to_string()),
            created_at: entry.created_at,
        }
    }

    fn line(&self) -> String {
        let mut line = apart(self.value.as_ref().unwrap_or(&self.entry_type));
        if let Some(session) = &self.reference_session_id {
            line.push_str(&format!(", from session {session}"));
        }
        if let Some(uuid) = &self.uuid {
            line.push_str(&format!(", entry {uuid}"));
        }
        line
    }

    fn from_item(item: BlocklistItem, level: PersonalData) -> Self {
        Self {
            uuid: None,
            entry_type: item.r#type.unwrap_or_default(),
            value: item
                .document_number
                .map(|value| (EntryType::Document, value))
                .or(item.phone_number.map(|value| (EntryType::Phone, value)))
                .or(item.email.map(|value| (EntryType::Email, value)))
                .and_then(|(kind, value)| released(kind, &value, level)),
            reference_session_id: item.session_id.map(|id| id.to_string()),
            created_at: item.blocklisted_at,
        }
    }
}

/// A person's own value, as far as the operator lets it be seen. Your own ids of people and companies are no such values.
fn released(kind: EntryType, value: &str, level: PersonalData) -> Option<String> {
    let class = match kind {
        EntryType::User | EntryType::Business => return Some(value.to_owned()),
        EntryType::Email => Class::Email,
        EntryType::IpAddress => Class::Private,
        EntryType::Face
        | EntryType::Document
        | EntryType::Phone
        | EntryType::DeviceFingerprint
        | EntryType::WalletAddress
        | EntryType::BankAccount => Class::Number,
    };
    level.release(Outlet::Conversation, class, value)
}
