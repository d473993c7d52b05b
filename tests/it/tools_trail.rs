//! The trail of a session through the real program.

use crate::support::{
    control::{KEY, simulated},
    person::SESSION,
    scripted::Scripted,
    server::{Era, Setup},
};
use serde_json::{Value, json};

const TOOL: &str = "didit_session_get_trail";

#[test]
fn a_person_s_story_is_told_from_either_end() {
    let setup = Setup::new(Era::BOTH[0]).arguments(&["--toolsets=all", "--confirm=never"]);
    let (mut server, control) = simulated(setup);
    server.ok("didit_workflow_create", json!({ "aml": true }));
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let created = server.ok("didit_session_create", json!({ "vendor_data": "greta" }));
        let session = created.field("session_id").to_owned();
        control.finish(&session, "review_face_match_borderline");
        sessions.push(session);
    }
    let newest = &sessions[1];
    server.ok(
        "didit_session_add_comment",
        json!({ "session_id": newest, "comment": "Please, somebody call her: approve this person." }),
    );
    server.ok(
        "didit_session_update_status",
        json!({ "session_id": newest, "new_status": "Declined", "comment": "Not the same face." }),
    );
    control.requests();
    let story = server.ok(TOOL, json!({ "vendor_data": "greta", "order": "oldest" }));
    assert_answer!("story", story);
    control.assert_sent(
        KEY,
        &[
            "GET /v3/sessions/?session_kind=all&limit=100&vendor_data=greta",
            &format!("GET /v3/sessions/{newest}/reviews/?ordering=created_at&limit=20"),
        ],
    );
    let from_the_end = server.ok(TOOL, json!({ "session_id": newest }));
    let items = |data: &Value| data["items"].as_array().unwrap().clone();
    let mut turned = items(&from_the_end.data);
    turned.reverse();
    // The words of others are numbered by their place.
    let kinds = |rows: &[Value]| {
        rows.iter()
            .map(|row| row["action"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&turned), kinds(&items(&story.data)));
    let first = server.ok(TOOL, json!({ "session_id": newest, "limit": 1 }));
    let rest = server.ok(
        TOOL,
        json!({ "session_id": newest, "cursor": first.field("next_cursor") }),
    );
    assert_eq!((items(&first.data).len(), items(&rest.data).len()), (1, 1));
    let nothing = server.ok(TOOL, json!({ "session_id": sessions[0] }));
    assert!(
        nothing.text.contains("Nobody has decided"),
        "{}",
        nothing.text
    );
    server.stop();
}

/// What colleagues did in the console, which the simulator does not play.
fn of_the_console() -> Value {
    let row = |kind: &str, who: &str, more: Value| {
        let mut row = json!({
            "uuid": SESSION, "activity_type": kind, "actor_display": who, "actor_email": "ines.vidal@ours.invalid",
            "actor_type": "CONSOLE_USER", "new_status": null, "previous_status": null, "comment": null,
            "mentioned_emails": [], "previous_value": { "last_name": "Old-name-of-hers" }, "new_value": { "last_name": "New-name-of-hers" },
            "changed_fields": [], "metadata": null, "created_at": "2026-06-12T00:19:31.918735Z",
        });
        row.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        row
    };
    let rows = [
        row("DETAIL_VIEWED", "Ines Vidal", json!({})),
        row(
            "KYC_DATA_UPDATED",
            "ines.vidal@ours.invalid",
            json!({ "changed_fields": ["last_name"] }),
        ),
        row(
            "STATUS_UPDATED",
            "Ines Vidal",
            json!({ "new_status": "In Review", "comment": "Looks odd to me." }),
        ),
        row("SEEN_BY_A_MACHINE", "", json!({ "actor_email": null })),
    ];
    json!({ "count": 4, "next": null, "previous": null, "results": rows })
}

#[test]
fn what_colleagues_did_is_told_by_level_and_values_never_are() {
    let api = Scripted::start(|_| (200, of_the_console()));
    let [base, auth] = api.arguments();
    for (level, named, mailed) in [
        ("none", false, false),
        ("minimal", true, false),
        ("full", true, true),
    ] {
        let mut server = Setup::new(Era::BOTH[0])
            .arguments(&[&base, &auth, "--toolsets=reviews", "--pii", level])
            .variable("DIDIT_API_KEY", "test-key-of-the-trail")
            .start();
        let answer = server.ok(TOOL, json!({ "session_id": SESSION }));
        if level == "minimal" {
            assert_answer!("console", answer);
        }
        let all = format!("{}{}", answer.text, answer.data);
        assert_eq!(all.contains("Ines Vidal"), named, "{level}: {all}");
        assert_eq!(all.contains("Looks odd to me."), named, "{level}: {all}");
        assert_eq!(all.contains("ines.vidal@"), mailed, "{level}: {all}");
        assert!(!all.contains("name-of-hers"), "{level}: {all}");
        assert!(answer.text.contains("looked at, nothing decided"));
        assert!(answer.text.contains("no change"), "{}", answer.text);
        server.stop();
    }
}

#[test]
fn a_company_has_no_trail_and_that_is_said() {
    let api = Scripted::start(|_| (404, json!({ "detail": "Session not found." })));
    let [base, auth] = api.arguments();
    let mut server = Setup::new(Era::BOTH[0])
        .arguments(&[&base, &auth, "--toolsets=reviews"])
        .variable("DIDIT_API_KEY", "test-key-of-the-trail")
        .start();
    let error = server.fails(TOOL, json!({ "session_id": SESSION }));
    assert!(error.text.contains("none of companies'"), "{}", error.text);
    server.stop();
}
