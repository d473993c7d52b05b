//! Taking off what is blocked.

use serde_json::json;

use super::{
    change::{action, held, part_done, whose},
    entries::{EntryStore, Found},
    names,
    target::{Target, TargetInput},
};
use crate::tools::{
    Context, Tool, ToolOutput, Toolset, agreed::agreed, change::Change, error::NotDone,
    person::PersonFacts,
};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_blocklist_remove", Toolset::Blocklist)
        .title("Unblock")
        .description(
            "Takes a session's face, document or contacts, or one value, off the blocklist, after \
             a human agrees.",
        )
        .example(|world| json!({ "session_id": world.session_id, "items": ["face"] }))
        .search_words("unban, allow again, take off the blacklist")
        .idempotent()
        .verify_with("didit_blocklist_list", "shows whether it is still blocked.")
        .run(remove)
}

async fn remove(context: Context, input: TargetInput) -> Result<ToolOutput, NotDone> {
    let target = input.read()?;
    let client = context.client()?;
    let (is_legacy, entries) = agreed(&context, async || {
        let places = target.places(&client).await?;
        let entries = target.entries(&client, &places).await?;
        let session = target.decision(&client).await?;
        let facts = session.as_ref().map(PersonFacts::of);
        let is_legacy = places.contains(&EntryStore::Legacy);
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
    let removed: Vec<_> = entries
        .iter()
        .map(|found| json!({ "entry_type": found.kind.name(), "uuid": found.entry.to_string() }))
        .collect();
    let mut text = format!("Unblocked {described}.");
    if !missing.is_empty() {
        text.push_str(&format!(
            " There was no entry for the {} of it.",
            names(&missing).join(" and ")
        ));
    }
    Ok(ToolOutput::new(text).with_data(&json!({
        "done": true,
        "blocked": false,
        "target": described,
        "removed": removed,
        "not_found": names(&missing),
    })))
}
