//! The server with its settings, account and records, as every command that uses the tools puts it together.

use std::{net::SocketAddr, sync::Arc};

use super::failure::Failure;
use crate::{
    audit::Trail,
    config::{self, Options, Secrets, Settings, keeps_rate_limits},
    didit::WebhookSecret,
    redact::Redactor,
    server::{Policy, Server},
    simulator::{self, Simulator},
    tools::Connection,
};

/// Everything that calls of tools need.
pub(super) struct Assembly {
    pub(super) server: Server,
    pub(super) policy: Policy,
    pub(super) connection: Arc<Connection>,
    /// The simulator of this process, which ends with the value.
    pub(super) simulator: Option<Simulator>,
    /// Where webhooks are to be received, and the secret that proves them.
    pub(super) webhooks: Option<(SocketAddr, WebhookSecret)>,
}

/// Reads the settings; starts the simulator when they say so.
///
/// # Errors
/// [`config::Error`] for a setting that cannot be used; what the system refused otherwise.
pub(super) async fn assemble(options: &Options, redactor: Redactor) -> Result<Assembly, Failure> {
    let simulator = if options.simulate {
        let options = simulator::SimulatorOptions {
            rate_limits: keeps_rate_limits(options)?,
            ..simulator::SimulatorOptions::default()
        };
        let started = simulator::start(options).await;
        Some(started.map_err(|error| format!("the simulator cannot be started: {error}"))?)
    } else {
        None
    };
    let settings = Settings::resolve(options, &Secrets::from_environment()?, simulator.as_ref())?;
    let trail = match &settings.audit_log {
        Some(file) => Some(Trail::open(file).map_err(|error| config::Error::File {
            setting: "--audit-log (DIDIT_MCP_AUDIT_LOG)",
            file: file.clone(),
            reason: error.to_string(),
        })?),
        None => None,
    };
    let connection = Arc::new(Connection::new(
        settings.connection,
        settings.store,
        redactor,
    ));
    let server = Server::new(Arc::clone(&connection), &settings.policy, trail);
    Ok(Assembly {
        server,
        policy: settings.policy,
        connection,
        simulator,
        webhooks: settings.webhooks,
    })
}
