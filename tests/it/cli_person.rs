//! One person has one id, in tools, commands and files; and what is said of a person is checked in all three.

use std::fs;

use crate::support::{
    control::Standalone,
    shell::{Shell, printed},
};
use serde_json::json;

fn ready() -> (Standalone, Shell) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup", "--default"]);
    (simulator, shell)
}

#[test]
fn blanks_around_an_id_are_dropped_by_every_command() {
    let (_simulator, shell) = ready();
    let made = |id: &str| {
        let (code, made) = shell.json(&["kyc", "session", "--vendor-data", id]);
        assert_eq!(code, Some(0), "{made}");
        made["session_id"].clone()
    };
    let first = made("4711");
    for same in ["4711 ", "\u{3000}4711", "4711\u{2003}"] {
        assert_eq!(made(same), first, "{same:?}");
        let (_, listed) = shell.json(&["kyc", "list", "--vendor-data", same]);
        assert_eq!(listed["items"][0]["session_id"], first, "{same:?}");
        let (_, read) = shell.json(&["kyc", "decision", &format!("vendor:{same}")]);
        assert_eq!(read["session_id"], first, "{same:?}");
    }
    // In a file they are the same person twice, which is a mistake.
    fs::write(
        shell.path("people.csv"),
        "vendor_data\n4711\n\u{3000}4711\u{2003}\n",
    )
    .unwrap();
    let refused = shell.run(&["kyc", "batch", "people.csv"]);
    assert_eq!(refused.code, Some(2), "{}", printed(&refused));
    assert!(
        refused
            .stderr
            .contains("line 3: vendor_data 4711 is already used in line 2"),
        "{}",
        printed(&refused)
    );
    let (_, all) = shell.json(&["kyc", "list"]);
    assert_eq!(all["total"], 1);
}

/// An id that looks like another one finds nothing, or a second person.
#[test]
fn an_id_with_something_hidden_in_it_is_refused_everywhere() {
    let (_simulator, shell) = ready();
    for hidden in ["\u{200b}4711", "47\u{2060}11", "4711\u{feff}"] {
        for words in [
            &["kyc", "session", "--vendor-data", hidden][..],
            &["kyc", "list", "--vendor-data", hidden],
            &["kyc", "decision", &format!("vendor:{hidden}")],
            &["kyc", "approve", &format!("vendor:{hidden}"), "--yes"],
        ] {
            let (code, refused) = shell.json(words);
            assert_eq!(code, Some(2), "{words:?}: {refused}");
            assert_eq!(refused["error"]["field"], "vendor_data", "{words:?}");
        }
        fs::write(shell.path("people.csv"), format!("vendor_data\n{hidden}\n")).unwrap();
        let refused = shell.run(&["kyc", "batch", "people.csv"]);
        assert_eq!(refused.code, Some(2), "{}", printed(&refused));
        assert!(
            refused
                .stderr
                .contains("line 2: `vendor_data` must not hold U+"),
            "{}",
            printed(&refused)
        );
    }
    let (_, all) = shell.json(&["kyc", "list"]);
    assert_eq!(all["total"], 0);
}

#[test]
fn what_cannot_be_true_of_a_person_is_refused_by_commands_and_files_alike() {
    let (simulator, shell) = ready();
    simulator.control.requests();
    for (flag, column, value, cure) in [
        (
            "--date-of-birth",
            "date_of_birth",
            "2999-01-15",
            "must not lie after today",
        ),
        (
            "--date-of-birth",
            "date_of_birth",
            "1899-12-31",
            "must not lie before 1900",
        ),
        ("--country", "country", "QQQ", "three-letter country code"),
        ("--country", "country", "GB", "GBR?"),
        ("--callback", "callback", "javascript:alert(1)", "callback"),
        (
            "--metadata",
            "metadata",
            "{broken",
            "begins like JSON and is none",
        ),
        (
            "--metadata",
            "metadata",
            "[1, 2",
            "begins like JSON and is none",
        ),
    ] {
        let refused = shell.run(&["kyc", "session", "--vendor-data", "c-1", flag, value]);
        assert_eq!(refused.code, Some(2), "{value}: {}", printed(&refused));
        assert!(
            refused.stderr.contains(cure),
            "{value}: {}",
            printed(&refused)
        );
        fs::write(
            shell.path("people.csv"),
            format!("vendor_data,{column}\nc-1,\"{value}\"\n"),
        )
        .unwrap();
        let refused = shell.run(&["kyc", "batch", "people.csv"]);
        assert_eq!(refused.code, Some(2), "{value}: {}", printed(&refused));
        assert!(
            refused.stderr.contains(cure),
            "{value}: {}",
            printed(&refused)
        );
    }
    let requests = simulator.control.requests();
    assert!(
        requests.iter().all(|request| request.method == "GET"),
        "{requests:?}"
    );
    // Other texts are JSON as they are, and JSON of any kind is sent as such.
    for (metadata, sent) in [
        ("gold", json!("gold")),
        ("{\"plan\": \"gold\"}", json!({ "plan": "gold" })),
        (" [1, 2] ", json!([1, 2])),
    ] {
        shell.ok(&[
            "kyc",
            "session",
            "--vendor-data",
            metadata,
            "--metadata",
            metadata,
        ]);
        let requests = simulator.control.requests();
        let made = requests
            .iter()
            .find(|request| request.method == "POST")
            .unwrap();
        let body: serde_json::Value = serde_json::from_str(&made.body).unwrap();
        assert_eq!(body["metadata"], sent, "{metadata}");
    }
}
