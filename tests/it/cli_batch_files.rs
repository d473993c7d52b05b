//! `didit-mcp kyc batch`: files as spreadsheets write them.

use std::fs;

use crate::support::{
    control::Standalone,
    server::Finished,
    shell::{Shell, printed},
};
use serde_json::{Value, json};

/// A shell with a file of people, and a simulator with one workflow.
struct Desk {
    simulator: Standalone,
    shell: Shell,
}

impl Desk {
    fn new() -> Self {
        let simulator = Standalone::start(&["--no-rate-limits"]);
        let shell = Shell::on(&simulator).variable("DIDIT_MCP_RATE_LIMITS", "off");
        shell.ok(&["kyc", "setup", "--default"]);
        simulator.control.requests();
        Self { simulator, shell }
    }

    /// Runs a file of this content from the beginning.
    fn run(&self, content: &[u8]) -> Finished {
        drop(fs::remove_file(self.shell.path("people.csv.journal.jsonl")));
        fs::write(self.shell.path("people.csv"), content).unwrap();
        self.shell
            .run(&["kyc", "batch", "people.csv", "--concurrency", "1"])
    }

    /// What the sessions were made with: the person's id and first name.
    fn sent(&self) -> Vec<(String, String)> {
        let requests = self.simulator.control.requests();
        let made = requests.iter().filter(|request| request.method == "POST");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        made.map(|request| {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            (
                text(&body["vendor_data"]),
                text(&body["expected_details"]["first_name"]),
            )
        })
        .collect()
    }

    fn results(&self) -> Vec<u8> {
        fs::read(self.shell.path("people.csv.results.csv")).unwrap()
    }
}

fn pairs(people: &[(&str, &str)]) -> Vec<(String, String)> {
    people
        .iter()
        .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()))
        .collect()
}

#[test]
fn rows_and_columns_with_nothing_in_them_do_not_count() {
    let desk = Desk::new();
    for (case, content) in [
        (
            "rows",
            "vendor_data,first_name\na1,Ana\n,\n,,,,\n\nb2,Ben\n,\n",
        ),
        (
            "a column at the end",
            "vendor_data,first_name,\na1,Ana,\nb2,Ben,\n",
        ),
        (
            "a column in between",
            "vendor_data,,first_name,,\na1,,Ana\nb2,,Ben,\n",
        ),
        (
            "rows before the names",
            ",,\nvendor_data,first_name\na1,Ana\nb2,Ben\n",
        ),
        (
            "what stands between cells",
            "sep=;\nvendor_data;first_name\na1;Ana\nb2;Ben\n",
        ),
        (
            "in capitals, with Windows' line ends",
            "SEP=;\r\nvendor_data;first_name\r\na1;Ana\r\nb2;Ben\r\n",
        ),
        (
            "a character that no other file has",
            "sep=|\nvendor_data|first_name\na1|Ana\nb2|Ben\n",
        ),
        ("tabs", "vendor_data\tfirst_name\na1\tAna\nb2\tBen\n\t\n"),
        (
            "semicolons",
            "vendor_data;first_name;\na1;Ana;\nb2;Ben;\n;;\n",
        ),
    ] {
        let finished = desk.run(content.as_bytes());
        assert_eq!(finished.code, Some(0), "{case}: {}", printed(&finished));
        assert_eq!(
            desk.sent(),
            pairs(&[("a1", "Ana"), ("b2", "Ben")]),
            "{case}"
        );
        let results = String::from_utf8(desk.results()).unwrap();
        assert_eq!(results.lines().count(), 3, "{case}: {results}");
        let separator = &results["vendor_data".len()..=("vendor_data".len())];
        let names = [
            "vendor_data",
            "first_name",
            "session_id",
            "session_url",
            "status",
            "error",
        ];
        assert_eq!(
            results.lines().next(),
            Some(&*names.join(separator)),
            "{case}"
        );
    }
}

#[test]
fn cells_without_a_name_and_rows_without_their_cells_are_refused_by_line() {
    let desk = Desk::new();
    for (content, expected) in [
        (
            "sep=,\nvendor_data,first_name\na1,Ana,Maria\n",
            "Line 3 holds a cell in column 3, and that column has no name",
        ),
        (
            "vendor_data,,first_name\na1,x,Ana\n",
            "Line 2 holds a cell in column 2",
        ),
        (
            "vendor_data,first_name\n,,\na1\n",
            "Line 3 has 1 of the 2 cells that the first line names",
        ),
        ("sep=;\nvendor_data;email\na1;nowhere\n", "line 3: "),
    ] {
        let refused = desk.run(content.as_bytes());
        assert_eq!(refused.code, Some(2), "{content}: {}", printed(&refused));
        assert!(refused.stderr.contains(expected), "{}", printed(&refused));
        assert_eq!(desk.sent(), []);
    }
}

#[test]
fn what_excel_calls_unicode_text_is_read_and_the_mark_is_written_back() {
    let text = "\u{feff}vendor_data\tfirst_name\na1\tZoë\nb2\t山田\n";
    let utf16 =
        |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let desk = Desk::new();
    for (case, content) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-16, little end first", utf16(u16::to_le_bytes)),
        ("UTF-16, big end first", utf16(u16::to_be_bytes)),
    ] {
        let finished = desk.run(&content);
        assert_eq!(finished.code, Some(0), "{case}: {}", printed(&finished));
        assert_eq!(
            desk.sent(),
            pairs(&[("a1", "Zoë"), ("b2", "山田")]),
            "{case}"
        );
        let results = String::from_utf8(desk.results()).unwrap();
        assert!(
            results.starts_with("\u{feff}vendor_data\tfirst_name\tsession_id"),
            "{case}: {results}"
        );
        // The results of an earlier run are known by their names, behind the mark too.
        let again = desk.shell.run(&["kyc", "batch", "people.csv"]);
        assert_eq!(again.code, Some(0), "{case}: {}", printed(&again));
    }
    let finished = desk.run(b"vendor_data\na1\n");
    assert_eq!(finished.code, Some(0), "{}", printed(&finished));
    assert!(desk.results().starts_with(b"vendor_data"));
}

/// A name read in the wrong encoding is another name, and the document would not fit it.
#[test]
fn an_encoding_that_cannot_be_told_is_refused_with_the_line_and_the_cure() {
    let desk = Desk::new();
    let damaged = [&b"\xff\xfe"[..], b"v\0e\0n"].concat();
    for (content, expected) in [
        (
            &b"vendor_data,first_name\na1,Ana\nb2,Zo\xeb\n"[..],
            "not UTF-8 text: line 3 holds other bytes",
        ),
        (&damaged, "damaged UTF-16"),
        (b"\xfe\xff\xd8\x00\x00a", "damaged UTF-16"),
    ] {
        let refused = desk.run(content);
        assert_eq!(refused.code, Some(2), "{}", printed(&refused));
        assert!(refused.stderr.contains(expected), "{}", printed(&refused));
        assert!(
            refused.stderr.contains("save it as \"CSV UTF-8\""),
            "{}",
            printed(&refused)
        );
    }
    let (_, document) = desk.shell.json(&["kyc", "batch", "people.csv"]);
    assert_eq!(document["error"]["code"], json!("invalid_rows"));
    assert_eq!(desk.sent(), []);
}

/// Which workflow is meant does not depend on who asks: versions of one count once, archived ones not at all, and a page that
/// says that it comes next again is the last.
#[test]
fn the_workflow_of_a_file_is_that_of_a_single_session() {
    let desk = Desk::new();
    let (_, listed) = desk.shell.json(&["kyc", "workflows"]);
    let id = &listed["items"][0]["workflow_id"];
    let row = |uuid: u32, workflow: &Value, is_archived: bool| {
        let uuid = format!("00000000-0000-4000-8000-{uuid:012}");
        json!({ "uuid": uuid, "workflow_id": workflow, "workflow_label": "KYC", "status": "published", "is_archived": is_archived })
    };
    let gone = json!("00000000-0000-4000-8000-000000000009");
    let rows = [row(1, id, false), row(2, id, false), row(3, &gone, true)];
    let page = json!({ "count": 3, "next": "/?offset=0", "previous": null, "results": rows });
    let once = json!({ "kind": "status", "status": 200, "body": page, "path_prefix": "/v3/workflows/", "times": 1 });
    fs::write(desk.shell.path("people.csv"), "vendor_data\na1\n").unwrap();
    for words in [
        &["kyc", "session", "--vendor-data", "b2"][..],
        &["kyc", "batch", "people.csv"],
        &["kyc", "full", "--vendor-data", "c3"],
    ] {
        desk.simulator.control.post("faults", &once);
        let finished = desk.shell.run(words);
        assert_eq!(finished.code, Some(0), "{words:?}: {}", printed(&finished));
    }
    assert_eq!(desk.sent().len(), 3);
}
