//! The older blocklist endpoints, for applications without the Lists API.
//!
//! <https://docs.didit.me/sessions-api/blocklist/add>

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::echo::Echo;
use super::error::Error;
use super::http::{Call, Client};
use super::ids::SessionId;
use super::lenient;
use super::paging::{Page, PageRequest};
use super::rules;

/// What of a session is put on, or taken off, the blocklist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlocklistItems {
    /// The face.
    pub face: bool,
    /// The document.
    pub document: bool,
    /// The phone number.
    pub phone: bool,
    /// The e-mail address.
    pub email: bool,
}

/// The two requests name the same things differently.
#[derive(Serialize)]
struct Addition {
    session_id: SessionId,
    blocklist_face: bool,
    blocklist_document: bool,
    blocklist_phone: bool,
    blocklist_email: bool,
}

#[derive(Serialize)]
struct Removal {
    session_id: SessionId,
    unblock_face: bool,
    unblock_document: bool,
    unblock_phone: bool,
    unblock_email: bool,
}

/// The server's words after a change.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BlocklistChanged {
    /// One sentence.
    #[serde(deserialize_with = "lenient::scalar")]
    pub message: Option<String>,
    /// Every key that is not named here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A blocked face, document, phone number or e-mail address.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BlocklistItem {
    /// `face`, `document`, `phone` or `email`.
    pub r#type: Option<String>,
    /// The session it came from.
    pub session_id: Option<SessionId>,
    /// That session's number.
    pub session_number: Option<i64>,
    /// ISO 8601.
    pub blocklisted_at: Option<String>,
    /// A short-lived link to the face.
    pub face_image: Option<String>,
    /// The document's code.
    pub document_type: Option<String>,
    /// The document's number.
    pub document_number: Option<String>,
    /// A short-lived link to the document.
    pub front_image: Option<String>,
    /// The phone number.
    pub phone_number: Option<String>,
    /// The phone number's country.
    pub country_code: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl Client {
    /// Blocks things of a session. Later sessions that match are declined.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing is chosen.
    pub async fn legacy_blocklist_add(
        &self,
        session: &SessionId,
        items: BlocklistItems,
    ) -> Result<BlocklistChanged, Error> {
        items.check()?;
        let body = Addition {
            session_id: *session,
            blocklist_face: items.face,
            blocklist_document: items.document,
            blocklist_phone: items.phone,
            blocklist_email: items.email,
        };
        let call = Call::api(Method::POST, &[&"blocklist", &"add"]).body(&body)?;
        self.blocklist_call(call, session).await
    }

    /// Unblocks things of a session.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing is chosen.
    pub async fn legacy_blocklist_remove(
        &self,
        session: &SessionId,
        items: BlocklistItems,
    ) -> Result<BlocklistChanged, Error> {
        items.check()?;
        let body = Removal {
            session_id: *session,
            unblock_face: items.face,
            unblock_document: items.document,
            unblock_phone: items.phone,
            unblock_email: items.email,
        };
        let call = Call::api(Method::POST, &[&"blocklist", &"remove"]).body(&body)?;
        self.blocklist_call(call, session).await
    }

    async fn blocklist_call(
        &self,
        call: Call<'_>,
        session: &SessionId,
    ) -> Result<BlocklistChanged, Error> {
        let answer = self.json(call).await?.or_empty();
        let changed: BlocklistChanged = answer.read()?;
        Echo::of(answer.status).may_be_in(&changed.extra, &["session_id"], session)?;
        Ok(changed)
    }

    /// What is blocked; `item_type` is `face`, `document`, `phone` or `email`. 20 rows unless said otherwise.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another type.
    pub async fn legacy_blocklist(
        &self,
        item_type: Option<&str>,
        page: &PageRequest,
    ) -> Result<Page<BlocklistItem>, Error> {
        let item_type = item_type
            .map(|text| rules::one_of("item_type", text, &["face", "document", "phone", "email"]))
            .transpose()?;
        let call = Call::api(Method::GET, &[&"blocklist"]).query("item_type", item_type.as_ref());
        let answer = self.json(page.apply(call)?).await?;
        let items: Page<BlocklistItem> = Page::read(&answer, *page)?;
        for item in &items.items {
            Echo::of(answer.status).may_be_word(
                "type",
                item_type.as_deref(),
                item.r#type.as_deref(),
            )?;
        }
        Ok(items)
    }
}

impl BlocklistItems {
    fn check(self) -> Result<(), Error> {
        if self == Self::default() {
            return Err(Error::invalid(
                "items",
                "must choose at least one of face, document, phone, email",
            ));
        }
        Ok(())
    }
}
