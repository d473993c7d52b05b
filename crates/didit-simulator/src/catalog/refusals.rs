//! What is refused, in the words of the API: `refusals.json` has a status and the form of a body under each name.

use std::{collections::HashMap, sync::LazyLock};

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::forms::fill;
use crate::reply::{Checked, Reply};

static REFUSALS: LazyLock<HashMap<String, (u16, Value)>> =
    // The file is part of the source, and a test holds that all names of the code are in it.
    LazyLock::new(|| serde_json::from_str(include_str!("refusals.json")).unwrap_or_default());

/// The refusal called `name`.
pub fn refusal(name: &str) -> Reply {
    refusal_with(name, ())
}

/// The refusal called `name` with `words` in place of its placeholders.
pub fn refusal_with(name: &str, words: impl Serialize) -> Reply {
    let (status, form) = REFUSALS.get(name).cloned().unwrap_or_default();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Reply::json(status, &fill(&form, &json!(words)))
}

/// A refusal that says in how many seconds to come again.
pub fn throttled(name: &str, wait: i64) -> Reply {
    let refusal = refusal_with(name, json!({ "wait": wait }));
    refusal.with_header("retry-after", wait.to_string())
}

/// Refusing where there is nothing.
pub trait OrRefuse<T> {
    fn or_refuse(self, name: &str) -> Result<T, Reply>;
}

impl<T> OrRefuse<T> for Option<T> {
    fn or_refuse(self, name: &str) -> Result<T, Reply> {
        self.ok_or_else(|| refusal(name))
    }
}

/// Refuses as `name` says when that is so.
pub fn refuse_when(name: &str, is_so: bool) -> Checked {
    if is_so { Err(refusal(name)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// The names after `call` and a quotation mark, in every file under `path`.
    fn named(path: &Path, call: &str, names: &mut Vec<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                named(&entry.unwrap().path(), call, names);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with(file!()) {
            let text = fs::read_to_string(path).unwrap();
            let calls = text.split(call).skip(1).map(str::trim_start);
            let quoted = calls.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
            names.extend(quoted.map(str::to_owned));
        }
    }

    #[test]
    fn every_refusal_of_the_code_has_words_and_no_words_are_idle() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut names = Vec::new();
        let calls = ["or_refuse(", "refusal(", "refusal_with(", "refuse_when("];
        for call in calls.iter().chain(&["throttled(", "wrong(", "named(slug,"]) {
            named(&source, call, &mut names);
        }
        for name in &names {
            assert!(REFUSALS.contains_key(name), "{name}");
        }
        for name in REFUSALS.keys() {
            assert!(names.contains(name), "{name}");
        }
    }
}
