//! Who uses the API, and the money of their organizations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{options::ApplicationMode, values::Object};

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub uuid: Uuid,
    pub email: String,
    pub password: String,
    /// Set once the e-mail is verified.
    pub organization: Option<Uuid>,
    pub code: String,
    pub code_sent_at: Timestamp,
    pub failed_logins: u32,
    pub locked_until: Option<Timestamp>,
    pub second_factor: Option<SecondFactor>,
}

/// What an account wants besides its password.
#[derive(Clone, Debug)]
pub(crate) struct SecondFactor {
    /// The code of its authenticator app, where it has one.
    pub code: Option<String>,
    pub has_passkeys: bool,
    /// The log-in that waits for the code, and until when.
    pub waiting: Option<(String, Timestamp)>,
}

/// A console user's access token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub text: String,
    pub account: Uuid,
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Organization {
    pub uuid: Uuid,
    pub name: String,
    pub contact_email: String,
    pub created_at: Timestamp,
    /// US dollars in ten-thousandths.
    pub balance: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Application {
    pub uuid: Uuid,
    pub organization: Uuid,
    pub api_key: String,
    pub mode: ApplicationMode,
    pub client_id: String,
    #[serde(skip)]
    pub rights: KeyRights,
    /// What its owner may change: the name and how it presents itself.
    pub settings: Object,
    pub created_at: Timestamp,
}

/// What a key may not do. The primary key may do everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct KeyRights {
    /// Parts of paths, such as `/v3/workflows` or `generate-pdf`, that are refused.
    pub denied: Vec<String>,
    /// Whether links of sessions and their tokens are null in every answer.
    pub hides_links: bool,
}

/// A top-up that waits for payment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Checkout {
    pub id: String,
    pub organization: Uuid,
    /// US dollars in ten-thousandths.
    pub amount: i64,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub paid: bool,
}
