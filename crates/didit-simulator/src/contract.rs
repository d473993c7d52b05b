//! The table of Didit's operations: which there are, who may call them and what their requests hold.
//!
//! `operations.json` is a part of the repository's `contract/operations.json`. `observed.json` holds what the service was seen
//! to refuse beyond that description, and in which words: a merge patch per operation.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{
    reply::{Reply, bad_request},
    values::Object,
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
    pub auth: Credentials,
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
    SessionToken,
    Bearer,
}

/// Every operation, in the order of the table.
pub static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    // Both files are part of the source and read by a test; without them there would be no operation at all.
    let rows: Vec<&RawValue> =
        serde_json::from_str(include_str!("contract/operations.json")).unwrap_or_default();
    let observed: Object =
        serde_json::from_str(include_str!("contract/observed.json")).unwrap_or_default();
    // One row at a time: as a tree the whole table takes megabytes, which a process keeps.
    rows.into_iter()
        .filter_map(|row| {
            let mut row: Value = serde_json::from_str(row.get()).ok()?;
            let id = row.get("id")?.as_str()?.to_owned();
            if let Some(patch) = observed.get(&id) {
                merge(&mut row, patch);
            }
            serde_json::from_value(row).ok()
        })
        .collect()
});

/// Whether sessions can be in this language.
pub fn is_language(code: &str) -> bool {
    let mut operations = OPERATIONS.iter();
    let schema = operations
        .find(|operation| operation.id == "session_create")
        .and_then(|operation| operation.body.as_ref());
    schema.is_some_and(|schema| schema.offers("language", code))
}

/// Merges as RFC 7396 says: objects member by member, null takes a member away.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        target.clone_from(patch);
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Object::new());
    }
    let Some(members) = target.as_object_mut() else {
        return;
    };
    for (key, change) in changes {
        if change.is_null() {
            members.remove(key);
        } else {
            merge(members.entry(key.as_str()).or_insert(Value::Null), change);
        }
    }
}

impl Operation {
    /// Its path on this server, with names in braces for what varies.
    pub fn path(&self) -> String {
        let prefix = if self.host.is_some() { "/auth/v2" } else { "" };
        format!("{prefix}{}", self.path)
    }

    /// Its path with the kind of each variable part in place of the name: `{uuid}` or `{text}`.
    pub fn pattern(&self) -> String {
        let uuids = self
            .parameters
            .iter()
            .filter(|(_, parameter)| parameter.is_uuid_of_the_path());
        let path = uuids.fold(self.path(), |path, (name, _)| {
            path.replace(&format!("{{{name}}}"), "{uuid}")
        });
        let part = |part: &str| match part {
            "{uuid}" => part.to_owned(),
            other if other.starts_with('{') => "{text}".to_owned(),
            other => other.to_owned(),
        };
        path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// Refuses a query with a value that one of its parameters cannot have.
    pub fn check_query(&self, query: &[(String, String)]) -> Result<(), Reply> {
        let refused = |(name, parameter): (&String, &Parameter)| {
            Some((name.clone(), parameter.refused(name, query)?))
        };
        let errors: Object = self.parameters.iter().filter_map(refused).collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(bad_request(&Value::Object(errors)))
        }
    }

    /// The known members of `body` in the types they should have, with defaults for what was left out; or all that is wrong.
    pub fn read(&self, body: &Object) -> Result<Object, Reply> {
        let read = self
            .body
            .as_ref()
            .map_or_else(|| Ok(Object::new()), |schema| schema.members(body));
        read.map_err(|errors| bad_request(&errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_every_observation_has_a_row() {
        assert!(OPERATIONS.len() > 200);
        let observed: Object =
            serde_json::from_str(include_str!("contract/observed.json")).unwrap();
        for id in observed.keys() {
            assert!(
                OPERATIONS.iter().any(|operation| operation.id == *id),
                "{id}"
            );
        }
    }
}
