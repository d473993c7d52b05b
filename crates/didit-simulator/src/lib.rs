//! A simulator of the Didit API on loopback.
//!
//! It is a real HTTP server with the same paths, status codes, bodies and refusals as the API, so that a client can be
//! tried, tested and demonstrated without an account, a network or a real person. Nothing in it is real: people,
//! documents and money are invented, and all state lives in memory until it stops.
//!
//! - the verification API is served under `/v3`, the account API under `/auth/v2`;
//! - `/session/{token}` is the page an end user would see, `/inbox` shows e-mails with their codes;
//! - `/_simulator/` holds JSON endpoints for tests: recorded requests, faults, the clock, outcomes.
//!
//! The typed client is deliberately not used here: the two check each other.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

mod auth;
mod billing;
mod blocklist;
mod call;
mod control;
mod countries;
mod decision;
mod faults;
mod fields;
mod guard;
mod lists;
mod page;
mod pdf;
mod people;
mod rate_limit;
mod reply;
mod routes;
mod scenarios;
mod server;
mod sessions;
mod state;
mod webhooks;
mod workflows;

/// Whether the simulated applications are billed and run real checks, or are sandboxes with chosen outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Never billed; `sandbox_scenario` picks the outcome.
    #[default]
    Sandbox,
    /// Billed from the balance; sandbox scenarios are refused.
    Live,
}

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen. Only loopback addresses are accepted; port 0 picks a free one.
    pub address: SocketAddr,
    /// The `x-api-key` of an application that exists from the start; `None` starts with no account at all.
    pub api_key: Option<String>,
    /// The mode every application starts in.
    pub mode: Mode,
    /// Serves the older dialect: flag-style workflows in bare arrays, prices as text, no Lists API, empty answers to deletes.
    pub legacy: bool,
    /// Limits how often a caller may ask, as the API does.
    pub rate_limits: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_key: Some("test-key-simulator-0000000000000000000000000".to_owned()),
            mode: Mode::Sandbox,
            legacy: false,
            rate_limits: true,
        }
    }
}

/// A running simulator. It stops when dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    api_key: Option<String>,
    shutdown: CancellationToken,
    serving: Option<JoinHandle<()>>,
}

/// Starts a simulator on the current tokio runtime.
///
/// # Errors
///
/// When the address is not a loopback address ([`io::ErrorKind::InvalidInput`]) or cannot be bound.
pub async fn start(options: Options) -> io::Result<Simulator> {
    if !options.address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the simulator listens on loopback addresses only",
        ));
    }
    let listener = TcpListener::bind(options.address).await?;
    let address = listener.local_addr()?;
    let shutdown = CancellationToken::new();
    let api_key = options.api_key.clone();
    let application = Arc::new(server::Application::new(
        address,
        state::State::new(format!("http://{address}"), &options),
        shutdown.clone(),
    ));
    let serving = tokio::spawn(server::serve(listener, application));
    Ok(Simulator {
        address,
        api_key,
        shutdown,
        serving: Some(serving),
    })
}

impl Simulator {
    /// The address it listens on, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The origin of the simulator and of its pages, such as `http://127.0.0.1:49152`.
    pub fn root_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base of the verification API, such as `http://127.0.0.1:49152/v3`.
    pub fn api_base_url(&self) -> String {
        format!("{}/v3", self.root_url())
    }

    /// The base of the account API, such as `http://127.0.0.1:49152/auth/v2`.
    pub fn auth_base_url(&self) -> String {
        format!("{}/auth/v2", self.root_url())
    }

    /// The key of the application that exists from the start, if there is one.
    pub fn api_key(&self) -> Option<&str> {
        self.api_key.as_deref()
    }

    /// Asks the simulator to stop; connections that hang are cut.
    pub fn shutdown(&self) {
        self.shutdown.cancel();
    }

    /// Serves until [`Simulator::shutdown`] was called or the server ended by itself.
    pub async fn stopped(mut self) {
        if let Some(serving) = self.serving.take() {
            // The task only ends by returning; a panic in it means there is nothing left to wait for either.
            drop(serving.await);
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl Mode {
    /// The word used for the mode in the API's own JSON.
    fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }
}
