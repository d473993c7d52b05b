//! People: everyone whom an application has verified. <https://docs.didit.me/management-api/users/list>

use reqwest::Method;
use serde::Deserialize;

use super::http::{Call, Client};
use super::paging::{Page, PageRequest};
use super::values::{Country, Text, one_of, value};
use super::{echo::Echo, error::Error, lenient};

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
    ) -> Result<Page<User>, Error> {
        let call = Call::api(Method::GET, &[&"users"])
            .query("status", filter.status.as_ref())
            .query("search", filter.search.as_ref())
            .query("country", filter.country.as_ref());
        let answer = self.json(page.apply(call)?).await?;
        let users: Page<User> = Page::read(&answer, *page)?;
        // Whoever asks for blocked people must not get others.
        let asked = filter.status.as_deref();
        for user in &users.items {
            Echo::of(answer.status).may_be_word("status", asked, user.status.as_deref())?;
        }
        Ok(users)
    }
}
