//! Identity verification for assistants: a Model Context Protocol server for [Didit](https://didit.me),
//! the typed client under it, and a simulator of the API to try both without an account.
//!
//! # Map
//!
//! - [`didit`] is the typed client of the REST API. It knows no protocol type and could be published alone.
//! - [`tools`] holds what an agent can do, one tool per job. It knows no URL, no header and no status code.
//! - [`server`] speaks the protocol: finds the tool, checks arguments, asks a human, shapes what goes back.
//! - [`simulator`] is a real HTTP server on loopback that behaves as the API does.
//! - [`receiver`] takes webhooks that are proved to be Didit's.
//! - [`redact`] hides secrets by value on every way out; [`log`] and [`audit`] write what operators read.
//! - [`config`] and [`credentials`] hold the settings and the stored account; [`cli`] is the program, whose commands run
//!   the same tools under the same policy.
//!
//! Dependencies point one way: `cli → server → tools → didit`. The simulator is reached over HTTP alone.
//!
//! # Invariants
//!
//! - Policy is data: each tool declares its [`tools::Toolset`] and [`tools::Access`] once; hints, read-only
//!   filtering, confirmation and documentation derive from that.
//! - Ids are types that validate and lower-case; no path is built from a text.
//! - Secrets are types that print nothing. They come in by environment, credentials file or registration;
//!   never as an argument, never in a result, an error or a log line.
//! - Starting and listing need no key, no file and no network.
//! - The server writes nothing to standard output but JSON-RPC lines, a command nothing but its result.
//! - What is sent is exactly what the contract allows; what is received may hold anything.
//! - A write is never sent twice.
//! - Everything that a person or a document wrote is untrusted, and is shown as data.

pub mod audit;
pub mod cli;
pub mod config;
pub mod credentials;
pub mod didit;
pub mod log;
pub mod receiver;
pub mod redact;
pub mod server;
pub mod simulator;
pub mod tools;
