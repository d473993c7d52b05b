//! Programs that a test needs besides the one it tests.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A program by any of its names, from the tools that `.ci/run` installs or from the path. Without it the test cannot be made: that is
/// said aloud, and fails where everything has to be tested.
pub fn tool(names: &[&str], how_to_get: &str) -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools");
    let folders = [
        installed.join("node_modules/.bin"),
        installed.join("python/bin"),
    ];
    let on_path = env::var_os("PATH").unwrap_or_default();
    let found = folders
        .into_iter()
        .chain(env::split_paths(&on_path))
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        let name = names.join(" or ");
        assert!(
            env::var_os("CI").is_none(),
            "{name} is missing: {how_to_get}"
        );
        // Not through the macros, whose lines a passing test hides.
        drop(writeln!(
            io::stderr(),
            "NOT TESTED: {name} is missing: {how_to_get}"
        ));
    }
    found
}
