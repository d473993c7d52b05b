//! Identity verification for assistants: a Model Context Protocol server for [Didit](https://didit.me),
//! the typed client under it, and a simulator of the API to try both without an account.
//!
//! # Example
//!
//! A person's verification from link to decision, on the simulator. For Didit itself, leave out the base URL and take the key
//! from the Business Console; the rest is the same.
//!
//! ```
//! use didit_mcp::{didit::{ApiKey, Client, SessionRequest, WorkflowFeature, WorkflowRequest}, simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulator = simulator::start(simulator::SimulatorOptions::default()).await?;
//! let client = Client::builder()
//!     .api_base_url(simulator.api_base_url().parse()?)
//!     .api_key(ApiKey::parse(simulator.api_key().unwrap_or_default())?)
//!     .build()?;
//!
//! let workflow = client.create_workflow(&WorkflowRequest {
//!     workflow_label: Some("Customers".to_owned()),
//!     features: Some(vec![WorkflowFeature::new("OCR"), WorkflowFeature::new("LIVENESS")]),
//!     ..WorkflowRequest::default()
//! }).await?;
//! let session = client.create_session(&SessionRequest {
//!     vendor_data: Some("customer-4711".parse()?),
//!     ..SessionRequest::new(workflow.uuid)
//! }).await?;
//! assert!(session.url.is_some_and(|link| link.starts_with("http")));
//!
//! let decision = client.decision(&session.session_id).await?;
//! assert!(!decision.status.is_final());
//! # Ok(()) }
//! ```
//!
//! More in `examples/`: opening an account, waiting for a decision, receiving webhooks.
//!
//! # Map
//!
//! - [`didit`] is the typed client of the REST API. It knows no protocol type and could be published alone.
//! - [`tools`] holds what an agent can do, one tool per job. It knows no URL, no header and no status code.
//! - [`server`] speaks the protocol: finds the tool, checks arguments, asks a human, shapes what goes back.
//! - [`simulator`] is a real HTTP server on loopback that behaves as the API does.
//! - [`receiver`] takes webhooks that are proved to be Didit's.
//! - [`redact`] hides secrets by value on every way out, [`visible`] shows what would not be seen; [`log`] and [`audit`] write what operators read.
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
pub mod journal;
pub mod log;
pub mod private_file;
pub mod receiver;
pub mod redact;
pub mod server;
pub mod tools;
pub mod visible;

pub use didit;
pub use didit_simulator as simulator;
