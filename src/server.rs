//! The Model Context Protocol server over stdio: finds the tool, checks the arguments, asks a human
//! where policy says so, runs the tool within its deadline, and shapes what goes back.

mod address;
mod call;
mod call_observer;
mod card;
mod catalog;
mod completions;
mod confirm;
mod deadline;
mod fence;
mod handler;
mod host_arguments;
mod instructions;
mod local;
mod message;
mod overlong;
mod policy;
mod progress;
mod prompts;
mod record;
mod reference;
mod resources;
mod respond;
mod schema;
mod slot;
mod state;
mod stdio;
mod subscriptions;
mod traffic;
mod transport;
mod vocabulary;

pub use catalog::Catalog;
pub use instructions::instructions;
pub use local::LocalCall;
pub use policy::{Confirmation, Policy};
pub use respond::structured;
pub use schema::fit;
pub use state::Server;
pub use stdio::{serve_stdio, serve_streams};
pub use vocabulary::vocabulary;
