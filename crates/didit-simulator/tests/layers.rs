//! No module of the simulator uses one of a layer above it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::{fs, path::Path};

/// From the bottom up. Modules of one line know nothing of each other.
const LAYERS: [&[&str]; 12] = [
    &["values", "options"],
    &["reply", "pdf"],
    &["catalog"],
    &["contract", "model"],
    &["call", "shared"],
    &["behaviour"],
    &["handlers", "pages"],
    &["recording"],
    &["routes"],
    &["delivery"],
    &["server"],
    &["lib"],
];

fn layer(module: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| layer.contains(&module));
    layer.unwrap_or_else(|| panic!("{module} has no layer"))
}

/// The modules that `source` names by `crate::name` or within `use crate::{…}`.
fn named(source: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let letters = text
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_');
        letters.collect()
    };
    let mut names = Vec::new();
    for rest in source.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut at_start = true;
        for (position, letter) in group.char_indices() {
            match letter {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => at_start = true,
                letter if at_start && depth == 0 && !letter.is_whitespace() => {
                    names.push(word(group.get(position..).unwrap()));
                    at_start = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn check(path: &Path, module: &str) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            check(&entry.unwrap().path(), module);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        for name in named(&fs::read_to_string(path).unwrap()) {
            assert!(
                name == module || layer(&name) < layer(module),
                "{} uses {name}, which is not below it",
                path.display()
            );
        }
    }
}

#[test]
fn nobody_looks_upwards() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        check(&path, &module);
    }
    assert_eq!(
        named("use crate::{a::{b, c}, d};\ncrate::e::f()"),
        ["a", "d", "e"]
    );
}
