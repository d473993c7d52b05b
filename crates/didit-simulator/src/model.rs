//! What the simulator remembers: plain data, and looking things up in it.

pub mod accounts;
pub mod journal;
pub mod lists;
mod lookups;
pub mod sessions;
pub mod state;
pub mod webhooks;
pub mod workflows;
