//! What is refused, in the words of the API: `refusals.json` has a status and the form of a body under each name.

use std::{collections::HashMap, sync::LazyLock};

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::forms::fill;
use crate::{
    reply::{Checked, Reply},
    values::data,
};

static REFUSALS: LazyLock<HashMap<String, (u16, Value)>> =
    LazyLock::new(|| data(include_str!("refusals.json")));

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

/// Refuses as `name` says, and in how many seconds to come again, where there is anything to wait for.
pub fn throttle(name: &str, wait: i64) -> Checked {
    let refusal = || refusal_with(name, json!({ "wait": wait }));
    let refusal = (wait > 0).then(|| refusal().with_header("retry-after", wait.to_string()));
    refusal.map_or(Ok(()), Err)
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

    /// The code under `path` but this file.
    fn code(path: &Path) -> String {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            entries.map(|entry| code(&entry.unwrap().path())).collect()
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with(file!()) {
            fs::read_to_string(path).unwrap()
        } else {
            String::new()
        }
    }

    #[test]
    fn every_refusal_of_the_code_has_words_and_no_words_are_idle() {
        let code = code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let calls = "or_refuse( refusal( refusal_with( refuse_when( throttle(";
        for call in calls.split(' ') {
            let names = code.split(call).skip(1).map(str::trim_start);
            let names = names.filter_map(|rest| rest.strip_prefix('"')?.split('"').next());
            names.for_each(|name| assert!(REFUSALS.contains_key(name), "{name}"));
        }
        for name in REFUSALS.keys() {
            assert!(code.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}
