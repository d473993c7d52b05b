//! What was noticed in a check, or about the session as a whole.

use serde::Deserialize;
use serde_json::Value;

use crate::lenient;

/// Something that was noticed. How it counted is in `log_type`.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Warning {
    /// The feature, in a third vocabulary: `FACEMATCH`, `PROOF_OF_ADDRESS`, `EMAIL`, `LOCATION` and others.
    pub feature: Option<String>,
    /// The risk code, such as `DOCUMENT_EXPIRED`; the set is open.
    pub risk: Option<String>,
    /// More about it, such as the session it duplicates.
    #[serde_with(skip_apply)]
    pub additional_data: Option<Value>,
    /// `error` (declined it), `warning` (put it in review) or `information`.
    pub log_type: Option<String>,
    /// A few words.
    pub short_description: Option<String>,
    /// A sentence or two.
    pub long_description: Option<String>,
    /// The step.
    pub node_id: Option<String>,
}
