//! Hits on watch lists through the real program: side by side with the person, and marked by a human.

use crate::support::{
    control::{Control, KEY, simulated},
    person,
    scripted::Scripted,
    server::{Era, Human, Server, Setup},
};
use serde_json::{Value, json};

const GET: &str = "didit_aml_get_hits";
const UPDATE: &str = "didit_aml_update_hits";

/// One session with a hit of the person's own name and birth date, and one of a namesake, both waiting for a mark.
fn screened(setup: Setup) -> (Server, Control, String) {
    let (mut server, control) = simulated(setup.arguments(&["--toolsets=all"]));
    server.ok(
        "didit_workflow_create",
        json!({ "features": [
            { "feature": "OCR" },
            { "feature": "AML", "config": { "aml_match_score_threshold": 50 } },
        ] }),
    );
    let created = server.ok(
        "didit_session_create",
        json!({ "vendor_data": "customer-1" }),
    );
    let session = created.field("session_id").to_owned();
    control.finish(&session, "review_aml_possible_match");
    control.requests();
    (server, control, session)
}

fn unasked() -> Setup {
    Setup::new(Era::BOTH[0]).arguments(&["--confirm=never"])
}

fn ids(hits: &Value) -> Vec<String> {
    let items = hits["items"].as_array().unwrap().iter();
    let untrusted = &hits["untrusted"];
    items
        .map(|hit| {
            let id = hit["id"].as_str().unwrap();
            let inside = id.trim_matches(['(', ')']);
            untrusted[inside].as_str().unwrap_or(id).to_owned()
        })
        .collect()
}

fn marks(hits: &[(&str, &str)]) -> Value {
    let marks = hits.iter();
    marks
        .map(|(id, status)| json!({ "hit_id": id, "review_status": status }))
        .collect()
}

#[test]
fn hits_stand_beside_the_person_s_own_data() {
    let (mut server, control, session) = screened(unasked());
    let answer = server.ok(GET, json!({ "vendor_data": "customer-1" }));
    assert_answer!("side_by_side", answer);
    let result = |hit: usize, field: &str| answer.data["items"][hit][field]["result"].clone();
    for (hit, expected) in [
        (0, ["same", "same", "unknown"]),
        (1, ["same", "differs", "differs"]),
    ] {
        let found = ["name", "birth_date", "country"].map(|field| result(hit, field));
        assert_eq!(found, expected);
    }
    // Nobody says where the first one lives, so nothing stands there.
    assert_eq!(
        answer.data["items"][0]["country"]["of_the_hit"],
        Value::Null
    );
    let sent = control.requests();
    let sent: Vec<String> = sent.iter().map(|request| request.line()).collect();
    assert_eq!(
        sent[..2],
        [
            "GET /v3/sessions/?session_kind=all&limit=100&vendor_data=customer-1".to_owned(),
            format!("GET /v3/session/{session}/decision/"),
        ]
    );
    // What is left is the workflow, for its limits.
    let rest = &sent[2..];
    assert!(
        rest.iter()
            .all(|line| line.starts_with("GET /v3/workflows/")),
        "{sent:?}"
    );
    server.stop();
}

#[test]
fn one_hit_goes_alone_and_several_at_once() {
    let (mut server, control, session) = screened(unasked());
    let found = ids(&server.ok(GET, json!({ "session_id": session })).data);
    let [person, namesake] = &found[..] else {
        panic!("{found:?}");
    };
    control.requests();
    let one = marks(&[(namesake, "False Positive")]);
    let answer = server.ok(UPDATE, json!({ "session_id": session, "hit_updates": one }));
    assert_answer!("one_marked", answer);
    let decision = format!("GET /v3/session/{session}/decision/");
    control.assert_sent(
        KEY,
        &[
            &decision,
            &format!(
                "PATCH /v3/session/{session}/update-aml-hit-status/ {}",
                json!({ "hit_id": namesake, "review_status": "False Positive" })
            ),
            &decision,
        ],
    );
    let open = server.ok(
        GET,
        json!({ "session_id": session, "review_status": "Unreviewed" }),
    );
    assert_eq!(ids(&open.data), [person.as_str()]);
    control.requests();
    // What is so already is left out of what is sent.
    let both = marks(&[(person, "Confirmed Match"), (namesake, "Inconclusive")]);
    let answer = server.ok(
        UPDATE,
        json!({ "session_id": session, "hit_updates": both }),
    );
    assert_eq!(answer.data["status"], "In Review");
    control.assert_sent(
        KEY,
        &[
            &decision,
            &format!(
                "PATCH /v3/session/{session}/bulk-update-aml-hit-status/ {}",
                json!({ "hit_updates": both })
            ),
            &decision,
        ],
    );
    let again = marks(&[(person, "Confirmed Match"), (namesake, "False Positive")]);
    let answer = server.ok(
        UPDATE,
        json!({ "session_id": session, "hit_updates": again }),
    );
    assert_eq!(answer.data["hits"].as_array().unwrap().len(), 1);
    assert_eq!(answer.data["left_as_they_were"], 1);
    let error = server.fails(
        UPDATE,
        json!({ "session_id": session, "hit_updates": again }),
    );
    assert!(error.text.contains("already_so"), "{}", error.text);
    let trail = server.ok("didit_session_get_trail", json!({ "session_id": session }));
    assert_eq!(trail.data["total"], 3);
    assert_eq!(trail.data["items"][0]["type"], "AML_HIT_STATUS_UPDATED");
    server.stop();
}

#[test]
fn a_human_reads_every_hit_before_and_after() {
    for era in Era::BOTH {
        let setup = Setup::new(era).human(&[Human::Agrees, Human::Declines]);
        let (mut server, control, session) = screened(setup);
        let found = ids(&server.ok(GET, json!({ "session_id": session })).data);
        let wanted = marks(&[
            (&found[0], "False Positive"),
            (&found[1], "Confirmed Match"),
        ]);
        control.requests();
        server.ok(
            UPDATE,
            json!({ "session_id": session, "hit_updates": wanted }),
        );
        let asked = server.transcript.iter().map(Value::to_string);
        let asked: String = asked
            .filter(|message| message.contains("Hit 1 becomes"))
            .collect();
        for words in [
            "PEP\\\", match score 94, risk score 90, name same, birth date same, country unknown. Nothing that is known of it differs.",
            "match score 60, risk score 40, name same, birth date differs, country differs. Something differs.",
            "Hit 1 becomes somebody else: ",
            "Hit 2 becomes this person: ",
            "The session's status is not changed by it, and later screenings keep the mark.",
            "Hit 1, review status: \\\"False Positive\\\" (was \\\"Unreviewed\\\")",
        ] {
            assert!(asked.contains(words), "{words}: {asked}");
        }
        let back = marks(&[(&found[0], "Unreviewed")]);
        let error = server.fails(
            UPDATE,
            json!({ "session_id": session, "hit_updates": back }),
        );
        assert!(error.text.contains("refused_by_"), "{}", error.text);
        let changes = control.requests();
        let changes = changes.iter().filter(|it| it.method != "GET").count();
        assert_eq!(changes, 1);
        server.stop();
    }
}

#[test]
fn what_cannot_be_marked_is_refused_before_anything_is_sent() {
    let (mut server, control, session) = screened(unasked());
    let found = ids(&server.ok(GET, json!({ "session_id": session })).data);
    control.requests();
    for (arguments, words) in [
        (json!({ "hit_updates": [] }), "hit_updates"),
        (
            json!({ "hit_updates": marks(&[("nobody", "Inconclusive")]) }),
            "not among those of the session",
        ),
        (
            json!({ "hit_updates": marks(&[(&found[0], "Inconclusive"), ("nobody", "Inconclusive")]) }),
            "not among those of the session",
        ),
        (
            json!({ "hit_updates": marks(&[(&found[0], "Inconclusive"), (&found[0], "Unreviewed")]) }),
            "marked in two ways",
        ),
        (
            json!({ "hit_updates": marks(&[(&found[0], "Inconclusive")]), "node_id": "feature_aml_9" }),
            "no such step",
        ),
        (
            json!({ "hit_updates": marks(&[(&found[0], "Guilty")]) }),
            "Confirmed Match",
        ),
    ] {
        let mut arguments = arguments;
        arguments["session_id"] = session.as_str().into();
        let error = server.fails(UPDATE, arguments);
        assert!(error.text.contains(words), "{words}: {}", error.text);
    }
    let changes = control.requests();
    assert!(changes.iter().all(|request| request.method == "GET"));
    server.stop();
}

/// A server on an API that shows this decision and records what is sent.
fn on_decision(decision: Value, level: &str) -> (Server, Scripted) {
    let api = Scripted::start(move |request| match request.line.as_str() {
        line if line.starts_with("PATCH") => (200, json!({ "message": "done" })),
        line if line.contains("/decision/") => (200, decision.clone()),
        _ => (404, json!({ "detail": "Not found." })),
    });
    let [base, auth] = api.arguments();
    let setup = unasked()
        .arguments(&[&base, &auth, "--toolsets=all", "--pii", level])
        .variable("DIDIT_API_KEY", "test-key-of-the-hits");
    (setup.start(), api)
}

#[test]
fn of_several_steps_one_is_named() {
    let mut decision = person::decision();
    let mut second = decision["aml_screenings"][0].clone();
    second["node_id"] = "feature_aml_2".into();
    decision["aml_screenings"]
        .as_array_mut()
        .unwrap()
        .push(second);
    let (mut server, api) = on_decision(decision, "full");
    let wanted = marks(&[(person::HIT, "Inconclusive")]);
    let arguments = json!({ "session_id": person::SESSION, "hit_updates": wanted });
    let error = server.fails(UPDATE, arguments.clone());
    assert!(error.text.contains("feature_aml_2"), "{}", error.text);
    let mut arguments = arguments;
    arguments["node_id"] = "feature_aml_2".into();
    // The decision of this API never changes, and that is noticed.
    let error = server.fails(UPDATE, arguments);
    assert!(error.text.contains("changed_meanwhile"), "{}", error.text);
    let sent = api.requests();
    let changes: Vec<&str> = sent
        .iter()
        .map(|request| request.line.as_str())
        .filter(|line| line.starts_with("PATCH"))
        .collect();
    let path = format!(
        "PATCH /v3/session/{}/update-aml-hit-status/?node_id=feature_aml_2",
        person::SESSION
    );
    assert_eq!(changes, [path]);
    server.stop();
}

#[test]
fn the_level_decides_what_is_told_of_hits() {
    for (level, shows) in [("none", false), ("minimal", true)] {
        let (mut server, _api) = on_decision(person::decision(), level);
        let answer = server.ok(GET, json!({ "session_id": person::SESSION }));
        let all = format!("{}{}", answer.text, answer.data);
        for value in [
            "hit-77",
            "Caption Onlist",
            "1957-03-21",
            "XLN",
            "Reason of a list.",
        ] {
            assert_eq!(all.contains(value), shows, "{level} {value}: {all}");
        }
        assert!(
            answer.text.contains("birth date differs"),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("Limits of the workflow: not known."));
        server.stop();
    }
}
