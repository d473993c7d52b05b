//! Webhook destinations: where Didit reports events.
//!
//! <https://docs.didit.me/integration/webhooks>

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::echo::Echo;
use super::error::Error;
use super::http::{Call, Client};
use super::ids::DestinationId;
use super::lenient;
use super::paging::{Page, Paged};
use super::rules::{self, WebAddress};
use super::secret::SharedSecret;

/// The events a destination can subscribe to.
pub const EVENTS: [&str; 10] = [
    "status.updated",
    "data.updated",
    "user.status.updated",
    "user.data.updated",
    "business.status.updated",
    "business.data.updated",
    "activity.created",
    "transaction.created",
    "transaction.status.updated",
    "travel_rule.status.updated",
];

/// A destination to create, or what to change of one.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DestinationRequest {
    /// Its name, at most 255 characters; required to create.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A public https URL, unique within the application; required to create. The simulator also delivers to this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it receives anything; true unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `v1`, `v2` or `v3`; this crate understands `v3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_version: Option<String>,
    /// The events, at least one of [`EVENTS`]; replaced as a whole. Without any, a destination never receives anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribed_events: Option<Vec<String>>,
}

/// How deliveries to a destination went.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct DeliverySummary {
    /// How many there were.
    pub total_deliveries: Option<i64>,
    /// How many failed.
    pub failed_deliveries: Option<i64>,
    /// How many of a hundred failed.
    pub error_rate_percentage: Option<f64>,
    /// Milliseconds.
    pub min_response_time_ms: Option<f64>,
    /// Milliseconds.
    pub avg_response_time_ms: Option<f64>,
    /// Milliseconds.
    pub max_response_time_ms: Option<f64>,
    /// ISO 8601.
    pub last_delivery_at: Option<String>,
}

/// A destination.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Destination {
    /// Its id.
    pub uuid: Option<DestinationId>,
    /// Its name.
    pub label: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Whether it receives anything.
    pub enabled: Option<bool>,
    /// `v1`, `v2` or `v3`.
    pub webhook_version: Option<String>,
    /// The events; the set is open.
    #[serde(deserialize_with = "lenient::texts")]
    pub subscribed_events: Vec<String>,
    /// With what its deliveries are signed; not in lists.
    pub secret_shared_key: Option<SharedSecret>,
    /// How deliveries went; not in lists.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub summary: Option<DeliverySummary>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub updated_at: Option<String>,
}

impl DestinationRequest {
    /// Checks everything that can be checked without the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first rule broken.
    pub fn validate(&self) -> Result<(), Error> {
        self.normalized().map(drop)
    }

    /// The request exactly as it is sent: checked, with blanks around texts dropped and words in the API's own spelling.
    ///
    /// # Errors
    /// Those of [`Self::validate`].
    pub fn normalized(&self) -> Result<Self, Error> {
        let events = self.subscribed_events.as_deref().map(|events| {
            if events.is_empty() {
                return Err(Error::Invalid {
                    field: "subscribed_events".to_owned(),
                    message: "must hold at least one event".to_owned(),
                    allowed: EVENTS.map(str::to_owned).to_vec(),
                });
            }
            events
                .iter()
                .map(|event| rules::one_of("subscribed_events", event, &EVENTS))
                .collect()
        });
        Ok(Self {
            label: rules::optional(&self.label, |label| {
                rules::visible_text("label", label, 255)
            })?,
            url: rules::optional(&self.url, |url| {
                WebAddress::for_events("url", url).map(|address| address.as_sent().to_owned())
            })?,
            enabled: self.enabled,
            webhook_version: rules::optional(&self.webhook_version, |version| {
                rules::one_of("webhook_version", version, &["v1", "v2", "v3"])
            })?,
            subscribed_events: events.transpose()?,
        })
    }
}

impl Client {
    /// The application's destinations, oldest first, without their secrets.
    ///
    /// # Errors
    /// Those every call has.
    pub async fn list_destinations(&self) -> Result<Vec<Destination>, Error> {
        let answer = self
            .json(Call::api(Method::GET, &[&"webhook", &"destinations"]))
            .await?;
        Ok(Paged::read(&answer, Page::default())?.items)
    }

    /// Creates a destination; the answer holds its secret.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a label, a URL or an event, before anything is sent.
    pub async fn create_destination(
        &self,
        request: &DestinationRequest,
    ) -> Result<Destination, Error> {
        let request = request.normalized()?;
        for (field, missing) in [
            ("label", request.label.is_none()),
            ("url", request.url.is_none()),
            // The server takes a destination without events, which then never receives anything.
            ("subscribed_events", request.subscribed_events.is_none()),
        ] {
            if missing {
                return Err(Error::invalid(field, "is required"));
            }
        }
        let call = Call::api(Method::POST, &[&"webhook", &"destinations"]).body(&request)?;
        self.destination_call(call, None, &request).await
    }

    /// One destination, with its secret.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown id.
    pub async fn destination(&self, destination: &DestinationId) -> Result<Destination, Error> {
        let call = Call::api(Method::GET, &[&"webhook", &"destinations", destination]);
        self.destination_call(call, Some(destination), &DestinationRequest::default())
            .await
    }

    /// Changes a destination. The secret stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what breaks a documented rule, before anything is sent.
    pub async fn update_destination(
        &self,
        destination: &DestinationId,
        request: &DestinationRequest,
    ) -> Result<Destination, Error> {
        let request = request.normalized()?;
        if request == DestinationRequest::default() {
            return Err(Error::invalid(
                "request",
                "must change at least one setting",
            ));
        }
        let call =
            Call::api(Method::PATCH, &[&"webhook", &"destinations", destination]).body(&request)?;
        self.destination_call(call, Some(destination), &request)
            .await
    }

    /// Deletes a destination.
    ///
    /// # Errors
    /// An API error of kind `NotFound` when it is gone already.
    pub async fn delete_destination(&self, destination: &DestinationId) -> Result<(), Error> {
        let call = Call::api(Method::DELETE, &[&"webhook", &"destinations", destination]);
        self.delete(call, destination).await
    }

    /// A destination that reports elsewhere than was agreed, or not at all, must not pass for the one that was asked for.
    async fn destination_call(
        &self,
        call: Call<'_>,
        asked: Option<&DestinationId>,
        sent: &DestinationRequest,
    ) -> Result<Destination, Error> {
        let answer = self.json(call).await?;
        let destination: Destination = answer.read()?;
        let echo = Echo::of(answer.status);
        let uuid = echo.present("uuid", destination.uuid)?;
        echo.may_be("uuid", &uuid, asked)?;
        let echo = match asked {
            Some(_) => echo,
            None => echo.made(uuid.as_uuid()),
        };
        echo.may_be_address("url", sent.url.as_deref(), destination.url.as_deref())?;
        if let Some(enabled) = &sent.enabled {
            echo.may_be("enabled", enabled, destination.enabled.as_ref())?;
        }
        let events: BTreeSet<&String> = destination.subscribed_events.iter().collect();
        if let Some(sent) = &sent.subscribed_events
            && !events.is_empty()
        {
            echo.may_be("subscribed_events", &sent.iter().collect(), Some(&events))?;
        }
        Ok(destination)
    }
}
