//! The page behind a session's link: a developer plays the person and picks how it ends.

use std::{collections::HashMap, sync::LazyLock};

use axum::http::StatusCode;
use serde_json::json;
use url::Url;

use super::html::{fill, missing, page, status_badge};
use crate::{
    behaviour::{opening, play},
    call::Call,
    catalog::{
        scenarios::{self, SCENARIOS, Scenario},
        status::StepStatus,
    },
    contract,
    model::{
        sessions::{Session, Step},
        state::State,
    },
    reply::{Answer, Reply, html_not_found},
    values::{Fields, Object},
};

/// What a person sees who comes back later, or too late: a title and an explanation per status.
static ENDINGS: LazyLock<HashMap<String, (String, String)>> =
    // The file is part of the source and read by a test; without it such pages have no words.
    LazyLock::new(|| serde_json::from_str(include_str!("endings.json")).unwrap_or_default());

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
    Ok(walk(session, call, step.unwrap_or(0)))
}

/// `POST /session/{token}`: plays the chosen outcome.
pub fn act(state: &mut State, call: &Call) -> Answer {
    let id = find(state, call)?.id;
    let chosen = url::form_urlencoded::parse(&call.body).find(|(key, _)| key == "scenario");
    let slug = chosen.map_or_else(|| "approve".into(), |(_, slug)| slug);
    let Some(scenario) = scenarios::find(&slug) else {
        let content = fill(
            "<p>There is no outcome called {{slug}}.</p>",
            &[("slug", &slug)],
        );
        return Err(page(StatusCode::BAD_REQUEST, "Unknown outcome", &content));
    };
    play::finish(state, id, Some(scenario));
    find(state, call).map(|session| leave(session, call))
}

/// `GET /u/{token}`: a workflow's own link, with a button because opening it must not create anything yet.
pub fn invite(state: &mut State, call: &Call) -> Answer {
    let workflow = state
        .workflow_by_link(call.text(0))
        .ok_or_else(|| missing("workflow"))?;
    let form = "<p>Workflow: <strong>{{label}}</strong></p>\n<form method=\"post\" action=\"{{path}}\">\n\
                <button type=\"submit\">Start a verification</button>\n</form>";
    let content = fill(form, &[("label", workflow.label()), ("path", &call.path)]);
    Ok(page(StatusCode::OK, "Verify your identity", &content))
}

/// `POST /u/{token}`: a new session of that workflow.
pub fn accept(state: &mut State, call: &Call) -> Answer {
    let workflow = state
        .workflow_by_link(call.text(0))
        .ok_or_else(|| missing("workflow"))?;
    let (application, group) = (workflow.application, workflow.group);
    let mut wanted = Object::new();
    wanted.insert("workflow_id".to_owned(), json!(group));
    let id = opening::open(state, application, wanted)?;
    let session = state.session(id).ok_or_else(|| missing("session"))?;
    Ok(Reply::redirect(
        StatusCode::SEE_OTHER,
        session.url(&state.origin),
    ))
}

fn find<'a>(state: &'a State, call: &Call) -> Result<&'a Session, Reply> {
    let token = match call.parameters.as_slice() {
        [language, token] if contract::is_language(language) => token,
        [token] => token,
        _ => return Err(html_not_found()),
    };
    let session = state
        .sessions
        .iter()
        .find(|session| session.token == *token);
    session.ok_or_else(|| missing("session"))
}

/// One page per step that needs the person, then the choice of outcomes.
fn walk(session: &Session, call: &Call, position: usize) -> Reply {
    let open = session
        .steps
        .iter()
        .filter(|step| step.status == StepStatus::NotFinished);
    let personal: Vec<&Step> = open
        .filter(|step| !step.feature.kind.runs_by_itself)
        .collect();
    let step = personal.get(position);
    let before = position
        .min(personal.len())
        .checked_sub(1)
        .map(|before| before.to_string());
    let link = "<a href=\"{{path}}?step={{before}}\">Back</a>\n";
    let back = before.map(|before| fill(link, &[("path", &call.path), ("before", &before)]));
    let (number, count) = ((position + 1).to_string(), personal.len().to_string());
    let mut values = vec![
        ("path", call.path.as_str()),
        ("number", &number),
        ("count", &count),
    ];
    let (about, automatic) = (about(session), by_themselves(session));
    values.extend([
        ("about", about.as_str()),
        ("automatic", &automatic),
        ("back", back.as_deref().unwrap_or_default()),
    ]);
    let Some(step) = step else {
        let choices: String = SCENARIOS
            .iter()
            .filter(|scenario| scenario.applies(|name| session.has(name)))
            .map(choice)
            .collect();
        let callback = session.wanted.text("callback");
        let goes = |callback| {
            fill(
                "Then the browser goes to <code>{{callback}}</code>.",
                &[("callback", callback)],
            )
        };
        let then = callback.map_or_else(|| "Then a page says how it ended.".to_owned(), goes);
        values.extend([("choices", choices.as_str()), ("then", &then)]);
        return page(
            StatusCode::OK,
            "Choose the outcome",
            &fill(include_str!("outcomes.html"), &values),
        );
    };
    let kind = step.feature.kind;
    let item = |(other, step): (usize, &&Step)| {
        let (current, sign) = match other.cmp(&position) {
            std::cmp::Ordering::Less => ("", " (done)"),
            std::cmp::Ordering::Equal => (" aria-current=\"step\"", " (now)"),
            std::cmp::Ordering::Greater => ("", ""),
        };
        format!("<li{current}>{}{sign}</li>\n", step.feature.kind.title)
    };
    let list: String = personal.iter().enumerate().map(item).collect();
    values.extend([
        ("feature", kind.name.as_str()),
        ("task", &kind.task),
        ("list", &list),
    ]);
    page(
        StatusCode::OK,
        &kind.title,
        &fill(include_str!("step.html"), &values),
    )
}

/// For whom this is, and what is asked for again.
fn about(session: &Session) -> String {
    let label = [("label", session.workflow_label.as_str())];
    let mut html = fill("<p>Verification for <strong>{{label}}</strong>", &label);
    if let Some(person) = session.vendor_data() {
        html.push_str(&fill(
            " of <strong>{{person}}</strong>",
            &[("person", person)],
        ));
    }
    html.push_str(".</p>\n");
    let kept = names(session, |step| step.status != StepStatus::NotFinished);
    if !kept.is_empty() {
        let text = format!("Some steps are asked for again. Kept from before: {kept}.");
        html.push_str(&format!("<p role=\"status\">{text}</p>\n"));
    }
    html
}

fn by_themselves(session: &Session) -> String {
    let names = names(session, |step| {
        step.status == StepStatus::NotFinished && step.feature.kind.runs_by_itself
    });
    if names.is_empty() {
        return String::new();
    }
    format!("<p class=\"soft\">Run by themselves at the end: {names}.</p>\n")
}

/// The names of some steps, in one phrase.
fn names(session: &Session, which: fn(&Step) -> bool) -> String {
    let steps = session.steps.iter().filter(|step| which(step));
    steps
        .map(|step| step.feature.kind.title.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn choice(scenario: &Scenario) -> String {
    let checked = if scenario.slug == "approve" {
        " checked"
    } else {
        ""
    };
    let label = "<label><input type=\"radio\" name=\"scenario\" value=\"{{slug}}\"{{&checked}}> \
                 <span>{{title}} {{&status}} <code>{{&words}}</code></span></label>\n";
    let (status, words) = (
        status_badge(scenario.leads_to()),
        scenario.slug.replace('_', "_<wbr>"),
    );
    let values = [
        ("slug", scenario.slug.as_str()),
        ("checked", checked),
        ("title", &scenario.title),
        ("status", &status),
        ("words", &words),
    ];
    fill(label, &values)
}

/// Back to the caller's application, or to the page that says how it ended.
fn leave(session: &Session, call: &Call) -> Reply {
    let location = callback(session).unwrap_or_else(|| call.path.clone());
    Reply::redirect(StatusCode::SEE_OTHER, location)
}

/// The callback with the session's id and status added to whatever query it has.
fn callback(session: &Session) -> Option<String> {
    let mut url = Url::parse(session.wanted.text("callback")?).ok()?;
    url.query_pairs_mut()
        .append_pair("verificationSessionId", &session.id.to_string())
        .append_pair("status", session.status.name());
    Some(url.into())
}

fn done(session: &Session) -> Reply {
    let link = "<p><a class=\"button\" href=\"{{url}}\">Return to the application</a></p>";
    let back = callback(session)
        .map(|url| fill(link, &[("url", &url)]))
        .unwrap_or_default();
    let status = status_badge(session.status);
    let (title, explanation) = ENDINGS
        .get(session.status.name())
        .cloned()
        .unwrap_or_default();
    let content = "<p role=\"status\">Status: {{&status}}</p>\n<p>{{explanation}}</p>\n{{&back}}";
    let values = [
        ("status", status.as_str()),
        ("explanation", &explanation),
        ("back", &back),
    ];
    page(StatusCode::OK, &title, &fill(content, &values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_words() {
        assert_eq!(ENDINGS.len(), 6);
    }
}
