//! Lists for spreadsheets, and a list that is watched.

use crate::support::{
    control::Standalone,
    shell::{Shell, printed},
};

const LONG: &str = "a-very-long-customer-identifier-from-another-system-0001";

fn desk(people: &[&str]) -> (Standalone, Shell) {
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator);
    shell.ok(&["kyc", "setup", "--label", "=cmd|' /C calc'!A0"]);
    for person in people {
        shell.ok(&["kyc", "session", "--vendor-data", person]);
    }
    (simulator, shell)
}

/// The names of the columns, and the cells under them.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
    let names = cells(reader.headers().unwrap());
    let rows = reader.records().map(|record| cells(&record.unwrap()));
    (names, rows.collect())
}

#[test]
fn a_list_for_a_spreadsheet_is_whole_and_holds_no_formula() {
    // The joiner between Persian letters is a part of the id.
    let joined = "می\u{200c}خواهم";
    let (_simulator, shell) = desk(&["=1+1", LONG, "山田, 太郎", joined]);
    let (names, rows) = table(&shell.ok(&["kyc", "list", "--output", "csv"]));
    assert_eq!(
        names,
        [
            "session_number",
            "status",
            "vendor_data",
            "checks",
            "session_id",
            "created_at"
        ]
    );
    let people: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(people, [joined, "山田, 太郎", LONG, "'=1+1"]);
    assert!(
        rows.iter()
            .all(|row| row[4].len() == 36 && row[5].ends_with('Z')),
        "{rows:?}"
    );
    let (names, rows) = table(&shell.ok(&["kyc", "workflows", "--output", "csv"]));
    assert_eq!(names[1], "workflow_label");
    assert!(rows[0][1].starts_with("'=cmd|"), "{rows:?}");
    assert_eq!(rows[0][2], "OCR + LIVENESS + FACE_MATCH");
    let (names, rows) = table(&shell.ok(&["blocklist", "list", "--output", "csv"]));
    assert_eq!((names[0].as_str(), rows.len()), ("entry_type", 0));
    let shown = shell.ok(&["kyc", "list", "--output", "table"]);
    // Whoever copies an id from the table finds the person by it too.
    assert!(
        shown.contains("YOUR ID") && shown.contains(joined),
        "{shown}"
    );
}

#[test]
fn what_is_no_row_goes_to_standard_error_and_two_forms_at_once_are_refused() {
    let (_simulator, shell) = desk(&["cust-1", "cust-2"]);
    let page = shell.run(&["kyc", "list", "--output", "csv", "--limit", "1"]);
    assert_eq!(page.code, Some(0), "{}", printed(&page));
    assert_eq!(table(&page.stdout).1.len(), 1, "{}", printed(&page));
    assert!(
        page.stderr.contains("More rows follow: --cursor "),
        "{}",
        printed(&page)
    );
    for words in [
        &["kyc", "list", "--json", "--output", "csv"][..],
        &["kyc", "list", "--watch", "--output", "csv"],
        &["kyc", "list", "--watch", "--json"],
        &["kyc", "list", "--output", "xlsx"],
    ] {
        let refused = shell.run(words);
        assert_eq!(refused.code, Some(2), "{words:?}: {}", printed(&refused));
    }
}

#[cfg(unix)]
#[test]
fn a_list_that_is_watched_shows_what_changes() {
    use crate::support::terminal::Terminal;
    let (simulator, shell) = desk(&["cust-1"]);
    let mut terminal = Terminal::start(&shell, &["kyc", "list", "--watch"]);
    terminal.sees("cust-1");
    // A look that fails leaves the list as it was.
    simulator.control.post(
        "faults",
        &serde_json::json!({ "kind": "status", "status": 500, "path_prefix": "/v3/sessions", "times": 1 }),
    );
    shell.ok(&["kyc", "session", "--vendor-data", "cust-2"]);
    terminal.sees("cust-2");
}
