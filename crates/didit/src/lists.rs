//! The Lists API: blocklists, allowlists and custom lists.
//!
//! <https://docs.didit.me/management-api/lists/overview>

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::echo::Echo;
use super::error::Error;
use super::http::{Call, Client};
use super::ids::{ListEntryId, ListId, SessionId};
use super::lenient;
use super::paging::{Page, PageRequest};
use super::rules;
use super::values::{Comment, Text, Uuid};

/// What the entries of a list are.
pub const ENTRY_TYPES: [&str; 12] = [
    "face",
    "document",
    "phone",
    "email",
    "ip_address",
    "device_fingerprint",
    "wallet_address",
    "bank_account",
    "country",
    "user",
    "business",
    "key",
];

/// The kinds of lists.
pub const LIST_TYPES: [&str; 3] = ["blocklist", "allowlist", "custom"];

/// The orders of [`ListFilter::ordering`].
const ORDERINGS: [&str; 6] = [
    "created_at",
    "-created_at",
    "entry_count",
    "-entry_count",
    "last_entry_added_at",
    "-last_entry_added_at",
];

/// Which lists to get.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListFilter {
    /// One of [`LIST_TYPES`].
    pub list_type: Option<String>,
    /// One of [`ENTRY_TYPES`].
    pub entry_type: Option<String>,
    /// `created_at`, `entry_count` or `last_entry_added_at`, with `-` in front for descending.
    pub ordering: Option<String>,
    /// Which page; 25 rows unless said otherwise.
    pub page: PageRequest,
}

/// A list to create. Blocklists exist already, one for each kind of entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewList {
    /// Its name, unique within the application.
    pub name: Text<255>,
    /// `allowlist` or `custom`.
    pub list_type: String,
    /// One of [`ENTRY_TYPES`].
    pub entry_type: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
}

/// An entry to add: a value, or what a session holds of the list's kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NewEntry {
    /// The value, such as a phone number; required without a session, and beside one it picks among several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
    /// The session whose face, document, phone or e-mail is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_session_id: Option<SessionId>,
    /// The exact object within the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_object_uuid: Option<Uuid>,
    /// What people see instead of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_label: Option<Text>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
    /// Any JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

/// A list.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct List {
    /// Its id.
    pub uuid: Option<ListId>,
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// One of [`LIST_TYPES`]; the set is open.
    pub list_type: Option<String>,
    /// One of [`ENTRY_TYPES`]; the set is open.
    pub entry_type: Option<String>,
    /// Whether it belongs to every application and cannot be changed or deleted.
    pub is_system: Option<bool>,
    /// How many entries it has.
    pub entry_count: Option<i64>,
    /// ISO 8601.
    pub last_entry_added_at: Option<String>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub updated_at: Option<String>,
}

/// An entry of a list.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ListEntry {
    /// Its id.
    pub uuid: Option<ListEntryId>,
    /// The value, in the server's spelling: lower case, countries upper case, phones E.164.
    pub value: Option<String>,
    /// What people see instead.
    pub display_label: Option<String>,
    /// Why.
    pub comment: Option<String>,
    /// `api`, `console`, `email` or `system`.
    pub added_by: Option<String>,
    /// The session it came from.
    pub reference_session_id: Option<SessionId>,
    /// That session's number.
    pub reference_session_number: Option<i64>,
    /// The object within the session.
    pub reference_object_uuid: Option<String>,
    /// Any JSON.
    #[serde_with(skip_apply)]
    pub metadata: Option<Value>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// Every key that is not named here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ListFilter {
    fn fits(&self, echo: Echo, list: &List) -> Result<(), Error> {
        echo.may_be_word(
            "list_type",
            self.list_type.as_deref(),
            list.list_type.as_deref(),
        )?;
        echo.may_be_word(
            "entry_type",
            self.entry_type.as_deref(),
            list.entry_type.as_deref(),
        )
    }
}

impl NewList {
    /// The request exactly as it is sent: checked, with words in the API's own spelling.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a word that is none of the allowed ones.
    pub fn normalized(&self) -> Result<Self, Error> {
        Ok(Self {
            list_type: rules::one_of("list_type", &self.list_type, &["allowlist", "custom"])?,
            entry_type: rules::one_of("entry_type", &self.entry_type, &ENTRY_TYPES)?,
            ..self.clone()
        })
    }
}

impl NewEntry {
    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        if self.value.is_none() && self.reference_session_id.is_none() {
            return Err(Error::invalid(
                "value",
                "is required unless reference_session_id is given",
            ));
        }
        match &self.metadata {
            Some(metadata) => rules::visible_json("metadata", metadata),
            None => Ok(()),
        }
    }
}

impl Client {
    /// The application's lists. An application without the Lists API answers 404; see [`Client::legacy_blocklist`].
    ///
    /// # Errors
    /// [`Error::Invalid`] for a condition that breaks a documented rule.
    pub async fn list_lists(&self, filter: &ListFilter) -> Result<Page<List>, Error> {
        let one_of = |field, value: &Option<String>, allowed: &[&str]| {
            rules::optional(value, |text| rules::one_of(field, text, allowed))
        };
        let call = Call::api(Method::GET, &[&"lists"])
            .query(
                "list_type",
                one_of("list_type", &filter.list_type, &LIST_TYPES)?,
            )
            .query(
                "entry_type",
                one_of("entry_type", &filter.entry_type, &ENTRY_TYPES)?,
            )
            .query(
                "ordering",
                one_of("ordering", &filter.ordering, &ORDERINGS)?,
            );
        let answer = self.json(filter.page.apply(call)?).await?;
        let lists: Page<List> = Page::read(&answer, filter.page)?;
        // An allowlist in place of a blocklist would let blocked people through.
        for list in &lists.items {
            filter.fits(Echo::of(answer.status), list)?;
        }
        Ok(lists)
    }

    /// Creates an allowlist or a list of one's own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule, before anything is sent.
    pub async fn create_list(&self, list: &NewList) -> Result<List, Error> {
        let list = list.normalized()?;
        let answer = self
            .json(Call::api(Method::POST, &[&"lists"]).body(&list)?)
            .await?;
        let created: List = answer.read()?;
        let echo = Echo::of(answer.status);
        let echo = echo.made(echo.present("uuid", created.uuid)?.as_uuid());
        let kind = ListFilter {
            list_type: Some(list.list_type),
            entry_type: Some(list.entry_type),
            ..ListFilter::default()
        };
        kind.fits(echo, &created)?;
        Ok(created)
    }

    /// The entries of a list; `search` looks at value and label.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown list.
    pub async fn list_entries(
        &self,
        list: &ListId,
        search: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<ListEntry>, Error> {
        let search = search
            .map(|text| rules::checked::<Text>("search", text))
            .transpose()?;
        let call = Call::api(Method::GET, &[&"lists", list, &"entries"]).query("search", search);
        Page::read(&self.json(page.apply(call)?).await?, *page)
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// [`Error::Invalid`] with neither a value nor a session, before anything is sent.
    pub async fn create_entry(&self, list: &ListId, entry: &NewEntry) -> Result<ListEntry, Error> {
        entry.validate()?;
        let call = Call::api(Method::POST, &[&"lists", list, &"entries"]).body(entry)?;
        let answer = self.json(call).await?;
        let created: ListEntry = answer.read()?;
        let echo = Echo::of(answer.status);
        let echo = echo.made(echo.present("uuid", created.uuid)?.as_uuid());
        echo.may_be_value(entry.value.as_deref(), created.value.as_deref())?;
        if let Some(session) = &entry.reference_session_id {
            let answered = created.reference_session_id.as_ref();
            echo.may_be("reference_session_id", session, answered)?;
        }
        echo.may_be_in(&created.extra, &["list", "list_id", "list_uuid"], list)?;
        Ok(created)
    }

    /// Removes an entry.
    ///
    /// # Errors
    /// An API error of kind `NotFound` when it is gone already.
    pub async fn delete_entry(&self, list: &ListId, entry: &ListEntryId) -> Result<(), Error> {
        let call = Call::api(Method::DELETE, &[&"lists", list, &"entries", entry]);
        self.delete(call, entry).await
    }
}
