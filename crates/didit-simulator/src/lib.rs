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

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

mod behaviour;
mod call;
mod catalog;
mod contract;
mod delivery;
mod handlers;
mod model;
mod options;
mod pages;
mod pdf;
mod recording;
mod reply;
mod routes;
mod server;
mod shared;
mod values;

pub use options::{ApplicationMode, SimulatorOptions};

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
pub async fn start(options: SimulatorOptions) -> io::Result<Simulator> {
    if !options.address.ip().is_loopback() {
        let text = "the simulator listens on loopback addresses only";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    let listener = TcpListener::bind(options.address).await?;
    let address = listener.local_addr()?;
    let shutdown = CancellationToken::new();
    let api_key = options.api_key.clone();
    let state = model::State::new(format!("http://{address}"), &options);
    let shared = Arc::new(shared::Shared::new(state, shutdown.clone()));
    tokio::spawn(delivery::run(Arc::clone(&shared)));
    let serving = tokio::spawn(server::serve(listener, address, shared));
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
