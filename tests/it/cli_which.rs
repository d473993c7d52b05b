//! A session is named by what a person at a terminal has at hand: its number, the beginning of its id, whose it is.

use crate::support::{
    control::Standalone,
    shell::{Shell, printed},
};

/// Three people in review, the last of them with a second session that is not open any more.
fn desk() -> (Standalone, Shell, Vec<String>) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup", "--label", "Desk"]);
    let mut ids = Vec::new();
    for person in ["cust-1", "cust-2", "cust-3", "cust-3"] {
        let (code, made) = shell.json(&["kyc", "session", "--vendor-data", person]);
        assert_eq!(code, Some(0), "{made}");
        let id = made["session_id"].as_str().unwrap().to_owned();
        simulator.control.force(&id, "In Review");
        ids.push(id);
    }
    (simulator, shell, ids)
}

fn status(shell: &Shell, session: &str) -> String {
    let (code, read) = shell.json(&["kyc", "decision", session]);
    assert_eq!(code, Some(0), "{read}");
    read["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_number_an_id_its_beginning_and_a_person_name_one_session() {
    let (_simulator, shell, ids) = desk();
    for name in [
        "2",
        "#2",
        &ids[1],
        &ids[1].to_uppercase(),
        &ids[1][..8],
        &ids[1][..13],
        "vendor:cust-2",
    ] {
        let (code, read) = shell.json(&["kyc", "decision", name]);
        assert_eq!(code, Some(0), "{name}: {read}");
        assert_eq!(read["session_id"], ids[1].as_str(), "{name}");
    }
}

#[test]
fn what_names_none_or_several_changes_nothing() {
    let (_simulator, shell, ids) = desk();
    for (name, code, expected) in [
        ("7", 1, "There is no session 7."),
        ("vendor:cust-9", 1, "There is no session vendor:cust-9."),
        ("ffffffff", 1, "There is no session ffffffff."),
        ("cust-1", 2, "\"cust-1\" does not name a session."),
        (
            "vendor:cust-3",
            2,
            "names 2 sessions: #4 (In Review); #3 (In Review).",
        ),
    ] {
        let refused = shell.run(&["kyc", "approve", "1", name, "--yes"]);
        assert_eq!(refused.code, Some(code), "{name}: {}", printed(&refused));
        assert!(
            refused.stderr.contains(expected),
            "{name}: {}",
            printed(&refused)
        );
    }
    assert_eq!(
        status(&shell, &ids[0]),
        "In Review",
        "a mistake in the second stops the first"
    );
}

#[test]
fn several_sessions_are_decided_one_after_the_other_and_each_once() {
    let (_simulator, shell, ids) = desk();
    let (code, answers) = shell.json(&["kyc", "approve", "1", "2", &ids[0], "--yes"]);
    assert_eq!(code, Some(0), "{answers}");
    let approved: Vec<&str> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["session_id"].as_str().unwrap())
        .collect();
    assert_eq!(approved, [&ids[0], &ids[1]]);
    // What is so already counts as done; what cannot be decided now ends it, and says what was done.
    let (_, open) = shell.json(&["kyc", "session", "--vendor-data", "cust-5"]);
    let open = open["session_id"].as_str().unwrap();
    let finished = shell.run(&["kyc", "approve", "3", "2", open, "4", "--yes"]);
    assert_eq!(finished.code, Some(1), "{}", printed(&finished));
    assert!(
        finished
            .stderr
            .contains("2 of 4 were done before it, the rest was left"),
        "{}",
        printed(&finished)
    );
    assert_eq!(status(&shell, "3"), "Approved");
    assert_eq!(status(&shell, "4"), "In Review");
    let (code, documents) = shell.json(&["kyc", "approve", "3", open, "4", "--yes"]);
    assert_eq!(code, Some(1), "{documents}");
    assert_eq!(documents[0]["error"]["code"], "already_so");
    assert_eq!(documents[1]["session_id"], open);
    assert_eq!(documents[1]["error"]["code"], "not_allowed_now");
    assert_eq!(documents.as_array().unwrap().len(), 2);
    let reports = shell.run(&["kyc", "pdf", "1", "2", "3"]);
    assert_eq!(reports.code, Some(0), "{}", printed(&reports));
    assert_eq!(
        reports.stdout.matches(".pdf").count(),
        3,
        "{}",
        printed(&reports)
    );
}

#[test]
fn what_is_of_one_person_alone_is_refused_for_several() {
    let (_simulator, shell, _) = desk();
    for words in [
        &["kyc", "pdf", "1", "2", "--file-name", "report"][..],
        &[
            "kyc",
            "decline",
            "1",
            "2",
            "--email",
            "ana@example.com",
            "--yes",
        ],
    ] {
        let refused = shell.run(words);
        assert_eq!(refused.code, Some(2), "{}", printed(&refused));
    }
    assert_eq!(status(&shell, "1"), "In Review");
}

#[test]
fn the_list_says_why_and_how_old_and_takes_words_for_several_statuses() {
    let (_simulator, shell, _) = desk();
    shell.ok(&["kyc", "session", "--vendor-data", "cust-5"]);
    let review = shell.run(&["kyc", "list", "--status", "review"]).stdout;
    assert!(
        review.contains("cust-1") && !review.contains("cust-5"),
        "{review}"
    );
    let open = shell.run(&["kyc", "list", "--status", "open"]).stdout;
    assert!(
        !open.contains("cust-1") && open.contains("cust-5"),
        "{open}"
    );
    let both = shell
        .run(&["kyc", "list", "--status", "in-review,not-started", "--wide"])
        .stdout;
    assert!(
        both.contains("cust-1") && both.contains("cust-5") && both.contains("CREATED"),
        "{both}"
    );
}
