//! Whom to follow up with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::tools::desk::span::Span;

/// Whom to write to.
#[derive(Deserialize, JsonSchema)]
pub(super) struct FollowUpInput {
    /// Do it; otherwise only the plan.
    #[serde(default)]
    pub(super) send: bool,
    /// 1 day by default.
    #[schemars(with = "Option<String>")]
    pub(super) older_than: Option<Span>,
    /// How far back, 30 by default.
    #[schemars(range(min = 1, max = 365))]
    pub(super) days: Option<i64>,
    /// Id or name.
    pub(super) workflow: Option<String>,
    /// Only these vendor_data.
    #[serde(default)]
    pub(super) people: Vec<String>,
    /// 7 by default.
    #[schemars(range(min = 1, max = 365))]
    pub(super) again_after_days: Option<i64>,
    pub(super) cursor: Option<String>,
}

impl FollowUpInput {
    /// How many days back sessions are looked at.
    pub(super) fn days_back(&self) -> i64 {
        self.days.unwrap_or(30)
    }

    /// The time within which nobody is written to again.
    pub(super) fn again_after(&self) -> Span {
        Span::days(self.again_after_days.unwrap_or(7))
    }
}
