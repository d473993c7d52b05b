//! Every direct dependency is argued for in `docs/dependencies.md`, and nothing else is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::collections::BTreeSet;

const MANIFEST: &str = include_str!("../Cargo.toml");
const PAGE: &str = include_str!("../docs/dependencies.md");

/// The direct dependencies of one kind.
fn declared(is_dev: bool) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    let mut counts = false;
    for line in MANIFEST.lines() {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            counts = section.ends_with(if is_dev {
                "dev-dependencies"
            } else {
                "dependencies"
            }) && section.ends_with("dev-dependencies") == is_dev;
        } else if counts && let Some((name, _)) = line.split_once(" = ") {
            names.insert(name);
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
        let declared = declared(is_dev);
        assert!(declared.len() > 5, "{heading}: {declared:?}");
        assert_eq!(argued(heading), declared, "{heading}");
    }
}
