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
    let is_of_a_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let mut names = Vec::new();
    for rest in source.split("crate::").skip(1) {
        // A name alone ends where its letters do; of a group all counts that is not within an inner group.
        let is_group = rest.starts_with('{');
        let mut depth = i32::from(!is_group);
        let mut own = String::new();
        for letter in rest.chars() {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            if depth == 0 || !is_group && !is_of_a_name(&letter) {
                break;
            }
            own.extend(Some(letter).filter(|letter| depth == 1 && *letter != '{'));
        }
        let words = own.split(',').map(|one| one.trim().chars());
        names.extend(words.map(|one| one.take_while(is_of_a_name).collect::<String>()));
    }
    names.retain(|name| !name.is_empty());
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
