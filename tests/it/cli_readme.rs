//! The README's section on the command line, run line by line as it is written.

use std::fs;

use crate::support::{control::Standalone, shell::Shell, typed::words};

#[test]
fn every_line_of_the_section_runs_as_written() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let start = readme.find("\n## Command line\n").unwrap() + 1;
    let section = &readme[start..];
    let section = &section[..section.find("\n## ").unwrap()];
    let table = section.split("```csv\n").nth(1).unwrap();
    let simulator = Standalone::start(&[]);
    let shell = Shell::on(&simulator).variable("DIDIT_API_KEY", "");
    fs::write(shell.path("people.csv"), table.split("```").next().unwrap()).unwrap();
    let mut session = None;
    let mut ran = 0;
    for line in section
        .lines()
        .filter(|line| line.starts_with("didit-mcp "))
    {
        let words: Vec<String> = words(line)
            .into_iter()
            .map(|word| match word.as_str() {
                "CODE" => simulator.control.code(),
                "SESSION" => session.clone().expect("a session by now"),
                _ => word,
            })
            .skip(1)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let finished = shell.run(&words);
        let expected = match words.first() {
            // Nobody goes through the links meanwhile.
            Some(&"rehearse") => 5,
            _ if words.contains(&"--wait") => 4,
            _ => 0,
        };
        assert_eq!(finished.code, Some(expected), "{line}: {finished:?}");
        if words.starts_with(&["kyc", "session"]) {
            let id = finished.stdout.split(' ').nth(2).unwrap();
            let id = id.split('.').next().unwrap().to_owned();
            simulator
                .control
                .finish(&id, "review_face_match_borderline");
            session = Some(id);
        }
        // The person does again what was asked for.
        if words.starts_with(&["kyc", "resubmit"]) {
            let id = session.clone().unwrap();
            simulator
                .control
                .finish(&id, "review_face_match_borderline");
        }
        ran += 1;
    }
    assert!(ran > 20, "{ran}");
    let results = fs::read_to_string(shell.path("people.csv.results.csv")).unwrap();
    assert_eq!(results.lines().count(), 3);
}
