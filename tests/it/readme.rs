//! What the README says of the settings is what the program takes.

use std::{collections::BTreeSet, fs};

use didit_mcp::tools::ErrorCode;
use strum::VariantNames as _;

use crate::support::server::run;

/// Every word of `text` that starts with `prefix` and looks like a setting's name.
fn names<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || "-_".contains(letter)))
        .filter(|word| word.len() > prefix.len() + 2 && word.starts_with(prefix))
        .collect()
}

/// The README's section of this heading.
fn section<'a>(readme: &'a str, heading: &str) -> &'a str {
    let start = readme.find(&format!("## {heading}\n")).expect(heading);
    let rest = &readme[start + 3..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

#[test]
fn the_settings_are_those_of_the_program() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let settings = section(&readme, "Settings");
    let help = run(&["--help"], &[]).stdout;

    assert_eq!(names(settings, "DIDIT_"), names(&help, "DIDIT_"));
    let of_clap = BTreeSet::from(["--help", "--version"]);
    let taken: BTreeSet<_> = names(&help, "--").difference(&of_clap).copied().collect();
    assert!(taken.len() > 15, "{taken:?}");
    assert_eq!(names(settings, "--"), taken);
}

#[test]
fn every_flag_it_speaks_of_is_taken_by_a_command() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut taken = BTreeSet::from(["--help".to_owned(), "--version".to_owned()]);
    add_flags(&didit_mcp::cli::command(), &mut taken);
    // Flags of other programs, in the lines that start them.
    let others = BTreeSet::from([
        "--release",
        "--example",
        "--path",
        "--scope",
        "--cli",
        "--method",
        "--tool-name",
    ]);
    for flag in names(&readme, "--") {
        assert!(taken.contains(flag) || others.contains(flag), "{flag}");
    }
}

#[test]
fn the_pages_of_the_simulator_are_those_it_serves() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let told: BTreeSet<&str> = section(&readme, "The simulator")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let routes = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/crates/didit-simulator/src/routes.rs"
    ))
    .unwrap();
    // Beside these there are pictures, and the same page under the prefix of a language.
    let pages = routes.split("const PAGES").nth(1).unwrap();
    let served: BTreeSet<&str> = pages
        .split("];")
        .next()
        .unwrap()
        .lines()
        .filter_map(|line| line.split('"').nth(1))
        .filter(|path| !path.starts_with("/media/") && !path.starts_with("/{text}/"))
        .collect();
    let told: BTreeSet<String> = told
        .into_iter()
        .map(|path| path.replace("{token}", "{text}").replace("{id}", "{text}"))
        .collect();
    assert_eq!(
        told.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        served
    );
}

/// Every flag of a command and of those under it.
fn add_flags(command: &clap::Command, flags: &mut BTreeSet<String>) {
    for argument in command.get_arguments() {
        let long = argument.get_long().into_iter();
        let aliases = argument.get_visible_aliases().unwrap_or_default();
        flags.extend(long.chain(aliases).map(|name| format!("--{name}")));
    }
    command
        .get_subcommands()
        .for_each(|command| add_flags(command, flags));
}

/// The rows of the table under a heading, as cells.
fn rows<'a>(readme: &'a str, heading: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let table = section(readme, heading)
        .lines()
        .filter(|line| line.starts_with('|'));
    table
        .skip(2)
        .map(|line| line.split('|').map(str::trim).collect())
}

#[test]
fn the_tools_are_those_of_the_program() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut told = BTreeSet::new();
    for row in rows(&readme, "Tools") {
        for name in row[1].split('`').filter(|word| word.starts_with("didit_")) {
            assert!(told.insert((name, row[2])), "{name} stands twice");
        }
    }
    let tools = didit_mcp::tools::all();
    let known: BTreeSet<_> = tools
        .iter()
        .map(|tool| (tool.name, tool.access.name()))
        .collect();
    assert_eq!(told, known);
}

#[test]
fn the_error_classes_of_its_advice_exist() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut seen = 0;
    for row in rows(&readme, "When something does not work") {
        for class in row[1].split('`').skip(1).step_by(2) {
            // A variable of the environment is no class.
            if class.starts_with("DIDIT_") {
                continue;
            }
            assert!(ErrorCode::VARIANTS.contains(&class), "{class}");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

#[test]
fn the_conversation_it_shows_is_that_of_the_demo() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let shown = readme.split("### As it really runs").nth(1).unwrap();
    let shown = shown
        .split("```")
        .nth(1)
        .unwrap()
        .strip_prefix("text\n")
        .unwrap();
    let demo = run(&["demo"], &[]).stdout;
    let mut lines = demo.lines().map(str::trim);
    for line in shown.lines().filter(|line| !line.is_empty()) {
        assert!(lines.any(|told| is_told(told, line)), "{line}");
    }
}

/// Whether a line is this one, with anything in the place of each `…`.
fn is_told(told: &str, shown: &str) -> bool {
    let mut rest = Some(told);
    for part in shown.split('…') {
        rest = rest
            .and_then(|rest| rest.split_once(part))
            .map(|(_, rest)| rest);
    }
    rest.is_some_and(|rest| rest.is_empty() || shown.ends_with('…'))
}

#[test]
fn every_command_it_shows_can_be_typed() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let lines = readme.lines().filter(|line| line.starts_with("didit-mcp "));
    let spans = readme
        .split('`')
        .filter(|span| span.starts_with("didit-mcp ") && !span.contains('\n'));
    let mut seen = 0;
    for line in lines.chain(spans) {
        let parsed =
            didit_mcp::cli::command().try_get_matches_from(crate::support::typed::words(line));
        assert!(parsed.is_ok(), "{line}: {parsed:?}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}
