//! Every direct dependency is argued for in `docs/dependencies.md`, and nothing else is.

use std::collections::BTreeSet;

/// The manifests of the program and of the crates that it is made of.
const MANIFESTS: [&str; 4] = [
    include_str!("../../Cargo.toml"),
    include_str!("../../crates/didit/Cargo.toml"),
    include_str!("../../crates/didit-local-http/Cargo.toml"),
    include_str!("../../crates/didit-simulator/Cargo.toml"),
];
const PAGE: &str = include_str!("../../docs/dependencies.md");

/// The direct dependencies of one kind, without our own crates. What the program uses need not be argued for in tests again.
fn declared(is_dev: bool) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    for manifest in MANIFESTS {
        let mut counts = false;
        for line in manifest.lines() {
            if let Some(section) = line.strip_prefix('[') {
                let section = section.trim_end_matches(']');
                counts = section.ends_with(if is_dev {
                    "dev-dependencies"
                } else {
                    "dependencies"
                }) && section.ends_with("dev-dependencies") == is_dev
                    && section != "workspace.dependencies";
            } else if counts && let Some((name, _)) = line.split_once(" = ") {
                let name = name.trim_end_matches(".workspace");
                if !name.starts_with("didit") {
                    names.insert(name);
                }
            }
        }
    }
    names
}

/// The dependencies that a section of the page argues for: lines such as "- `name`: what for, and why not own code."
fn argued(heading: &str) -> BTreeSet<&'static str> {
    let section = PAGE
        .split("\n## ")
        .find(|section| section.starts_with(heading));
    let mut names = BTreeSet::new();
    for line in section.unwrap_or_default().lines() {
        let Some((name, reason)) = line
            .strip_prefix("- `")
            .and_then(|rest| rest.split_once("`: "))
        else {
            continue;
        };
        assert!(
            reason.len() >= 20 && reason.ends_with('.'),
            "{name}: {reason}"
        );
        assert!(names.insert(name), "{name} stands there twice");
    }
    names
}

#[test]
fn every_dependency_is_argued_for() {
    for (heading, is_dev) in [("In the program", false), ("In tests and benchmarks", true)] {
        let mut declared = declared(is_dev);
        if is_dev {
            let in_program = argued("In the program");
            declared.retain(|name| !in_program.contains(name) || argued(heading).contains(name));
        }
        assert!(declared.len() > 5, "{heading}: {declared:?}");
        assert_eq!(argued(heading), declared, "{heading}");
    }
}
