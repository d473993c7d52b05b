//! How a simulator is started.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

/// Whether the simulated applications are billed and run real checks, or are sandboxes with chosen outcomes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationMode {
    /// Never billed; `sandbox_scenario` picks the outcome.
    #[default]
    Sandbox,
    /// Billed from the balance; sandbox scenarios are refused.
    Live,
}

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct SimulatorOptions {
    /// Where to listen. Only loopback addresses are accepted; port 0 picks a free one.
    pub address: SocketAddr,
    /// The `x-api-key` of an application that exists from the start; `None` starts with no account at all.
    pub api_key: Option<String>,
    /// The mode every application starts in.
    pub mode: ApplicationMode,
    /// Serves the older dialect: flag-style workflows in bare arrays, prices as text, no Lists API, empty answers to deletes.
    pub legacy: bool,
    /// Limits how often a caller may ask, as the API does.
    pub rate_limits: bool,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_key: Some("test-key-simulator-0000000000000000000000000".to_owned()),
            mode: ApplicationMode::Sandbox,
            legacy: false,
            rate_limits: true,
        }
    }
}
