//! The simulator's copy of the table of operations is a part of the repository's table.
//!
//! A published crate holds only what lies in its own folder, so there is a copy. After a change of `contract/operations.json`,
//! `UPDATE_OPERATIONS=1 cargo test -p didit-simulator --test table` writes it anew.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;

use serde_json::{Map, Value};

const COLUMNS: [&str; 7] = ["id", "method", "path", "host", "auth", "rate", "body"];

fn part(value: &Value, members: &[&str]) -> Map<String, Value> {
    let kept = members
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), value.get(name)?.clone())));
    kept.collect()
}

#[test]
fn the_copy_is_a_part_of_the_table() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let table = fs::read_to_string(format!("{folder}/../../contract/operations.json")).unwrap();
    let table: Vec<Value> = serde_json::from_str(&table).unwrap();
    let rows = table.iter().map(|row| {
        let mut kept = part(row, &COLUMNS);
        let parameters = row.get("parameters").and_then(Value::as_array);
        let parameters = parameters.into_iter().flatten().map(|one| {
            let name = one.get("name").and_then(Value::as_str).unwrap();
            let kept = part(one, &["in", "format", "enum"]);
            (name.to_owned(), Value::Object(kept))
        });
        kept.insert("parameters".to_owned(), parameters.collect());
        Value::Object(kept).to_string()
    });
    let expected = format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"));
    let path = format!("{folder}/src/contract/operations.json");
    if std::env::var_os("UPDATE_OPERATIONS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == expected,
        "{path} is not up to date"
    );
}
