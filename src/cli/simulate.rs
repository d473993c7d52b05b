//! `didit-mcp simulate`: the simulator on its own.

use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use clap::Args;

use super::failure::Failure;
use crate::simulator;

/// What the simulator can be told.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Port on 127.0.0.1; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Behave as the API did before 2026.
    #[arg(long)]
    legacy: bool,
    /// Make the application a live one: sessions cost money, and outcomes come from the pages alone.
    #[arg(long)]
    live: bool,
    /// Accept any number of requests, for load tests.
    #[arg(long)]
    no_rate_limits: bool,
}

/// Runs until it is stopped.
pub(super) async fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let simulator = simulator::start(simulator::SimulatorOptions {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port)),
        legacy: arguments.legacy,
        rate_limits: !arguments.no_rate_limits,
        mode: if arguments.live {
            simulator::ApplicationMode::Live
        } else {
            simulator::ApplicationMode::Sandbox
        },
        ..simulator::SimulatorOptions::default()
    })
    .await
    .map_err(|error| {
        format!(
            "port {}: {error}; --port 0 picks a free one",
            arguments.port
        )
    })?;
    let mut output = std::io::stdout();
    writeln!(output, "Didit simulator: nothing here is real.")?;
    writeln!(output, "Pages:                 {}/", simulator.root_url())?;
    writeln!(output, "DIDIT_API_BASE_URL={}", simulator.api_base_url())?;
    writeln!(output, "DIDIT_AUTH_BASE_URL={}", simulator.auth_base_url())?;
    if let Some(key) = simulator.api_key() {
        writeln!(output, "DIDIT_API_KEY={key}")?;
    }
    writeln!(output, "Stop it with Ctrl-C.")?;
    output.flush()?;
    tokio::signal::ctrl_c().await?;
    simulator.shutdown();
    Ok(ExitCode::SUCCESS)
}
