//! Identity verification for assistants: a Model Context Protocol server for [Didit](https://didit.me),
//! the typed client under it, and a simulator of the API to try both without an account.
//!
//! # Map
//!
//! - [`didit`] is the typed client of the REST API. It knows no protocol type and could be published alone.
//! - [`simulator`] is a real HTTP server on loopback that behaves as the API does.

pub mod didit;
pub mod simulator;
