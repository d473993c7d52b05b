//! Answers that are about something else than what was asked, or that say too little to be of use.

use crate::support::echo_cases::{
    Call, Called, GROUP, ID, LINK, OTHER, call, id, lists, page, session, sessions, settings,
};
use crate::support::refusals::text;
use crate::support::upstream::{Reply, Upstream};
use didit_mcp::didit::{Client, Error, PageRequest, SessionFilter, WorkflowRequest};
use serde_json::json;

async fn call_with(
    call: Call,
    answers: impl IntoIterator<Item = Reply>,
) -> (Result<(), Error>, usize) {
    let upstream = Upstream::start(answers).await;
    let client = upstream.builder().build().unwrap();
    let result = call(&client).await;
    (result, upstream.requests().len())
}

#[tokio::test]
async fn an_answer_is_taken_only_for_what_was_asked() {
    for case in sessions().into_iter().chain(lists()).chain(settings()) {
        for body in case.fit {
            let (result, requests) =
                call_with(case.call, [Reply::json(200, &body.to_string())]).await;
            assert_eq!((result, requests), (Ok(()), 1), "{} {body}", case.name);
        }
        for (body, word) in case.misfit {
            let (result, requests) =
                call_with(case.call, [Reply::json(200, &body.to_string())]).await;
            // The tools say of this error that the change may have happened.
            let Err(Error::Unreadable {
                status: 200,
                message,
            }) = result
            else {
                panic!("{} {body}: {result:?}", case.name)
            };
            assert!(message.contains(word), "{} {body}: {message}", case.name);
            // What was made can be looked at, and undone.
            let made = ["uuid", "session_id"].map(|key| body[key].as_str().unwrap_or_default());
            if case.name.starts_with("create") {
                assert!(made.iter().all(|made| message.contains(made)), "{message}");
            }
            assert!(
                !message.contains("evil") && !message.contains("c-9"),
                "a body is never quoted"
            );
            assert_eq!(requests, 1, "{}", case.name);
        }
    }
}

/// A session names its workflow, also where a version was asked for; only the version knows whose it is.
#[tokio::test]
async fn a_session_of_another_workflow_is_not_taken() {
    let created = || {
        Reply::json(
            201,
            &json!({ "session_id": OTHER, "url": LINK, "workflow_id": GROUP }).to_string(),
        )
    };
    let version = |group: &str| {
        Reply::json(
            200,
            &json!({ "uuid": ID, "workflow_id": group }).to_string(),
        )
    };
    let not_found = || Reply::json(404, r#"{"detail":"Not found."}"#);
    let call: Call = call!(|client| client.create_session(&session(None)));
    for (second, fits) in [
        (version(GROUP), true),
        (version(OTHER), false),
        (not_found(), false),
        (Reply::json(403, r#"{"detail":"No."}"#), true),
    ] {
        let (result, requests) = call_with(call, [created(), second]).await;
        assert_eq!((result.is_ok(), requests), (fits, 2), "{result:?}");
    }
    let published = |group: &str| {
        Reply::json(
            200,
            &json!({ "uuid": OTHER, "workflow_id": group }).to_string(),
        )
    };
    let call: Call = call!(|client| client.update_workflow(
        &id(),
        &WorkflowRequest {
            status: text("published"),
            ..WorkflowRequest::default()
        }
    ));
    for (second, fits) in [
        (version(GROUP), true),
        (version(OTHER), false),
        (not_found(), true),
    ] {
        let (result, requests) = call_with(call, [published(GROUP), second]).await;
        assert_eq!((result.is_ok(), requests), (fits, 2), "{result:?}");
    }
}

/// What else is in such an answer is of use, so it is read without the link.
#[tokio::test]
async fn links_that_nobody_should_open_are_left_out() {
    for (link, kept) in [
        (LINK, true),
        ("javascript:alert(1)", false),
        ("http://evil.example", false),
    ] {
        let row = json!({ "session_id": ID, "uuid": ID, "status": "In Review", "session_url": link, "workflow_url": link });
        let answers = [row.clone(), page(row.clone()), row.clone(), page(row)]
            .map(|body| Reply::json(200, &body.to_string()));
        let upstream = Upstream::start(answers).await;
        let client = upstream.builder().build().unwrap();
        let expected = kept.then(|| link.to_owned());
        let decision = client.decision(&id()).await.unwrap();
        assert_eq!(decision.session_url, expected);
        assert_eq!(decision.oddities.is_empty(), kept);
        let sessions = client
            .list_sessions(&SessionFilter::default())
            .await
            .unwrap();
        assert_eq!(sessions.items[0].session_url, expected);
        assert_eq!(client.workflow(&id()).await.unwrap().workflow_url, expected);
        let workflows = client
            .list_workflows(&PageRequest::default())
            .await
            .unwrap();
        assert_eq!(workflows.items[0].workflow_url, expected);
    }
}

#[tokio::test]
async fn a_report_of_another_session_is_not_taken() {
    let report = |name: &str| Reply::Full {
        status: 200,
        headers: vec![(
            "content-disposition",
            format!("attachment; filename={name}"),
        )],
        body: b"%PDF-1.7".to_vec(),
    };
    let call: Call = call!(|client| client.generate_pdf(&id()));
    for (name, fits) in [
        (format!("session_{ID}.pdf"), true),
        (format!("business_{ID}.pdf"), true),
        ("report.pdf".to_owned(), true),
        (format!("session_{OTHER}.pdf"), false),
    ] {
        let (result, _) = call_with(call, [report(&name)]).await;
        assert_eq!(result.is_ok(), fits, "{name} {result:?}");
    }
}
