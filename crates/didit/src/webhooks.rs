//! Webhook destinations: where Didit reports events.
//!
//! <https://docs.didit.me/integration/webhooks>

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::echo::Echo;
use super::error::{Error, InvalidValue};
use super::http::{Call, Client};
use super::ids::DestinationId;
use super::lenient;
use super::secret::WebhookSecret;
use super::values::{Text, WebhookUrl, one_of, value};

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

value!(
    /// One of [`EVENTS`].
    EventType,
    |text| one_of(text, &EVENTS).map(str::to_owned)
);

/// Events to subscribe to, at least one: a destination without any never receives anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<EventType>")]
pub struct EventTypes(Vec<EventType>);

/// The form of deliveries; this crate understands `v3`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum WebhookVersion {
    /// The first one.
    V1,
    /// The second one.
    V2,
    /// The latest one.
    #[default]
    V3,
}

/// A destination to create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewDestination {
    /// Name of the destination.
    pub label: Text<255>,
    /// Public https address.
    pub url: WebhookUrl,
    /// Whether it receives anything; true unless said otherwise.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// `v3` unless said otherwise.
    #[serde(skip_deserializing)]
    pub webhook_version: WebhookVersion,
    /// status.updated and data.updated when absent.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<EventType>>"))]
    pub subscribed_events: EventTypes,
}

/// What to change of a destination; what is unset stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DestinationChange {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub label: Option<Text<255>>,
    /// A public https URL, unique within the application. The simulator also delivers to this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub url: Option<WebhookUrl>,
    /// Whether it receives anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(description = ""))]
    pub enabled: Option<bool>,
    /// The form of deliveries.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub webhook_version: Option<WebhookVersion>,
    /// Replaces the whole list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<EventType>>"))]
    pub subscribed_events: Option<EventTypes>,
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
    /// The percentage that failed.
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
    /// The secret that signs its deliveries; not in lists.
    pub secret_shared_key: Option<WebhookSecret>,
    /// How deliveries went; not in lists.
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    pub summary: Option<DeliverySummary>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub updated_at: Option<String>,
}

impl NewDestination {
    /// A destination that receives `status.updated` and `data.updated`.
    pub fn new(label: Text<255>, url: WebhookUrl) -> Self {
        Self {
            label,
            url,
            enabled: None,
            webhook_version: WebhookVersion::default(),
            subscribed_events: EventTypes::default(),
        }
    }
}

impl EventTypes {
    /// The name of each of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|event| &**event)
    }
}

impl Default for EventTypes {
    /// `status.updated` and `data.updated`.
    fn default() -> Self {
        let [decisions, data, ..] = EVENTS;
        Self(
            [decisions, data]
                .map(|name| EventType(name.to_owned()))
                .to_vec(),
        )
    }
}

impl TryFrom<Vec<EventType>> for EventTypes {
    type Error = InvalidValue;

    fn try_from(events: Vec<EventType>) -> Result<Self, InvalidValue> {
        if events.is_empty() {
            return Err(InvalidValue {
                message: "must hold at least one event".to_owned(),
                allowed: EVENTS.map(str::to_owned).to_vec(),
            });
        }
        Ok(Self(events))
    }
}

impl Client {
    /// The application's destinations, oldest first, without their secrets.
    ///
    /// # Errors
    /// Those every call has.
    pub async fn list_destinations(&self) -> Result<Vec<Destination>, Error> {
        self.every_row(None, || {
            Call::api(Method::GET, &[&"webhook", &"destinations"])
        })
        .await
    }

    /// Creates a destination; the answer holds its secret.
    ///
    /// # Errors
    /// Those every call has.
    pub async fn create_destination(&self, request: &NewDestination) -> Result<Destination, Error> {
        let call = Call::api(Method::POST, &[&"webhook", &"destinations"]).body(request)?;
        let sent = DestinationChange {
            url: Some(request.url.clone()),
            enabled: request.enabled,
            subscribed_events: Some(request.subscribed_events.clone()),
            ..DestinationChange::default()
        };
        self.destination_call(call, None, &sent).await
    }

    /// One destination, with its secret.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown id.
    pub async fn destination(&self, destination: &DestinationId) -> Result<Destination, Error> {
        let call = Call::api(Method::GET, &[&"webhook", &"destinations", destination]);
        self.destination_call(call, Some(destination), &DestinationChange::default())
            .await
    }

    /// Changes a destination. The secret stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a request that changes nothing, before anything is sent.
    pub async fn update_destination(
        &self,
        destination: &DestinationId,
        request: &DestinationChange,
    ) -> Result<Destination, Error> {
        if *request == DestinationChange::default() {
            return Err(Error::invalid(
                "request",
                "must change at least one setting",
            ));
        }
        let call =
            Call::api(Method::PATCH, &[&"webhook", &"destinations", destination]).body(request)?;
        self.destination_call(call, Some(destination), request)
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

    /// Refuses a response whose destination reports elsewhere than requested, or not at all.
    async fn destination_call(
        &self,
        call: Call<'_>,
        asked: Option<&DestinationId>,
        sent: &DestinationChange,
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
        let events = destination.subscribed_events.iter().map(String::as_str);
        let events: BTreeSet<&str> = events.collect();
        if let Some(sent) = &sent.subscribed_events
            && !events.is_empty()
        {
            echo.may_be("subscribed_events", &sent.names().collect(), Some(&events))?;
        }
        Ok(destination)
    }
}
