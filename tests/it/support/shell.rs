//! The command line as a person or a script uses it: the real program, in a home of its own.

use std::{
    collections::HashMap,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    control::Standalone,
    server::{Finished, command},
};

/// A person's account on a machine.
pub struct Shell {
    home: TempDir,
    variables: HashMap<String, String>,
}

impl Shell {
    /// A home with nothing in it, and no account.
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let folder = |name: &str| home.path().join(name).display().to_string();
        let variables = HashMap::from([
            ("HOME".to_owned(), folder("")),
            ("XDG_CONFIG_HOME".to_owned(), folder("config")),
            ("XDG_DATA_HOME".to_owned(), folder("data")),
            ("DIDIT_MCP_OUTPUT_DIR".to_owned(), folder("output")),
        ]);
        Self { home, variables }
    }

    /// One that uses a simulator which runs alone, with the key of its application.
    pub fn on(simulator: &Standalone) -> Self {
        let origin = simulator.control.origin();
        Self::new()
            .variable("DIDIT_API_BASE_URL", &format!("{origin}/v3"))
            .variable("DIDIT_AUTH_BASE_URL", &format!("{origin}/auth/v2"))
            .variable("DIDIT_API_KEY", &simulator.api_key)
    }

    /// Sets a variable; an empty value unsets it.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            self.variables.remove(name);
        } else {
            self.variables.insert(name.to_owned(), value.to_owned());
        }
        self
    }

    /// A path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The command, with nothing on standard input.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let mut command = command(&arguments, &self.variables);
        command.stdin(Stdio::null()).current_dir(self.home.path());
        command
    }

    /// Starts a command.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("the program starts")
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let output = self.command(arguments).output().expect("the program runs");
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }

    /// Runs a command that must end well, and gives what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments);
        assert_eq!(finished.code, Some(0), "{arguments:?}: {finished:?}");
        assert_eq!(finished.stderr, "", "{arguments:?}");
        finished.stdout
    }

    /// Runs a command with `--json`: the exit code and the one document that it printed.
    pub fn json(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let mut all = arguments.to_vec();
        all.push("--json");
        let finished = self.run(&all);
        let document = serde_json::from_str(&finished.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: no document ({error}): {finished:?}"));
        assert!(!finished.stdout.contains('\u{1b}'), "{arguments:?}");
        (finished.code, document)
    }
}

/// Both outputs and the exit code, as a snapshot holds them.
pub fn printed(finished: &Finished) -> String {
    let code = finished
        .code
        .map_or_else(|| "signal".to_owned(), |code| code.to_string());
    let mut text = format!("exit code {code}\n");
    for (name, output) in [("stdout", &finished.stdout), ("stderr", &finished.stderr)] {
        if !output.is_empty() {
            text.push_str(&format!("\n{name}:\n{output}"));
        }
    }
    text
}

/// Holds what a command printed, for people and for programs, against the snapshots of a name.
#[macro_export]
macro_rules! assert_prints {
    ($name:expr, $shell:expr, $arguments:expr) => {
        let arguments: &[&str] = &$arguments;
        insta::with_settings!({ filters => $crate::support::shown::FILTERS.to_vec(), omit_expression => true }, {
            insta::assert_snapshot!($name, $crate::support::shell::printed(&$shell.run(arguments)));
        });
    };
}
