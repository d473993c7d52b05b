//! The table of Didit's operations: which there are, who may call them and what their requests hold.
//!
//! `operations.json` is a part of the repository's `contract/operations.json`. `observed.json` holds what the service was seen
//! to refuse beyond that description, and in which words: what goes over the row of an operation.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::{
    reply::{Checked, Reply, bad_request},
    values::{Fields, Object, data, lay_over},
};

mod check;

use check::Parameter;
pub use check::Schema;

/// An operation of the API.
#[derive(Debug, Deserialize)]
pub struct Operation {
    pub id: String,
    pub method: String,
    path: String,
    host: Option<String>,
    auth: Credentials,
    /// The rate limit it counts under.
    pub rate: String,
    parameters: BTreeMap<String, Parameter>,
    body: Option<Schema>,
}

/// What a caller proves who it is with.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    None,
    Key,
    /// A key, with organization and application in the path.
    KeyOrg,
    /// The key of the session's application or a console token of its organization; unknown sessions are not found before
    /// any credential is looked at.
    Session,
    /// The `Session-Token` of the session in the path.
    SessionToken,
    /// A console user's token.
    Bearer,
}

/// Every operation, in the order of the table.
pub static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let rows: Vec<Box<RawValue>> = data(include_str!("contract/operations.json"));
    let observed: Object = data(include_str!("contract/observed.json"));
    // One row at a time: as a tree the whole table takes megabytes, which a process keeps.
    let operation = |row: Box<RawValue>| {
        let mut row: Value = serde_json::from_str(row.get()).ok()?;
        if let Some(more) = observed.get(row.text("id")?) {
            lay_over(&mut row, more);
        }
        serde_json::from_value(row).ok()
    };
    rows.into_iter().filter_map(operation).collect()
});

/// Whether sessions can be in this language.
pub fn is_language(code: &str) -> bool {
    let mut operations = OPERATIONS.iter();
    let operation = operations.find(|operation| operation.id == "session_create");
    let wanted = [("workflow_id", ""), ("language", code)];
    let wanted = wanted.map(|(key, text)| (key.to_owned(), json!(text)));
    operation.is_some_and(|operation| operation.read(&Object::from_iter(wanted)).is_ok())
}

impl Operation {
    /// Its path on this server, with names in braces for what varies.
    pub fn path(&self) -> String {
        let prefix = if self.host.is_some() { "/auth/v2" } else { "" };
        format!("{prefix}{}", self.path)
    }

    /// What a call must prove.
    pub fn credentials(&self) -> Credentials {
        match self.auth {
            Credentials::Key if self.path.starts_with("/v3/session/{") => Credentials::Session,
            other => other,
        }
    }

    /// Its path with the kind of each variable part in place of the name: `{uuid}` or `{text}`.
    pub fn pattern(&self) -> String {
        let kind = |name: &str| match self.parameters.get(name) {
            Some(parameter) if parameter.is_uuid_of_the_path() => "{uuid}",
            _ => "{text}",
        };
        let path = self.path();
        let parts = path.split('/').map(|part| {
            let name = part.strip_prefix('{');
            let name = name.and_then(|name| name.strip_suffix('}'));
            name.map_or(part, kind)
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Refuses a query with a value that one of its parameters cannot have.
    pub fn check_query(&self, query: &[(String, String)]) -> Checked {
        let refused = |(name, parameter): (&String, &Parameter)| {
            Some((name.clone(), parameter.refused(name, query)?))
        };
        let errors: Object = self.parameters.iter().filter_map(refused).collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(bad_request(&Value::Object(errors)))
    }

    /// The known members of `body` in the types they should have, with defaults for what was left out; or all that is wrong.
    pub fn read(&self, body: &Object) -> Result<Object, Reply> {
        let schema = self.body.as_ref();
        let read = schema.map_or_else(|| Ok(Object::new()), |schema| schema.members(body));
        read.map_err(|errors| bad_request(&errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_every_observation_has_a_row() {
        assert!(OPERATIONS.len() > 200);
        let observed: Object = data(include_str!("contract/observed.json"));
        assert!(!observed.is_empty());
        for id in observed.keys() {
            let mut operations = OPERATIONS.iter();
            assert!(operations.any(|operation| operation.id == *id), "{id}");
        }
    }
}
