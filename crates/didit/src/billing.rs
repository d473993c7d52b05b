//! The organization's balance.

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::echo::Echo;
use super::error::Error;
use super::http::{Call, Client, unreadable};
use super::lenient;
use super::money::Money;
use super::rules::{self, WebAddress};

/// Where a checkout returns to when nothing else is said; the API's own default host is not available.
pub const DEFAULT_CHECKOUT_RETURN_URL: &str = "https://business.didit.me/";

/// What Stripe replaces by the id of the checkout, wherever it stands in a return address, and how a path would spell it.
const PLACEHOLDER: &str = "{CHECKOUT_SESSION_ID}";
const PLACEHOLDER_ENCODED: &str = "%7BCHECKOUT_SESSION_ID%7D";

/// The smallest top-up in dollars.
pub const SMALLEST_TOP_UP: f64 = 50.0;

/// The balance of the organization, in dollars.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Balance {
    /// What is left.
    pub balance: Option<Money>,
    /// Whether a card is charged by itself when the balance gets low.
    pub auto_refill_enabled: Option<bool>,
    /// How much is charged then.
    pub auto_refill_amount: Option<Money>,
    /// Below which balance.
    pub auto_refill_threshold: Option<Money>,
    /// Every key that is not named here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A payment to prepare. No money moves before a human pays at the link.
#[derive(Debug, Clone, PartialEq)]
pub struct TopUp {
    /// Dollars, at least 50, whole cents.
    pub amount_in_dollars: f64,
    /// Where to go after paying; [`DEFAULT_CHECKOUT_RETURN_URL`] when unset.
    pub success_url: Option<String>,
    /// Where to go after giving up; [`DEFAULT_CHECKOUT_RETURN_URL`] when unset.
    pub cancel_url: Option<String>,
}

#[derive(Serialize)]
struct TopUpBody {
    amount_in_dollars: serde_json::Number,
    success_url: String,
    cancel_url: String,
}

/// A Stripe checkout.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Checkout {
    /// Its id at Stripe.
    #[serde(deserialize_with = "lenient::scalar")]
    pub checkout_session_id: Option<String>,
    /// The link for the human who pays.
    #[serde(deserialize_with = "lenient::scalar")]
    pub checkout_session_url: Option<String>,
}

impl TopUp {
    /// Checks everything that can be checked without the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.body().map(drop)
    }

    fn body(&self) -> Result<TopUpBody, Error> {
        let cents = (self.amount_in_dollars * 100.0).round();
        if !self.amount_in_dollars.is_finite() || self.amount_in_dollars < SMALLEST_TOP_UP {
            return Err(Error::invalid("amount_in_dollars", "must be at least 50"));
        }
        if (self.amount_in_dollars * 100.0 - cents).abs() > 1e-6 * cents {
            return Err(Error::invalid("amount_in_dollars", "must be whole cents"));
        }
        // A whole amount is written without a fraction, as people write it.
        let number = if cents % 100.0 == 0.0 {
            Some(serde_json::Number::from(self.amount_in_dollars as u64))
        } else {
            serde_json::Number::from_f64(self.amount_in_dollars)
        };
        let url = |field: &str, value: &Option<String>| {
            WebAddress::for_browser(
                field,
                value.as_deref().unwrap_or(DEFAULT_CHECKOUT_RETURN_URL),
            )
            .map(|address| address.as_sent().replace(PLACEHOLDER_ENCODED, PLACEHOLDER))
        };
        Ok(TopUpBody {
            amount_in_dollars: number
                .ok_or_else(|| Error::invalid("amount_in_dollars", "must be a number"))?,
            success_url: url("success_url", &self.success_url)?,
            cancel_url: url("cancel_url", &self.cancel_url)?,
        })
    }
}

impl Client {
    /// The balance.
    ///
    /// # Errors
    /// Those every call has.
    pub async fn balance(&self) -> Result<Balance, Error> {
        let answer = self
            .json(Call::api(Method::GET, &[&"billing", &"balance"]))
            .await?;
        let balance: Balance = answer.read()?;
        Echo::of(answer.status).present("balance", balance.balance.as_ref())?;
        Ok(balance)
    }

    /// Prepares a payment and gives the link at which a human pays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for less than 50 dollars or a URL that is none, before anything is sent.
    pub async fn top_up(&self, top_up: &TopUp) -> Result<Checkout, Error> {
        let call = Call::api(Method::POST, &[&"billing", &"top-up"]).body(&top_up.body()?)?;
        let answer = self.json(call).await?;
        let checkout: Checkout = answer.read()?;
        let echo = Echo::of(answer.status);
        let link = echo.present(
            "checkout_session_url",
            checkout.checkout_session_url.as_deref(),
        )?;
        if !rules::is_web_link(link) {
            return Err(unreadable(
                answer.status,
                "its `checkout_session_url` is not an https address at which somebody can pay",
            ));
        }
        Ok(checkout)
    }
}
