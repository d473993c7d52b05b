//! What was noticed in a check, or about the session as a whole.

use serde::Deserialize;
use serde_json::Value;

use crate::lenient;

/// Something that was noticed. How it counted is in `log_type`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Warning {
    /// The feature, in a third vocabulary: `FACEMATCH`, `PROOF_OF_ADDRESS`, `EMAIL`, `LOCATION` and others.
    #[serde(deserialize_with = "lenient::scalar")]
    pub feature: Option<String>,
    /// The risk code, such as `DOCUMENT_EXPIRED`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub risk: Option<String>,
    /// More about it, such as the session it duplicates.
    pub additional_data: Option<Value>,
    /// `error` (declined it), `warning` (put it in review) or `information`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub log_type: Option<String>,
    /// A few words.
    #[serde(deserialize_with = "lenient::scalar")]
    pub short_description: Option<String>,
    /// A sentence or two.
    #[serde(deserialize_with = "lenient::scalar")]
    pub long_description: Option<String>,
    /// The step.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
}
