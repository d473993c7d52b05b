//! Where what is blocked is kept, and which entries match a target.

use super::{EntryType, change, legacy_kind, only_sessions, target::Target};
use crate::{
    didit::{
        Client, Decision, Error, ErrorKind, ListEntry, ListEntryId, ListFilter, ListId,
        PageRequest, SessionId,
    },
    tools::{
        change::{Line, Setting},
        error::{ErrorCode, NotDone, ToolError},
        personal::Class,
    },
};

/// Entries of a page.
const PAGE: u32 = 100;
/// The most pages that are looked through: ten thousand entries.
const MAX_PAGES: u32 = 100;

/// Where entries of a kind are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryStore {
    /// A list of the Lists API.
    List(ListId),
    /// The older blocklist: this account has no lists.
    Legacy,
}

/// An entry that matches a target.
pub(super) struct Found {
    /// What it blocks.
    pub kind: EntryType,
    /// The list that holds it.
    pub list: ListId,
    /// Its id there.
    pub entry: ListEntryId,
    /// What it blocks, as far as Didit says.
    value: Option<String>,
    /// The session that it came from.
    session: Option<SessionId>,
}

/// The system blocklist of a kind; the older API when the account has no lists at all.
pub(super) async fn list_of(client: &Client, kind: EntryType) -> Result<EntryStore, NotDone> {
    let filter = ListFilter {
        list_type: Some("blocklist".to_owned()),
        entry_type: Some(kind.name().to_owned()),
        ..ListFilter::default()
    };
    let lists = match client.list_lists(&filter).await {
        Err(Error::Api(error)) if error.kind == ErrorKind::NotFound => {
            return Ok(EntryStore::Legacy);
        }
        other => other?,
    };
    lists
        .items
        .into_iter()
        .filter(|list| list.entry_type.as_deref() == Some(kind.name()))
        .max_by_key(|list| list.is_system)
        .and_then(|list| list.uuid)
        .map(EntryStore::List)
        .ok_or_else(|| {
            ToolError::invalid(
                "entry_type",
                format!("The account has no blocklist of {} entries.", kind.name()),
            )
            .into()
        })
}

impl Target {
    /// Where each kind is kept, in the order of the items.
    pub(super) async fn places(&self, client: &Client) -> Result<Vec<EntryStore>, NotDone> {
        match self {
            Self::Session { items, .. } => {
                let mut places = Vec::new();
                for kind in items.kinds() {
                    places.push(list_of(client, kind).await?);
                }
                Ok(places)
            }
            Self::Value { kind, .. } => match list_of(client, *kind).await? {
                EntryStore::Legacy => {
                    legacy_kind(*kind)?;
                    Err(only_sessions().into())
                }
                place => Ok(vec![place]),
            },
        }
    }

    /// The entries that match, for removal; none on the older blocklist, which does not tell what it holds.
    pub(super) async fn entries(
        &self,
        client: &Client,
        places: &[EntryStore],
    ) -> Result<Vec<Found>, NotDone> {
        if places.contains(&EntryStore::Legacy) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for (list, kind) in self.lists(places) {
            let mut offset = None;
            loop {
                let is_of = |entry: &ListEntry| self.is_of(entry);
                let (matching, next) =
                    page(client, list, kind, self.search(), offset, is_of).await?;
                found.extend(matching);
                let Some(next) = next else {
                    break;
                };
                offset = Some(further(offset, next)?);
            }
        }
        if found.is_empty() {
            return Err(ToolError::new(
                ErrorCode::NotFound,
                format!(
                    "The blocklist holds no entry for {}. Nothing was changed.",
                    self.describe()
                ),
            )
            .with_hint("didit_blocklist_list", "shows what is blocked.")
            .into());
        }
        Ok(found)
    }

    /// The entries that match, so that no human is asked to block what is already blocked: those of the target, and those of
    /// the same value, which another session may have brought. A face has no value to compare, so for one on a later page
    /// Didit's own refusal has to do.
    pub(super) async fn already(
        &self,
        client: &Client,
        places: &[EntryStore],
        session: Option<&Decision>,
    ) -> Result<Vec<Found>, NotDone> {
        let mut found = Vec::new();
        for (list, kind) in self.lists(places) {
            let values: Vec<&str> = session
                .map(|session| change::values(session, kind))
                .into_iter()
                .flatten()
                .map(|(_, value)| value)
                .collect();
            let holds = |held: &Option<String>, value: &str| {
                let held = held.as_deref();
                held.is_some_and(|held| same_value(kind, held, value))
            };
            let is_held = |entry: &ListEntry| {
                self.is_of(entry) || values.iter().any(|value| holds(&entry.value, value))
            };
            let (mut there, next) = page(client, list, kind, self.search(), None, is_held).await?;
            if there.is_empty() && next.is_some() {
                for value in &values {
                    let stored = as_stored(kind, value);
                    there.extend(
                        page(client, list, kind, Some(stored), None, is_held)
                            .await?
                            .0,
                    );
                }
            }
            // Of several documents or numbers, one that is not blocked lets the person pass.
            let is_whole = values
                .iter()
                .all(|value| there.iter().any(|entry| holds(&entry.value, value)));
            if is_whole || there.iter().any(|entry| self.is_from(entry)) {
                found.extend(there);
            }
        }
        Ok(found)
    }

    /// The lists with the kind that each is for.
    fn lists<'p>(
        &self,
        places: &'p [EntryStore],
    ) -> impl Iterator<Item = (&'p ListId, EntryType)> + use<'p> {
        places
            .iter()
            .zip(self.kinds())
            .filter_map(|(place, kind)| match place {
                EntryStore::List(list) => Some((list, kind)),
                EntryStore::Legacy => None,
            })
    }

    /// What Didit is asked to look for.
    fn search(&self) -> Option<String> {
        match self {
            Self::Value { kind, value } => Some(as_stored(*kind, value)),
            Self::Session { .. } => None,
        }
    }

    /// Whether an entry that was found names the target itself.
    fn is_from(&self, entry: &Found) -> bool {
        match self {
            Self::Session { session, .. } => entry.session == Some(*session),
            Self::Value { .. } => true,
        }
    }

    fn is_of(&self, entry: &ListEntry) -> bool {
        match self {
            Self::Session { session, .. } => entry.reference_session_id == Some(*session),
            Self::Value { kind, value } => entry
                .value
                .as_deref()
                .is_some_and(|held| same_value(*kind, held, value)),
        }
    }
}

/// The entries of one page that are meant, and where the next page begins.
async fn page(
    client: &Client,
    list: &ListId,
    kind: EntryType,
    search: Option<String>,
    offset: Option<u32>,
    is_meant: impl Fn(&ListEntry) -> bool,
) -> Result<(Vec<Found>, Option<u64>), NotDone> {
    let page = PageRequest {
        limit: Some(PAGE),
        offset,
    };
    let entries = client.list_entries(list, search.as_deref(), &page).await?;
    let found = entries
        .items
        .into_iter()
        .filter(is_meant)
        .filter_map(|entry| {
            Some(Found {
                kind,
                list: *list,
                entry: entry.uuid?,
                value: entry.value,
                session: entry.reference_session_id,
            })
        })
        .collect();
    Ok((found, entries.next_offset))
}

impl Found {
    /// The entry in the question to the human who must agree.
    pub(super) fn setting(&self) -> Setting {
        Setting::new(format!("The {}", self.kind.name()), self.line(), None)
    }

    /// The entry in a question about others of the same session.
    pub(super) fn left_as_it_is(&self) -> Setting {
        let name = format!("The {}, blocked already", self.kind.name());
        Setting::new(name, self.line(), None)
    }

    fn line(&self) -> Line {
        let mut line = Line::new(format!("entry {}", self.entry));
        if let Some(value) = &self.value {
            line = line.words(", ").personal(Class::Number, value);
        }
        if let Some(session) = &self.session {
            line = line.words(format!(", from session {session}"));
        }
        line
    }
}

/// The offset of the next page. A broken link, or a chain that never ends, must not keep a call busy.
fn further(offset: Option<u32>, next: u64) -> Result<u32, ToolError> {
    u32::try_from(next)
        .ok()
        .filter(|next| *next > offset.unwrap_or(0) && *next < MAX_PAGES * PAGE)
        .ok_or_else(|| {
            ToolError::new(
                ErrorCode::UnreadableAnswer,
                "The pages of the blocklist do not come to an end, \
                 so the entry was not looked for any further.",
            )
        })
}

/// A phone number is stored without the separators that people write; other values keep theirs.
fn as_stored(kind: EntryType, value: &str) -> String {
    match kind {
        EntryType::Phone => value
            .chars()
            .filter(|character| !matches!(character, ' ' | '.' | '-' | '(' | ')'))
            .collect(),
        _ => value.to_owned(),
    }
}

/// Didit lower-cases values, upper-cases countries, and compares without case.
fn same_value(kind: EntryType, held: &str, wanted: &str) -> bool {
    as_stored(kind, held).to_lowercase() == as_stored(kind, wanted).to_lowercase()
}
