//! People: everyone whom an application has verified. <https://docs.didit.me/management-api/users/list>

use reqwest::Method;
use serde::Deserialize;

use super::http::{Call, Client};
use super::paging::{Page, PageRequest};
use super::values::{Country, Text, one_of, value};
use super::{error::Error, lenient};

value!(
    /// ACTIVE, FLAGGED or BLOCKED.
    UserStatus,
    |text| one_of(text, &["ACTIVE", "FLAGGED", "BLOCKED"]).map(str::to_owned)
);

/// Which people to list; all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserFilter {
    /// ACTIVE, FLAGGED or BLOCKED.
    pub status: Option<UserStatus>,
    /// Part of your own id of the person, a name, an e-mail or a phone.
    pub search: Option<Text>,
    /// Country that issued a document, three letters.
    pub country: Option<Country>,
}

/// A person.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct User {
    /// Your own id of the person; none where only Didit has one.
    pub vendor_data: Option<String>,
    /// Didit's id of the person, a UUID.
    pub didit_internal_id: Option<String>,
    /// The name that was given to the person, or else that of the document.
    pub effective_name: Option<String>,
    /// `ACTIVE`, `FLAGGED` or `BLOCKED`; the set is open.
    pub status: Option<String>,
    /// How many sessions there are.
    pub session_count: Option<i64>,
    /// How many of them were approved.
    pub approved_count: Option<i64>,
    /// How many were declined.
    pub declined_count: Option<i64>,
    /// How many wait for a human.
    pub in_review_count: Option<i64>,
    /// When the newest began, ISO 8601.
    pub last_session_at: Option<String>,
    /// The name on the document.
    pub full_name: Option<String>,
    /// The name that was given to the person.
    pub display_name: Option<String>,
    /// Countries that issued the person's documents, three letters.
    #[serde(deserialize_with = "lenient::texts")]
    #[serde_with(skip_apply)]
    pub issuing_states: Vec<String>,
    /// Addresses that were verified.
    #[serde(deserialize_with = "lenient::texts")]
    #[serde_with(skip_apply)]
    pub approved_emails: Vec<String>,
    /// Numbers that were verified.
    #[serde(deserialize_with = "lenient::texts")]
    #[serde_with(skip_apply)]
    pub approved_phones: Vec<String>,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq)]
pub struct UsersFound {
    /// Those who fit the filter.
    pub users: Page<User>,
    /// How many of the page do not fit: Didit ignored the filter, and people who fit may be on any page.
    pub left_out: usize,
}

impl UserFilter {
    /// Whether a person fits, as far as the row tells.
    fn fits(&self, user: &User) -> bool {
        let status = user.status.as_deref();
        let is_status =
            |wanted: &UserStatus| status.is_none_or(|status| status.eq_ignore_ascii_case(wanted));
        let is_country = |wanted: &Country| {
            let mut states = user.issuing_states.iter();
            states.any(|state| state.eq_ignore_ascii_case(wanted))
        };
        self.status.as_ref().is_none_or(is_status)
            && self.country.as_ref().is_none_or(is_country)
            && self.search.as_ref().is_none_or(|wanted| user.says(wanted))
    }
}

impl User {
    /// Whether every word stands in one of the texts that Didit searches. How it folds accents is not documented.
    fn says(&self, words: &str) -> bool {
        let named = [
            &self.vendor_data,
            &self.effective_name,
            &self.full_name,
            &self.display_name,
        ];
        let mut texts = named
            .into_iter()
            .flatten()
            .chain(&self.approved_emails)
            .chain(&self.approved_phones);
        let mut all = String::new();
        let is_plain = words.is_ascii()
            && texts.all(|text| {
                all.push_str(&text.to_ascii_lowercase());
                all.push('\n');
                text.is_ascii()
            });
        let words = words.to_ascii_lowercase();
        !is_plain || words.split_whitespace().all(|word| all.contains(word))
    }
}

impl Client {
    /// The application's people, the most recently verified first.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit of 0.
    pub async fn list_users(
        &self,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<UsersFound, Error> {
        let call = Call::api(Method::GET, &[&"users"])
            .query("status", filter.status.as_ref())
            .query("search", filter.search.as_ref())
            .query("country", filter.country.as_ref());
        let answer = self.json(page.apply(call)?).await?;
        let mut users: Page<User> = Page::read(&answer, *page)?;
        // Whoever asks for blocked people must not get others, and not every server knows these filters.
        let found = users.items.len();
        users.items.retain(|user| filter.fits(user));
        let left_out = found - users.items.len();
        Ok(UsersFound { users, left_out })
    }
}
