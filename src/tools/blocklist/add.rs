//! Blocking what a session holds, or one value.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    EntryType,
    change::{action, bystanders, held, part_done, whose},
    entries::{EntryStore, Found},
    names, only_sessions,
    target::{Target, TargetInput},
};
use crate::{
    didit::{Client, Decision, ListEntryId, NewEntry, values::Comment},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Setting},
        error::NotDone,
        input::Combined,
        person::PersonFacts,
    },
};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_blocklist_add", Toolset::Blocklist)
        .title("Block")
        .description(
            "Blocks a fraudster's face, document or contacts by session, or one value, after a \
             human agrees.",
        )
        .example(|world| {
            json!({
                "session_id": world.session_id,
                "items": ["document"],
                "comment": "A forged passport.",
            })
        })
        .search_words(
            "ban a fraudster, blacklist a face, document, phone or e-mail, fraud prevention",
        )
        .idempotent()
        .verify_with("didit_blocklist_list", "shows whether it is blocked.")
        .run(add)
}

#[derive(Deserialize, JsonSchema)]
struct AddInput {
    /// Why, for the record.
    comment: Option<Comment>,
}

async fn add(
    context: Context,
    Combined(target, input): Combined<TargetInput, AddInput>,
) -> Result<ToolOutput, NotDone> {
    let target = target.read()?;
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
    };
    // The lists and existing entries are looked up first, so that a human is never asked for nothing.
    let plan = agreed(&context, async || {
        let plan = Plan::of(&target, &client).await?;
        let left = plan.left.as_ref();
        let change = left.map(|left| question(&context, left, &entry, &plan));
        Ok((change, plan))
    })
    .await?;
    let Some(left) = &plan.left else {
        let there = plan.there();
        return Ok(ToolOutput::new(format!(
            "Nothing to block: {} is on the blocklist already. Nothing was sent.{}",
            target.describe(),
            entries_of(&there)
        ))
        .with_data(&json!({
            "done": true,
            "blocked": true,
            "target": target.describe(),
            "entries": [],
            "already": there,
        }))
        .with_next("didit_blocklist_remove", "takes it off again."));
    };
    let mut made = Vec::new();
    match left {
        Target::Session { session, items } if plan.is_legacy() => {
            client
                .legacy_blocklist_add(session, items.legacy()?)
                .await?;
        }
        _ => {
            let mut done = Vec::new();
            for (place, kind) in plan.places.iter().zip(left.kinds()) {
                let EntryStore::List(list) = place else {
                    return Err(only_sessions().into());
                };
                let created = client
                    .create_entry(list, &entry)
                    .await
                    .map_err(|error| part_done(error.into(), "block", kind, &done))?;
                done.push(kind);
                made.push(row(kind, created.uuid));
            }
        }
    }
    let comment = entry.comment.as_deref().filter(|_| !plan.is_legacy());
    let mut text = format!(
        "Blocked {}. Later verifications that match are declined.{}",
        left.describe(),
        entries_of(&made)
    );
    let there = plan.there();
    if !there.is_empty() {
        text.push_str(&format!(
            "\nBlocked already, and left as it is: {}.{}",
            names(&plan.kinds_there()).join(" and "),
            entries_of(&there)
        ));
    }
    Ok(ToolOutput::new(text)
        .with_data(&json!({
            "done": true,
            "blocked": true,
            "target": left.describe(),
            "entries": made,
            "already": there,
        }))
        .with_untrusted("Comment", comment)
        .with_next("didit_blocklist_remove", "takes it off again."))
}

/// What is to be blocked, and what is there already.
struct Plan {
    /// What of the target is not blocked yet.
    left: Option<Target>,
    /// Where each kind of that is kept.
    places: Vec<EntryStore>,
    /// The session that holds what is meant, where one was named.
    session: Option<Decision>,
    found: Vec<Found>,
}

impl Plan {
    async fn of(target: &Target, client: &Client) -> Result<Self, NotDone> {
        let places = target.places(client).await?;
        let session = target.decision(client).await?;
        let found = target.already(client, &places, session.as_ref()).await?;
        let is_there = |kind: &EntryType| found.iter().any(|entry| entry.kind == *kind);
        let places = places
            .into_iter()
            .zip(target.kinds())
            .filter(|(_, kind)| !is_there(kind))
            .map(|(place, _)| place)
            .collect();
        Ok(Self {
            left: target.without(is_there),
            places,
            session,
            found,
        })
    }

    fn is_legacy(&self) -> bool {
        self.places.contains(&EntryStore::Legacy)
    }

    fn kinds_there(&self) -> Vec<EntryType> {
        let mut kinds: Vec<EntryType> = self.found.iter().map(|entry| entry.kind).collect();
        kinds.dedup();
        kinds
    }

    fn there(&self) -> Vec<Value> {
        let rows = self.found.iter();
        rows.map(|found| row(found.kind, Some(found.entry)))
            .collect()
    }
}

/// What a human is asked.
fn question(context: &Context, target: &Target, entry: &NewEntry, plan: &Plan) -> Change {
    let session = plan.session.as_ref();
    let facts = session.map(PersonFacts::of);
    let mut settings = held(target, session);
    settings.extend(Setting::of_request(entry, None));
    settings.extend(plan.found.iter().map(Found::left_as_it_is));
    Change {
        direction: "block",
        target: target.whole(),
        action: action("Block ", target, facts.as_ref()),
        consequence: format!(
            "Every later verification that matches is declined, until it is taken off again.{}",
            if plan.is_legacy() && entry.comment.is_some() {
                " This account's older blocklist keeps no comment."
            } else {
                ""
            }
        ),
        choice: "Block",
        warnings: match (session, &facts) {
            (Some(session), Some(facts)) => bystanders(target, session, facts),
            _ => Vec::new(),
        },
        subject: whose(target, session),
        settings,
        place: context
            .connection
            .place_of_change(session.and_then(|session| session.environment.as_deref())),
        seen: facts.map(|facts| facts.seen).unwrap_or_default(),
    }
}

fn row(kind: EntryType, entry: Option<ListEntryId>) -> Value {
    json!({ "entry_type": kind.name(), "uuid": entry.map(|id| id.to_string()) })
}

fn entries_of(rows: &[Value]) -> String {
    let ids = rows.iter().filter_map(|row| row.get("uuid")?.as_str());
    ids.map(|id| format!("\nEntry: {id}")).collect()
}
