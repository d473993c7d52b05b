//! The page behind a session's link: a developer plays the person and picks how it ends.

use std::{collections::HashMap, sync::LazyLock};

use axum::http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::html::{badge, cell, missing, page};
use crate::{
    behaviour::{opening, play},
    call::Call,
    catalog::{
        Scenario, StepStatus,
        scenarios::{self, SCENARIOS},
    },
    contract,
    model::{All, Session, State, Step},
    reply::{Answer, Reply, html_not_found},
    values::{Fields, Object, data, with},
};

/// What a person sees who comes back later, or too late: a title and an explanation per status.
static ENDINGS: LazyLock<HashMap<String, (String, String)>> =
    LazyLock::new(|| data(include_str!("endings.json")));

/// `GET /session/{token}`: opening the link starts the session, and plays an armed scenario at once.
pub fn show(state: &mut State, call: &Call) -> Answer {
    let session = find(state, call)?;
    let (id, armed) = (session.id, session.scenario.is_some());
    if session.status.is_unfinished() {
        play::start(state, id);
        if armed {
            play::finish(state, id, None);
            return find(state, call).map(|session| leave(session, call));
        }
    }
    let session = find(state, call)?;
    if !session.status.is_unfinished() {
        return Ok(done(session));
    }
    let step = call.query("step").and_then(|text| text.parse().ok());
    Ok(walk(session, call, step.unwrap_or_default()))
}

/// `POST /session/{token}`: plays the chosen outcome.
pub fn act(state: &mut State, call: &Call) -> Answer {
    let id = find(state, call)?.id;
    let mut form = url::form_urlencoded::parse(&call.body);
    let slug = form.find(|(key, _)| key == "scenario");
    let slug = slug.map_or_else(|| "approve".into(), |(_, slug)| slug);
    let unknown = || {
        let text = "<p>There is no outcome called {{slug}}.</p>";
        let values = json!({ "slug": slug });
        page(StatusCode::BAD_REQUEST, "Unknown outcome", text, &values)
    };
    let scenario = scenarios::find(&slug).ok_or_else(unknown)?;
    play::finish(state, id, Some(scenario));
    find(state, call).map(|session| leave(session, call))
}

/// `GET /u/{token}`: a workflow's own link, with a button because opening it must not create anything yet.
pub fn invite(state: &mut State, call: &Call) -> Answer {
    let workflow = state.workflow_by_link(call.text(0));
    let workflow = workflow.ok_or_else(|| missing("workflow"))?;
    let values = json!({ "label": workflow.label(), "path": call.path });
    let form = include_str!("invite.html");
    Ok(page(StatusCode::OK, "Verify your identity", form, &values))
}

/// `POST /u/{token}`: a new session of that workflow.
pub fn accept(state: &mut State, call: &Call) -> Answer {
    let workflow = state.workflow_by_link(call.text(0));
    let workflow = workflow.ok_or_else(|| missing("workflow"))?;
    let (application, group) = (workflow.application, workflow.group);
    let wanted = Object::from_iter([("workflow_id".to_owned(), json!(group))]);
    let id = opening::open(state, application, wanted)?;
    let session = state.sessions.one(id).ok_or_else(|| missing("session"))?;
    let location = session.url(&state.origin);
    Ok(Reply::redirect(StatusCode::SEE_OTHER, location))
}

fn find<'a>(state: &'a State, call: &Call) -> Result<&'a Session, Reply> {
    let token = match call.parameters.as_slice() {
        [language, token] if contract::is_language(language) => token,
        [token] => token,
        _ => return Err(html_not_found()),
    };
    let mut sessions = state.sessions.iter();
    let session = sessions.find(|session| session.token == *token);
    session.ok_or_else(|| missing("session"))
}

/// One page per step that needs the person, then the choice of outcomes.
fn walk(session: &Session, call: &Call, position: usize) -> Reply {
    let steps = session.steps.iter();
    let (open, kept): (Vec<&Step>, Vec<&Step>) =
        steps.partition(|step| step.status == StepStatus::NotFinished);
    let open = open.into_iter();
    let (by_itself, personal): (Vec<&Step>, Vec<&Step>) =
        open.partition(|step| step.feature.kind.runs_by_itself);
    let titles = |steps: &[&Step]| -> Vec<&str> {
        let kinds = steps.iter().map(|step| step.feature.kind);
        kinds.map(|kind| kind.title.as_str()).collect()
    };
    let position = position.min(personal.len());
    let values = json!({
        "label": session.workflow.label(),
        "person": session.vendor_data(),
        "kept": titles(&kept).join(", "),
        "automatic": titles(&by_itself).join(", "),
        "path": call.path,
        "number": position + 1,
        "count": personal.len(),
        "back": position.checked_sub(1).map(|before| format!("?step={before}")),
    });
    let (before, after) = personal.split_at_checked(position).unwrap_or_default();
    let (title, form, more) = if let Some((step, after)) = after.split_first() {
        let kind = step.feature.kind;
        let (done, later) = (titles(before), titles(after));
        let more = json!({ "feature": kind.name, "title": kind.title, "task": kind.task, "done": done, "later": later });
        (kind.title.as_str(), include_str!("step.html"), more)
    } else {
        let all = SCENARIOS.iter();
        let choices = all.filter(|scenario| scenario.applies(|name| session.has(name)));
        let choices: Value = choices.map(choice).collect();
        let more = json!({ "choices": choices, "callback": session.wanted.text("callback") });
        ("Choose the outcome", include_str!("outcomes.html"), more)
    };
    page(StatusCode::OK, title, form, &with(values, more))
}

fn choice(scenario: &Scenario) -> Value {
    json!({
        "slug": scenario.slug,
        "usual": scenario.slug == "approve",
        "title": scenario.title,
        "status": cell(&json!({ "badge": badge(scenario.leads_to()) })),
        "words": scenario.slug.replace('_', "_<wbr>"),
    })
}

/// Back to the caller's application, or to the page that says how it ended.
fn leave(session: &Session, call: &Call) -> Reply {
    let location = callback(session).unwrap_or_else(|| call.path.clone());
    Reply::redirect(StatusCode::SEE_OTHER, location)
}

/// The callback with the session's id and status added to whatever query it has.
fn callback(session: &Session) -> Option<String> {
    let mut url = Url::parse(session.wanted.text("callback")?).ok()?;
    let (id, status) = (session.id.to_string(), session.status.name());
    let pairs = [("verificationSessionId", &id), ("status", &status)];
    url.query_pairs_mut().extend_pairs(pairs);
    Some(url.into())
}

fn done(session: &Session) -> Reply {
    let words = ENDINGS.get(&session.status.name()).cloned();
    let (title, explanation) = words.unwrap_or_default();
    let status = cell(&json!({ "badge": badge(session.status) }));
    let values = json!({ "status": status, "explanation": explanation, "back": callback(session) });
    page(StatusCode::OK, &title, include_str!("done.html"), &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_words() {
        assert_eq!(ENDINGS.len(), 6);
    }
}
