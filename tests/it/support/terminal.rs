//! A terminal with somebody at it.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::Child,
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use super::shell::Shell;

/// A program that runs at a terminal.
pub struct Terminal {
    screen: File,
    child: Child,
    /// All that was shown so far.
    shown: Vec<u8>,
}

impl Terminal {
    /// Starts a command with the terminal as its input and both outputs.
    pub fn start(shell: &Shell, arguments: &[&str]) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&screen, size).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let other = || {
            File::from(
                open(
                    name.as_c_str(),
                    OFlags::RDWR | OFlags::NOCTTY,
                    Mode::empty(),
                )
                .unwrap(),
            )
        };
        let child = shell
            .command(arguments)
            .stdin(other())
            .stdout(other())
            .stderr(other())
            .spawn()
            .unwrap();
        Self {
            screen: File::from(screen),
            child,
            shown: Vec::new(),
        }
    }

    /// Waits until these words are shown.
    pub fn sees(&mut self, words: &str) {
        while !self.text().contains(words) {
            assert!(self.read(), "never shown: {words}\n{}", self.text());
        }
    }

    /// Types a line.
    pub fn types(&mut self, line: &str) {
        self.screen
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    /// Waits for the end: the exit code, and all that was shown.
    pub fn ends(mut self) -> (Option<i32>, String) {
        while self.read() {}
        let code = self.child.wait().unwrap().code();
        (code, self.text())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    /// Reads what is there; the end of the program ends the terminal too, which some systems call an error.
    fn read(&mut self) -> bool {
        let mut part = [0; 4096];
        match self.screen.read(&mut part) {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.shown.extend_from_slice(&part[..length]);
                true
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
