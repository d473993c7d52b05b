//! Who uses the API, and the money of their organizations.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    options::Mode,
    values::{Fields, Object, URL_SAFE, random_text, seconds, with},
};

#[derive(Clone, Debug)]
pub struct Account {
    pub uuid: Uuid,
    pub email: String,
    pub password: String,
    /// Set once the e-mail is verified.
    pub organization: Option<Uuid>,
    pub code: String,
    pub code_sent_at: Timestamp,
    pub failed_logins: u32,
    pub locked_until: Option<Timestamp>,
}

/// A console user's access token.
#[derive(Clone, Debug)]
pub struct Token {
    pub text: String,
    pub account: Uuid,
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Organization {
    pub uuid: Uuid,
    pub name: String,
    contact_email: String,
    created_at: Timestamp,
    /// US dollars in ten-thousandths.
    pub balance: i64,
}

#[derive(Clone, Debug)]
pub struct Application {
    pub uuid: Uuid,
    pub organization: Uuid,
    pub api_key: String,
    pub mode: Mode,
    client_id: String,
    /// What its owner may change: the name and how it presents itself.
    pub settings: Object,
    created_at: Timestamp,
}

/// A top-up that waits for payment.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub id: String,
    pub organization: Uuid,
    /// US dollars in ten-thousandths.
    pub amount: i64,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub paid: bool,
}

impl Organization {
    pub fn new(name: &str, email: &str, balance: i64, now: Timestamp) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            name: name.to_owned(),
            contact_email: email.to_owned(),
            created_at: now,
            balance,
        }
    }

    pub fn show(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "name": self.name,
            "contact_email": self.contact_email,
            "created_at": seconds(self.created_at),
        })
    }
}

impl Application {
    pub fn new(
        organization: Uuid,
        name: &str,
        key: Option<String>,
        mode: Mode,
        now: Timestamp,
    ) -> Self {
        let mut settings = Object::new();
        settings.insert("name".to_owned(), json!(name));
        Self {
            uuid: Uuid::new_v4(),
            organization,
            client_id: random_text(URL_SAFE, 22),
            api_key: key.unwrap_or_else(|| random_text(URL_SAFE, 43)),
            mode,
            settings,
            created_at: now,
        }
    }

    pub fn name(&self) -> &str {
        self.settings.text("name").unwrap_or_default()
    }

    pub fn show(&self) -> Value {
        let shown = json!({
            "website_url": null,
            "redirect_uris": [],
            "terms_url": null,
            "privacy_url": null,
            "description": null,
            "mode": self.mode.name(),
            "created_at": seconds(self.created_at),
        });
        with(
            with(shown, Value::Object(self.settings.clone())),
            self.credentials(),
        )
    }

    /// What a program needs to use it.
    pub fn credentials(&self) -> Value {
        json!({ "uuid": self.uuid, "name": self.name(), "client_id": self.client_id, "api_key": self.api_key })
    }
}
