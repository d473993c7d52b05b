//! The page behind a session's link: a developer plays the person and picks how it ends.

use axum::http::StatusCode;
use serde_json::{Map, json};
use url::Url;

use super::{escape, form_field, missing, page};
use crate::simulator::{
    call::Call,
    reply::{Answer, Reply, html_not_found},
    scenarios::{self, SCENARIOS},
    sessions::{
        Session, Status, StepStatus,
        create::{self, LANGUAGES},
        play,
    },
    state::State,
};

/// `GET /session/{token}`: opening the link starts the session, and plays an armed scenario at once.
pub(in crate::simulator) fn show(state: &mut State, call: &Call) -> Answer {
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
pub(in crate::simulator) fn act(state: &mut State, call: &Call) -> Answer {
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
pub(in crate::simulator) fn invite(state: &mut State, call: &Call) -> Answer {
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
pub(in crate::simulator) fn accept(state: &mut State, call: &Call) -> Answer {
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
    let open: Vec<_> = session
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::NotFinished)
        .collect();
    let path = escape(&call.path);
    let Some(step) = open.get(position) else {
        return outcomes(session, &path);
    };
    let content = format!(
        "<p>Step {} of {}: <strong>{}</strong></p>\n<p>{}</p>\n\
         <p><a class=\"button\" href=\"{path}?step={}\">Continue</a></p>\n\
         <p><a href=\"{path}?step={}\">Go straight to the outcome</a></p>",
        position + 1,
        open.len(),
        step.feature.kind.display,
        task(step.feature.kind.name),
        position + 1,
        open.len(),
    );
    page(StatusCode::OK, "Verify your identity", &content)
}

/// What a person would do here.
fn task(feature: &str) -> &'static str {
    match feature {
        "OCR" => "A person would photograph an identity document.",
        "NFC" => "A person would hold the document's chip to the phone.",
        "LIVENESS" | "AGE_ESTIMATION" => "A person would take a selfie.",
        "FACE_MATCH" => "The selfie would be compared with the document.",
        "PROOF_OF_ADDRESS" => "A person would upload a bill with their address.",
        "PHONE_VERIFICATION" => "A person would type the code sent to their phone.",
        "EMAIL_VERIFICATION" => "A person would type the code sent to their e-mail address.",
        "AML" | "DATABASE_VALIDATION" | "IP_ANALYSIS" => "This check runs by itself.",
        _ => "A person would give the details this step asks for.",
    }
}

fn outcomes(session: &Session, path: &str) -> Reply {
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
            "<label><input type=\"radio\" name=\"scenario\" value=\"{0}\"{checked}> {1} (<code>{0}</code>)</label>\n",
            scenario.slug, scenario.title
        ));
    }
    let content = format!(
        "<form method=\"post\" action=\"{path}\">\n<fieldset>\n<legend>How should this verification end?</legend>\n\
         {choices}</fieldset>\n<p><button type=\"submit\">Finish</button></p>\n</form>"
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

fn done(session: &Session) -> Reply {
    let explanation = match session.status {
        Status::Expired => "The link was not opened in time.",
        Status::Abandoned => "The verification was not finished in time.",
        _ => "You can close this page.",
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
        "<p role=\"status\">Status: <strong>{}</strong>. {explanation}</p>{back}",
        session.status.name()
    );
    page(StatusCode::OK, "Verification ended", &content)
}
