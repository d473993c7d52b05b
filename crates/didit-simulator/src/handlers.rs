//! What the endpoints of the API and of the simulator itself answer.

pub mod accounts;
pub mod applications;
pub mod billing;
pub mod blocklist;
pub mod control;
pub mod lists;
pub mod search;
pub mod sessions;
pub mod update_status;
pub mod webhooks;
pub mod workflows;
