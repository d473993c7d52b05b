//! `kyc link`: the link of a session that there is. Making the session again would replace its callback and metadata.

use std::{
    io::{self, IsTerminal as _, Write as _},
    process::{Command, ExitCode, Stdio},
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use clap::Args;
use serde_json::{Value, json};

use super::{fields::text, session::show_qr};
use crate::{
    cli::{
        output::data,
        runner::{Outcome, Runner, system, unprinted},
        which,
    },
    didit::{NextActor, SessionStatus},
    tools::{ErrorCode, ToolError},
};

/// Programs that put what they read into a clipboard: of macOS, Wayland, X11 and Windows. Each fails where it has none.
const CLIPBOARDS: [(&str, &[&str]); 5] = [
    ("pbcopy", &[]),
    ("wl-copy", &[]),
    ("xclip", &["-selection", "clipboard"]),
    ("xsel", &["--clipboard", "--input"]),
    ("clip.exe", &[]),
];

/// Whose link, and where it goes besides standard output.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The session.
    #[arg(help = which::SESSION)]
    session: String,
    /// Open the link in the browser of this machine.
    #[arg(long)]
    open: bool,
    /// Copy the link to the clipboard.
    #[arg(long)]
    copy: bool,
    /// Show the link as a QR code too.
    #[arg(long)]
    qr: bool,
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let session = which::session(runner, &arguments.session).await?;
    let look = json!({ "session_id": session });
    let answer = runner.call("didit_session_get_decision", look).await?;
    let link = text(&answer, "session_url");
    let status: Option<SessionStatus> = text(&answer, "status").parse().ok();
    if link.is_empty() && status.is_some_and(|status| status.turn() == NextActor::Person) {
        let message = format!(
            "The session is {}, and this key may not see its link.",
            text(&answer, "status")
        );
        return Err(ToolError::new(ErrorCode::Forbidden, message).with_advice(
            "a key with the right to write sessions sees it, and so does Didit's console.",
        ));
    }
    if link.is_empty() {
        let message = format!(
            "The session is {}, and the person has nothing to do in it: its link leads nowhere.",
            text(&answer, "status")
        );
        return Err(ToolError::new(ErrorCode::NotAllowedNow, message).with_hint(
            "didit_session_create",
            "makes a new one for the same person.",
        ));
    }
    let output = runner.output();
    if output.is_json() {
        let said = data(&answer);
        let names = [
            "session_id",
            "session_number",
            "status",
            "session_url",
            "expires_at",
        ];
        let members = names.map(|name| (name, said.get(name).cloned()));
        output
            .document(&Value::from_iter(members))
            .map_err(unprinted)?;
    } else {
        output.text(link).map_err(unprinted)?;
    }
    if arguments.qr {
        show_qr(runner, link)?;
    }
    if arguments.copy {
        copy(link).map_err(|error| system("the link was not copied", &error))?;
        output.note("Copied.").map_err(unprinted)?;
    }
    if arguments.open {
        let link = link.to_owned();
        tokio::task::spawn_blocking(move || open::that(link))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| system("no program opens the link", &error))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Copies by a program of this machine, or else by the terminal, which may be on another one.
fn copy(text: &str) -> io::Result<()> {
    for (program, arguments) in CLIPBOARDS {
        let started = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = started else { continue };
        if let Some(mut input) = child.stdin.take() {
            // What cannot take it says so by how it ends.
            drop(input.write_all(text.as_bytes()));
        }
        if child.wait()?.success() {
            return Ok(());
        }
    }
    let mut terminal = io::stderr();
    if !terminal.is_terminal() {
        return Err(io::Error::other(
            "there is no wl-copy, xclip, xsel, pbcopy or clip.exe that works",
        ));
    }
    // https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, OSC 52.
    write!(
        terminal,
        "\u{1b}]52;c;{}\u{7}",
        BASE64_STANDARD.encode(text)
    )
}
