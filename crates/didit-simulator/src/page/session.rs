//! The page behind a session's link: a developer plays the person and picks how it ends.

use std::cmp::Ordering;

use axum::http::StatusCode;
use serde_json::{Map, json};
use url::Url;

use super::{
    escape, form_field, missing, page, status_badge,
    steps::{self, Steps},
};
use crate::{
    call::Call,
    reply::{Answer, Reply, html_not_found},
    scenarios::{self, SCENARIOS},
    sessions::{
        Session, Status,
        create::{self, LANGUAGES},
        play,
    },
    state::State,
};

/// `GET /session/{token}`: opening the link starts the session, and plays an armed scenario at once.
pub(crate) fn show(state: &mut State, call: &Call) -> Answer {
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
    let step = call
        .query("step")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    Ok(walk(session, call, step))
}

/// `POST /session/{token}`: plays the chosen outcome.
pub(crate) fn act(state: &mut State, call: &Call) -> Answer {
    let id = find(state, call)?.id;
    let slug = form_field(call, "scenario").unwrap_or_else(|| "approve".to_owned());
    let Some(scenario) = scenarios::find(&slug) else {
        return Err(page(
            StatusCode::BAD_REQUEST,
            "Unknown outcome",
            &format!("<p>There is no outcome called {}.</p>", escape(&slug)),
        ));
    };
    play::finish(state, id, Some(scenario));
    find(state, call).map(|session| leave(session, call))
}

/// `GET /u/{token}`: a workflow's own link, with a button because opening it must not create anything yet.
pub(crate) fn invite(state: &mut State, call: &Call) -> Answer {
    let workflow = state
        .workflow_by_link(call.text(0))
        .ok_or_else(|| missing("workflow"))?;
    let content = format!(
        "<p>Workflow: <strong>{}</strong></p>\n<form method=\"post\" action=\"{}\">\n\
         <button type=\"submit\">Start a verification</button>\n</form>",
        escape(&workflow.label),
        escape(&call.path),
    );
    Ok(page(StatusCode::OK, "Verify your identity", &content))
}

/// `POST /u/{token}`: a new session of that workflow.
pub(crate) fn accept(state: &mut State, call: &Call) -> Answer {
    let workflow = state
        .workflow_by_link(call.text(0))
        .ok_or_else(|| missing("workflow"))?;
    let (application, group) = (workflow.application, workflow.group);
    let mut body = Map::new();
    body.insert("workflow_id".to_owned(), json!(group));
    let id = create::open(state, application, &body)?;
    let url = state
        .session(id)
        .map(|session| session.url(&state.origin))
        .ok_or_else(|| missing("session"))?;
    Ok(Reply::redirect(StatusCode::SEE_OTHER, url))
}

fn find<'a>(state: &'a State, call: &Call) -> Result<&'a Session, Reply> {
    let token = match call.parameters.as_slice() {
        [language, token] if LANGUAGES.contains(&language.as_str()) => token,
        [token] => token,
        _ => return Err(html_not_found()),
    };
    state
        .sessions
        .iter()
        .find(|session| session.token == *token)
        .ok_or_else(|| missing("session"))
}

/// One page per step, then the choice of outcomes.
fn walk(session: &Session, call: &Call, position: usize) -> Reply {
    let steps = Steps::of(session);
    let path = escape(&call.path);
    let Some(step) = steps.personal.get(position) else {
        return outcomes(session, &steps, &path);
    };
    let (feature, count) = (step.feature.kind.name, steps.personal.len());
    let list: String = steps
        .personal
        .iter()
        .enumerate()
        .map(|(other, step)| {
            let (current, sign) = match other.cmp(&position) {
                Ordering::Less => ("", " (done)"),
                Ordering::Equal => (" aria-current=\"step\"", " (now)"),
                Ordering::Greater => ("", ""),
            };
            let name = steps::name(step.feature.kind.name);
            format!("<li{current}>{name}{sign}</li>\n")
        })
        .collect();
    let back = position
        .checked_sub(1)
        .map(|before| format!("<a href=\"{path}?step={before}\">Back</a>\n"))
        .unwrap_or_default();
    let content = format!(
        "{}<p class=\"soft\">Step {} of {count} (<code>{feature}</code>)</p>\n<p>{}</p>\n\
         <p class=\"actions\"><a class=\"button\" href=\"{path}?step={}\">Continue</a>\n{back}\
         <a href=\"{path}?step={count}\">Go straight to the outcome</a></p>\n\
         <h2>All steps</h2>\n<ol class=\"steps\">\n{list}</ol>\n{}",
        about(session, &steps),
        position + 1,
        steps::task(feature),
        position + 1,
        by_themselves(&steps),
    );
    page(StatusCode::OK, steps::name(feature), &content)
}

/// For whom this is, and what is asked for again.
fn about(session: &Session, steps: &Steps<'_>) -> String {
    let mut html = format!(
        "<p>Verification for <strong>{}</strong>",
        escape(&session.workflow_label)
    );
    if let Some(person) = &session.vendor_data {
        html.push_str(&format!(" of <strong>{}</strong>", escape(person)));
    }
    html.push_str(".</p>\n");
    if !steps.kept.is_empty() {
        html.push_str(&format!(
            "<p role=\"status\">Some steps are asked for again. Kept from before: {}.</p>\n",
            steps::names(&steps.kept)
        ));
    }
    html
}

fn by_themselves(steps: &Steps<'_>) -> String {
    if steps.automatic.is_empty() {
        return String::new();
    }
    format!(
        "<p class=\"soft\">Run by themselves at the end: {}.</p>\n",
        steps::names(&steps.automatic)
    )
}

fn outcomes(session: &Session, steps: &Steps<'_>, path: &str) -> Reply {
    let mut choices = String::new();
    for scenario in SCENARIOS
        .iter()
        .filter(|scenario| scenario.applies_to(session))
    {
        let checked = if scenario.slug == "approve" {
            " checked"
        } else {
            ""
        };
        choices.push_str(&format!(
            "<label><input type=\"radio\" name=\"scenario\" value=\"{0}\"{checked}> <span>{1} {2} <code>{3}</code></span></label>\n",
            scenario.slug,
            scenario.title,
            status_badge(scenario.leads_to()),
            scenario.slug.replace('_', "_<wbr>"),
        ));
    }
    let then = session.callback.as_deref().map_or_else(
        || "Then a page says how it ended.".to_owned(),
        |callback| {
            format!(
                "Then the browser goes to <code>{}</code>.",
                escape(callback)
            )
        },
    );
    let back = steps
        .personal
        .len()
        .checked_sub(1)
        .map(|last| format!("\n<a href=\"{path}?step={last}\">Back</a>"))
        .unwrap_or_default();
    let content = format!(
        "{}{}<form method=\"post\" action=\"{path}\">\n<fieldset>\n\
         <legend>How should this verification end?</legend>\n{choices}</fieldset>\n<p class=\"soft\">{then}</p>\n\
         <p class=\"actions\"><button type=\"submit\">Finish</button>{back}</p>\n</form>",
        about(session, steps),
        by_themselves(steps),
    );
    page(StatusCode::OK, "Choose the outcome", &content)
}

/// Back to the caller's application, or to the page that says how it ended.
fn leave(session: &Session, call: &Call) -> Reply {
    let location = callback(session).unwrap_or_else(|| call.path.clone());
    Reply::redirect(StatusCode::SEE_OTHER, location)
}

/// The callback with the session's id and status added to whatever query it has.
fn callback(session: &Session) -> Option<String> {
    let mut url = Url::parse(session.callback.as_deref()?).ok()?;
    url.query_pairs_mut()
        .append_pair("verificationSessionId", &session.id.to_string())
        .append_pair("status", session.status.name());
    Some(url.into())
}

/// What a person sees who comes back later, or too late.
fn done(session: &Session) -> Reply {
    let (title, explanation) = match session.status {
        Status::Approved => (
            "Verification approved",
            "Nothing more is needed. You can close this page.",
        ),
        Status::Declined => (
            "Verification declined",
            "At least one check failed. The company that sent you here can ask for steps again; this link then works again.",
        ),
        Status::InReview => (
            "Verification in review",
            "All steps are done, and somebody looks at the result. You can close this page.",
        ),
        Status::Expired => (
            "Link expired",
            "The link was not opened in time. The company that sent you here can make a new one.",
        ),
        Status::Abandoned => (
            "Verification not finished",
            "It was started and not finished in time. The company that sent you here can ask for the missing steps again or make \
             a new link.",
        ),
        Status::KycExpired => (
            "Document expired since",
            "The verification was approved, and the document has expired since then. A new verification is needed.",
        ),
        Status::NotStarted | Status::InProgress | Status::Resubmitted | Status::AwaitingUser => {
            ("Verification open", "The steps are not finished yet.")
        }
    };
    let back = callback(session)
        .map(|url| {
            format!(
                "\n<p><a class=\"button\" href=\"{}\">Return to the application</a></p>",
                escape(&url)
            )
        })
        .unwrap_or_default();
    let content = format!(
        "<p role=\"status\">Status: {}</p>\n<p>{explanation}</p>{back}",
        status_badge(session.status)
    );
    page(StatusCode::OK, title, &content)
}
