//! What is to be blocked or unblocked.

use schemars::JsonSchema;
use serde::Deserialize;

use super::EntryType;
use crate::{
    didit::{BlocklistItems, Client, Decision, SessionId, values::Text},
    tools::{
        error::{NotDone, ToolError},
        untrusted::clean,
    },
};

/// The arguments that name a target.
#[derive(Deserialize, JsonSchema)]
pub(super) struct TargetInput {
    /// Session UUID, with items.
    session_id: Option<SessionId>,
    /// What to take from the session; face and document by default.
    items: Option<Vec<SessionItem>>,
    /// One value, with entry_type, instead of a session.
    value: Option<Text>,
    entry_type: Option<EntryType>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SessionItem {
    Face,
    Document,
    Phone,
    Email,
}

/// What of a session is meant.
pub(super) struct Items(Vec<SessionItem>);

/// What is meant.
pub(super) enum Target {
    /// Things that a session holds.
    Session {
        /// The session.
        session: SessionId,
        /// Which things.
        items: Items,
    },
    /// One value.
    Value {
        /// Its kind.
        kind: EntryType,
        /// The value as given.
        value: Text,
    },
}

impl TargetInput {
    /// Checks that exactly one thing is named.
    pub(super) fn read(self) -> Result<Target, ToolError> {
        match (self.session_id, self.value, self.entry_type) {
            // Clients that have a model fill in everything send a kind although there is no value for it.
            (Some(session), None, _) => {
                let mut items = self.items.unwrap_or_default();
                if items.is_empty() {
                    items = vec![SessionItem::Face, SessionItem::Document];
                }
                let mut named = Vec::new();
                items.retain(|item| {
                    let first = !named.contains(item);
                    named.push(*item);
                    first
                });
                Ok(Target::Session {
                    session,
                    items: Items(items),
                })
            }
            (None, Some(value), Some(kind)) if self.items.is_none() => {
                Ok(Target::Value { kind, value })
            }
            (None, Some(_), None) => Err(ToolError::invalid(
                "entry_type",
                "`value` needs `entry_type`.",
            )),
            _ => Err(ToolError::invalid(
                "session_id",
                "Either `session_id` (with `items`), or `value` with `entry_type`, and not both.",
            )),
        }
    }
}

impl Items {
    /// The kinds of lists that they go to.
    pub(super) fn kinds(&self) -> impl Iterator<Item = EntryType> + '_ {
        self.0.iter().map(|item| item.kind())
    }

    /// The same for the older API.
    pub(super) fn legacy(&self) -> Result<BlocklistItems, ToolError> {
        let has = |item| self.0.contains(&item);
        Ok(BlocklistItems {
            face: has(SessionItem::Face),
            document: has(SessionItem::Document),
            phone: has(SessionItem::Phone),
            email: has(SessionItem::Email),
        })
    }
}

impl Target {
    /// The target in words, from trusted parts and the caller's own value.
    pub(super) fn describe(&self) -> String {
        self.describe_of(&self.kinds())
    }

    /// The scope of a human's no: the whole session, whichever of its items were named.
    pub(super) fn whole(&self) -> String {
        match self {
            Self::Session { session, .. } => format!("session {session}"),
            Self::Value { .. } => self.describe(),
        }
    }

    /// The part of the target that is of these kinds, in words.
    pub(super) fn describe_of(&self, kinds: &[EntryType]) -> String {
        match self {
            Self::Session { session, .. } => {
                let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
                format!("the {} of session {session}", names.join(" and "))
            }
            Self::Value { kind, value } => format!("the {} \"{}\"", kind.name(), clean(value)),
        }
    }

    /// The kinds of entries that are meant, in the order of the items.
    pub(super) fn kinds(&self) -> Vec<EntryType> {
        match self {
            Self::Session { items, .. } => items.kinds().collect(),
            Self::Value { kind, .. } => vec![*kind],
        }
    }

    /// The session that holds what is meant, where one was named.
    pub(super) async fn decision(&self, client: &Client) -> Result<Option<Decision>, NotDone> {
        match self {
            Self::Session { session, .. } => Ok(Some(client.decision(session).await?)),
            Self::Value { .. } => Ok(None),
        }
    }

    /// What is left when some kinds are taken out.
    pub(super) fn without(&self, is_out: impl Fn(&EntryType) -> bool) -> Option<Self> {
        match self {
            Self::Session { session, items } => {
                let left: Vec<SessionItem> = items
                    .0
                    .iter()
                    .copied()
                    .filter(|item| !is_out(&item.kind()))
                    .collect();
                (!left.is_empty()).then_some(Self::Session {
                    session: *session,
                    items: Items(left),
                })
            }
            Self::Value { kind, value } => (!is_out(kind)).then(|| Self::Value {
                kind: *kind,
                value: value.clone(),
            }),
        }
    }
}

impl SessionItem {
    fn kind(self) -> EntryType {
        match self {
            Self::Face => EntryType::Face,
            Self::Document => EntryType::Document,
            Self::Phone => EntryType::Phone,
            Self::Email => EntryType::Email,
        }
    }
}
