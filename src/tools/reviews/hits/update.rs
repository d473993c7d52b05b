//! Marking hits: whose they are, as a human says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Hit, Sameness, Subject, hits_of};
use crate::{
    didit::{Client, Decision, HitReview, HitUpdate, SessionId, decision::AmlHit, values::Text},
    tools::{
        Context, PersonalData, Tool, ToolOutput, Toolset,
        agreed::agreed,
        change::{Change, Line, Setting},
        error::{ErrorCode, NotDone, ToolError},
        person::PersonFacts,
        personal::{Class, Outlet},
        plain, subject,
        untrusted::{mark_untrusted, mark_untrusted_code},
    },
};

pub(in crate::tools::reviews) fn tool() -> Tool {
    Tool::decide("didit_aml_update_hits", Toolset::Reviews)
        .title("Mark watch-list hits")
        .description(
            "Marks AML hits of a session, all or none, after a human agrees; the session's status stays.",
        )
        .example(|world| {
            json!({
                "session_id": world.session_id,
                "hit_updates": [{ "hit_id": world.hit_id, "review_status": "False Positive" }],
            })
        })
        .search_words("false positive, confirmed match, inconclusive, clear sanctions or PEP hits, triage")
        .verify_with("didit_aml_get_hits", "shows how each hit is marked.")
        .aliases(&[("hits", "hit_updates"), ("id", "session_id")])
        .run(update)
}

#[derive(Deserialize, JsonSchema)]
struct UpdateInput {
    /// Session UUID.
    session_id: SessionId,
    /// Ids of didit_aml_get_hits.
    hit_updates: Vec<HitUpdate>,
    /// The step, where the session has several AML steps.
    node_id: Option<Text>,
}

/// What will be sent.
struct Plan {
    before: Decision,
    node_id: Option<Text>,
    /// What is not marked so yet.
    updates: Vec<HitUpdate>,
}

async fn update(context: Context, input: UpdateInput) -> Result<ToolOutput, NotDone> {
    let id = input.session_id;
    let level = context.connection.settings().personal_data;
    let wanted = each_once(input.hit_updates)?;
    let client = context.client()?;
    let plan = agreed(&context, async || {
        let before = client.decision(&id).await?;
        let node_id = step(&before, input.node_id.as_ref())?;
        let hits = hits_of(&before, &Subject::of(&before));
        let hits: Vec<(&Hit<'_>, &HitUpdate)> = wanted
            .iter()
            .map(|update| Ok((find(&hits, update, node_id.as_ref(), level)?, update)))
            .collect::<Result<_, ToolError>>()?;
        let open: Vec<(&Hit<'_>, &HitUpdate)> = hits
            .into_iter()
            .filter(|(hit, update)| !is_marked(hit.hit, update.review_status))
            .collect();
        if open.is_empty() {
            return Err(ToolError::new(
                ErrorCode::AlreadySo,
                "All of these hits are marked so already. Nothing was changed.",
            )
            .into());
        }
        let change = change(&context, &id, &before, &open, node_id.as_ref());
        let updates = open.into_iter().map(|(_, update)| update.clone()).collect();
        let plan = Plan {
            node_id,
            updates,
            before,
        };
        Ok((change, plan))
    })
    .await?;
    client
        .update_hits(&id, plan.node_id.as_ref(), &plan.updates)
        .await?;
    told(&client, &id, &plan, wanted.len(), level).await
}

/// The updates, each hit once.
fn each_once(updates: Vec<HitUpdate>) -> Result<Vec<HitUpdate>, ToolError> {
    let mut once: Vec<HitUpdate> = Vec::new();
    for update in updates {
        match once.iter().find(|known| known.hit_id == update.hit_id) {
            None => once.push(update),
            Some(known) if *known == update => {}
            Some(_) => {
                return Err(ToolError::invalid(
                    "hit_updates",
                    "One hit stands there twice, marked in two ways. Nothing was sent.",
                ));
            }
        }
    }
    if once.is_empty() {
        return Err(ToolError::invalid(
            "hit_updates",
            "`hit_updates` names at least one hit. Nothing was sent.",
        ));
    }
    Ok(once)
}

/// The step to be named: none is needed where the session has only one that searched watch lists.
fn step(before: &Decision, named: Option<&Text>) -> Result<Option<Text>, ToolError> {
    let steps = before.aml_screenings.iter();
    let steps: Vec<&str> = steps
        .filter_map(|screening| screening.node_id.as_deref())
        .collect();
    let wrong = |message: &str| {
        let allowed = steps.iter().map(|step| mark_untrusted_code(step));
        ToolError::invalid("node_id", message).with_allowed(allowed)
    };
    match named {
        Some(named) if !steps.contains(&&**named) => Err(wrong(
            "The session has no such step that searched watch lists. Nothing was sent.",
        )),
        None if before.aml_screenings.len() > 1 => Err(wrong(
            "The session searched watch lists in several steps, so `node_id` names one of them. Nothing was sent.",
        )),
        named => Ok(named.cloned()),
    }
}

fn find<'h, 'd>(
    hits: &'h [Hit<'d>],
    update: &HitUpdate,
    node_id: Option<&Text>,
    level: PersonalData,
) -> Result<&'h Hit<'d>, ToolError> {
    let mut of_step = hits
        .iter()
        .filter(|hit| node_id.is_none_or(|node_id| hit.node_id == Some(node_id)));
    let is_meant = |hit: &&Hit<'_>| hit.hit.id.as_deref() == Some(&update.hit_id);
    of_step.clone().find(is_meant).ok_or_else(|| {
        let ids = of_step.by_ref().filter_map(|hit| hit.hit.id.as_deref());
        let ids = ids.filter_map(|id| level.release(Outlet::Conversation, Class::Words, id));
        ToolError::invalid(
            "hit_updates",
            "A hit that was named is not among those of the session. Nothing was sent.",
        )
        .with_allowed(ids.map(|id| mark_untrusted(&id)))
        .with_hint("didit_aml_get_hits", "shows the hits there are.")
    })
}

fn is_marked(hit: &AmlHit, status: HitReview) -> bool {
    hit.review_status.as_deref() == Some(status.as_str())
}

/// What a human agrees to: every hit with whom it is about, how it compares, and how it is marked before and after.
fn change(
    context: &Context,
    id: &SessionId,
    before: &Decision,
    open: &[(&Hit<'_>, &HitUpdate)],
    node_id: Option<&Text>,
) -> Change {
    let facts = PersonFacts::of(before);
    let what = match open.len() {
        1 => "Mark 1 watch-list hit of the session of ".to_owned(),
        several => format!("Mark {several} watch-list hits of the session of "),
    };
    let mut settings: Vec<Setting> = open
        .iter()
        .flat_map(|(hit, update)| of_hit(hit, update))
        .collect();
    if let Some(node_id) = node_id {
        let step = Line::default().sent(node_id.to_string());
        settings.push(Setting::new("Node id", step, None));
    }
    let seen: Vec<Value> = open
        .iter()
        .map(|(hit, _)| {
            json!([
                hit.hit.id,
                hit.hit.caption,
                hit.hit.match_score,
                hit.hit.risk_score
            ])
        })
        .collect();
    Change {
        direction: "mark hits",
        target: format!("session {id}"),
        action: Line::new(what).then(subject::name(&facts)).words("."),
        consequence:
            "The session's status is not changed by it, and later screenings keep the mark."
                .to_owned(),
        choice: "Mark",
        warnings: open
            .iter()
            .map(|(hit, update)| line(hit, update.review_status))
            .collect(),
        subject: subject::line(id, before),
        settings,
        place: context
            .connection
            .place_of_change(before.environment.as_deref()),
        seen: json!([facts.seen, seen]),
    }
}

/// What is sent of a hit, with the mark that it replaces.
fn of_hit(hit: &Hit<'_>, update: &HitUpdate) -> [Setting; 2] {
    let before = match hit.hit.review_status.as_deref() {
        Some(status) => Line::default().personal(Class::Enumeration, status),
        None => Line::new("not marked"),
    };
    let label = |what: &str| format!("Hit {}, {what}", hit.number);
    [
        Setting::new(
            label("hit id"),
            Line::default().sent(update.hit_id.to_string()),
            None,
        ),
        Setting::new(
            label("review status"),
            Line::default().sent(update.review_status.as_str()),
            Some(before),
        ),
    ]
}

/// Whom a hit is about, what speaks for the mark that it gets, and what against it.
fn line(hit: &Hit<'_>, status: HitReview) -> Line {
    let becomes = match status {
        HitReview::Unreviewed => "waits for a mark again",
        HitReview::ConfirmedMatch => "becomes this person",
        HitReview::FalsePositive => "becomes somebody else",
        HitReview::Inconclusive => "stays open as inconclusive",
    };
    let mut line = Line::new(format!("Hit {} {becomes}: ", hit.number));
    line = match &hit.hit.caption {
        Some(name) => line.personal(Class::Words, name),
        None => line.words("no name"),
    };
    for kind in hit.hit.datasets.iter().take(3) {
        line = line.words(", ").personal(Class::Enumeration, kind);
    }
    for (name, score) in [
        ("match score", hit.hit.match_score),
        ("risk score", hit.hit.risk_score),
    ] {
        if let Some(score) = score.filter(|score| score.is_finite()) {
            line = line.words(format!(", {name} {score}"));
        }
    }
    for (name, field) in hit.fields() {
        line = line.words(format!(", {name} {}", field.result.word()));
    }
    line.words(doubt(hit, status))
}

/// What stands against a mark, as far as the data tell.
fn doubt(hit: &Hit<'_>, status: HitReview) -> &'static str {
    let differs = !hit.that_are(Sameness::Differs).is_empty();
    match status {
        HitReview::FalsePositive if !differs => ". Nothing that is known of it differs.",
        HitReview::ConfirmedMatch if differs => ". Something differs.",
        _ => ".",
    }
}

/// A hit that was marked.
#[derive(Serialize)]
struct Marked {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_review_status: Option<String>,
    review_status: &'static str,
}

/// What was done, and how the hits and the session stand now, where that could be read.
async fn told(
    client: &Client,
    id: &SessionId,
    plan: &Plan,
    wanted: usize,
    level: PersonalData,
) -> Result<ToolOutput, NotDone> {
    let of = |decision: &Decision, update: &HitUpdate| {
        let mut hits = decision.aml_screenings.iter().flat_map(|it| &it.hits);
        let hit = hits.find(|hit| hit.id.as_deref() == Some(&update.hit_id))?;
        hit.review_status.clone()
    };
    let shown =
        |status: Option<String>| level.release(Outlet::Conversation, Class::Enumeration, &status?);
    let after = client.decision(id).await.ok();
    if let Some(after) = &after {
        let is_other = |update: &&HitUpdate| {
            of(after, update).is_some_and(|now| now != update.review_status.as_str())
        };
        let others = plan.updates.iter().filter(is_other).count();
        if others > 0 {
            return Err(ToolError::new(
                ErrorCode::ChangedMeanwhile,
                format!(
                    "Didit accepted the marks, but {others} of the hits are marked otherwise now: somebody else marked them, or nothing happened."
                ),
            )
            .with_hint("didit_aml_get_hits", "shows how each hit is marked.")
            .into());
        }
    }
    let marked: Vec<Marked> = plan
        .updates
        .iter()
        .map(|update| Marked {
            id: update.hit_id.to_string(),
            previous_review_status: shown(of(&plan.before, update)),
            review_status: update.review_status.as_str(),
        })
        .collect();
    let mut text = match marked.len() {
        1 => format!("Marked 1 hit of session {id}:"),
        several => format!("Marked {several} hits of session {id}:"),
    };
    for hit in &marked {
        text.push_str(&format!(
            "\n- {}: {} (was {})",
            mark_untrusted(&hit.id),
            hit.review_status,
            hit.previous_review_status
                .as_deref()
                .map_or_else(|| "not told".to_owned(), mark_untrusted_code)
        ));
    }
    let left = wanted - marked.len();
    if left > 0 {
        text.push_str(&format!("\nMarked so already, and left as it is: {left}."));
    }
    text.push_str("\nThis does not change the session's status");
    match &after {
        Some(after) => text.push_str(&format!(
            ", which is {}.",
            plain::known_status(&after.status)
        )),
        None => text.push_str("; how it stands now could not be read."),
    }
    let status = after.as_ref().map(|after| plain::status(&after.status));
    Ok(ToolOutput::new(text)
        .with_data(&json!({
            "done": true,
            "session_id": id.to_string(),
            "status": status.unwrap_or_else(|| "unknown".to_owned()),
            "hits": marked,
            "left_as_they_were": left,
        }))
        .with_next(
            "didit_session_update_status",
            "decides about the session, once a human has.",
        ))
}
