//! The packages for the npm registry: the launcher stands aside, and the main package stays small.
#![cfg(unix)]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{
    packaging::{ROOT, VERSION, document, ran, write},
    support::tool::tool,
};
use serde_json::Value;

/// A program for the launcher to start, which tells what it was given.
const PROGRAM: &str = r#"#!/usr/bin/env node
process.on("SIGTERM", () => process.exit(5));
const [what] = process.argv.slice(2);
if (what === "killed") process.kill(process.pid, "SIGKILL");
console.log(JSON.stringify(process.argv.slice(2)));
process.stdin.on("data", (data) => process.stdout.write(data));
process.stdin.on("end", () => process.exit(what === "seven" ? 7 : 0));
"#;

/// The launcher as an installer of packages lays it, with the package of this platform or without.
fn packages(folder: &Path, with_program: bool) -> Option<PathBuf> {
    tool(&["npm"], "apt-get install nodejs npm")?;
    let node = ran(Command::new("node").args(["-p", "`${process.platform}-${process.arch}`"]));
    let platform = String::from_utf8(node.stdout).unwrap().trim().to_owned();
    let (program, output) = (folder.join("program"), folder.join("packages"));
    write(&program, PROGRAM, 0o755);
    let mut pack = Command::new("bash");
    pack.arg(format!("{ROOT}/packaging/npm.sh")).arg(&output);
    ran(pack.arg(format!("{platform}={}", program.display())));
    let modules = folder.join("node_modules");
    let scoped = format!("@didit-mcp/{platform}");
    let both = [
        ("didit-mcp", format!("didit-mcp-{VERSION}.tgz")),
        (&scoped, format!("didit-mcp-{platform}-{VERSION}.tgz")),
    ];
    for (name, tarball) in both.into_iter().take(if with_program { 2 } else { 1 }) {
        fs::create_dir_all(modules.join(name)).unwrap();
        let mut tar = Command::new("tar");
        tar.args(["--strip-components=1", "-xzf"])
            .arg(output.join(tarball));
        ran(tar.arg("-C").arg(modules.join(name)));
    }
    Some(modules.join("didit-mcp/didit-mcp.js"))
}

#[test]
fn the_launcher_is_as_good_as_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let Some(launcher) = packages(folder.path(), true) else {
        return;
    };
    let started = |argument: &str| {
        let mut command = Command::new("node");
        command
            .arg(&launcher)
            .args([argument, "two words", "--flag"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut child = started("seven");
    child
        .stdin
        .take()
        .unwrap()
        .write_all("wörd\n".as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.stdout,
        "[\"seven\",\"two words\",\"--flag\"]\nwörd\n".as_bytes()
    );
    assert_eq!(output.status.code(), Some(7));

    let mut child = started("stay");
    // Left open, because its end would be another reason to stop.
    let input = child.stdin.take();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    ran(Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]));
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait()));
    let status = ended.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!(status.unwrap().code(), Some(5));
    drop(input);

    assert_eq!(started("killed").wait().unwrap().signal(), Some(9));
}

#[test]
fn a_launcher_without_its_program_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let Some(launcher) = packages(folder.path(), false) else {
        return;
    };
    let output = Command::new("node").arg(&launcher).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{said}"
    );
    assert!(
        said.contains("@didit-mcp/") && said.contains("--omit=optional"),
        "{said}"
    );
    assert!(!said.contains("    at "), "{said}");
}

#[test]
fn the_main_package_is_small_and_runs_nothing_while_installing() {
    let folder = tempfile::tempdir().unwrap();
    if packages(folder.path(), true).is_none() {
        return;
    }
    let tarball = folder
        .path()
        .join(format!("packages/didit-mcp-{VERSION}.tgz"));
    assert!(fs::metadata(&tarball).unwrap().len() < 20_000);
    let listed = ran(Command::new("tar").arg("-tzf").arg(&tarball));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let listed: BTreeSet<&str> = listed
        .lines()
        .map(|line| line.trim_start_matches("package/"))
        .collect();
    assert_eq!(
        listed,
        BTreeSet::from(["LICENSE", "README.md", "didit-mcp.js", "package.json"])
    );
    for entry in fs::read_dir(folder.path().join("node_modules/@didit-mcp")).unwrap() {
        let package = fs::read_to_string(entry.unwrap().path().join("package.json")).unwrap();
        let package: Value = serde_json::from_str(&package).unwrap();
        assert!(
            package["scripts"].is_null() && package["os"].is_array() && package["cpu"].is_array()
        );
        assert_eq!(package["version"], VERSION);
    }
    assert!(document("packaging/npm/package.json")["scripts"].is_null());
}
