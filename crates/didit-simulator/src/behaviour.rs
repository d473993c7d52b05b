//! What the simulated service does: rules about the model that no single endpoint owns.

pub mod access;
pub mod announcements;
pub mod blocking;
pub mod decision;
pub mod feature_rules;
pub mod opening;
pub mod play;
pub mod rate_limit;
