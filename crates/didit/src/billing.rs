//! The organization's balance.

use reqwest::Method;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::echo::Echo;
use super::error::Error;
use super::http::{Call, Client, unreadable};
use super::lenient;
use super::money::Money;
use super::values::{Usd, WebUrl, is_web_link};

/// Where a checkout returns to when nothing else is said; the API's own default host is not available.
pub const DEFAULT_CHECKOUT_RETURN_URL: &str = "https://business.didit.me/";

/// Stripe replaces this with the checkout's id anywhere in a return address. The second form is how a path encodes it.
const PLACEHOLDER: &str = "{CHECKOUT_SESSION_ID}";
const PLACEHOLDER_ENCODED: &str = "%7BCHECKOUT_SESSION_ID%7D";

/// The smallest top-up.
pub const SMALLEST_TOP_UP: Usd = Usd::dollars(50);
/// The largest top-up.
pub const LARGEST_TOP_UP: Usd = Usd::dollars(10_000);

/// The balance of the organization, in dollars.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Balance {
    /// What is left.
    pub balance: Option<Money>,
    /// Whether a card is charged automatically when the balance gets low.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopUp {
    /// US dollars, 50 to 10,000.
    #[cfg_attr(feature = "schema", schemars(range(min = 50, max = 10_000)))]
    pub amount_in_dollars: Usd,
    /// Page to return to after payment.
    #[serde(serialize_with = "return_address")]
    pub success_url: Option<WebUrl>,
    /// Page to return to after cancelling.
    #[serde(serialize_with = "return_address")]
    pub cancel_url: Option<WebUrl>,
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
    /// Checks what the values alone do not say.
    ///
    /// # Errors
    /// [`Error::Invalid`] for less than [`SMALLEST_TOP_UP`] or more than [`LARGEST_TOP_UP`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.amount_in_dollars < SMALLEST_TOP_UP {
            return Err(Error::invalid("amount_in_dollars", "must be at least 50"));
        }
        if self.amount_in_dollars > LARGEST_TOP_UP {
            return Err(Error::invalid(
                "amount_in_dollars",
                "must be at most 10,000",
            ));
        }
        Ok(())
    }
}

/// Writes where a checkout returns to; [`DEFAULT_CHECKOUT_RETURN_URL`] when nothing is said.
fn return_address<S: Serializer>(
    address: &Option<WebUrl>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let address = address.as_deref().unwrap_or(DEFAULT_CHECKOUT_RETURN_URL);
    serializer.serialize_str(&address.replace(PLACEHOLDER_ENCODED, PLACEHOLDER))
}

impl Client {
    /// The balance.
    ///
    /// # Errors
    /// The errors that every call can return.
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
    /// [`Error::Invalid`] for less than 50 or more than 10,000 dollars, before anything is sent.
    pub async fn top_up(&self, top_up: &TopUp) -> Result<Checkout, Error> {
        top_up.validate()?;
        let call = Call::api(Method::POST, &[&"billing", &"top-up"]).body(top_up)?;
        let answer = self.json(call).await?;
        let checkout: Checkout = answer.read()?;
        let echo = Echo::of(answer.status);
        let link = echo.present(
            "checkout_session_url",
            checkout.checkout_session_url.as_deref(),
        )?;
        if !is_web_link(link) {
            return Err(unreadable(
                answer.status,
                "its `checkout_session_url` is not an https address at which somebody can pay",
            ));
        }
        Ok(checkout)
    }
}
