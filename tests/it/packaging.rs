//! What is published can be installed, and what must not be is refused: the scripts, the versions of the packages, the links.
#![cfg(unix)]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
};

use crate::support::tool::tool;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

fn page(name: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{name}")).expect(name)
}

pub fn document(name: &str) -> Value {
    serde_json::from_str(&page(name)).expect(name)
}

/// The targets that the release is made for.
fn targets() -> BTreeSet<String> {
    let workflow = page(".github/workflows/release.yml");
    let named = workflow.split("target: ").skip(1);
    let targets: BTreeSet<String> = named
        .filter_map(|rest| rest.split_once(", runner:"))
        .map(|(target, _)| target.to_owned())
        .collect();
    assert!(targets.len() > 6, "{targets:?}");
    targets
}

pub fn write(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

pub fn ran(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

/// The files of a release whose program is a script that tells this version.
fn release(folder: &Path, version: &str) {
    let program = folder.join("program/didit-mcp");
    write(
        &program,
        &format!("#!/bin/sh\necho didit-mcp {version}\n"),
        0o755,
    );
    let mut sums = String::new();
    for target in targets() {
        let archive = format!("didit-mcp-{target}.tar.gz");
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(folder.join("program"));
        tar.arg("-czf").arg(folder.join(&archive)).arg("didit-mcp");
        ran(&mut tar);
        let digest = Sha256::digest(fs::read(folder.join(&archive)).unwrap());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        sums += &format!("{digest}  {archive}\n");
    }
    write(&folder.join("SHA256SUMS"), &sums, 0o644);
}

/// Answers on loopback with what lies in the folder, and 404 for the rest.
fn serve(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut head = BufReader::new(&connection).lines().map_while(Result::ok);
            let request = head.next().unwrap_or_default();
            // The rest of the head is read too, because an unread byte would reset the connection.
            head.by_ref()
                .take_while(|line| !line.is_empty())
                .for_each(drop);
            let path = request.split(' ').nth(1).unwrap_or("/");
            let (status, body) = match fs::read(folder.join(path.trim_start_matches('/'))) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            // A client that went away is no matter of the server's.
            drop(connection.write_all(&[head.as_bytes(), &body].concat()));
        }
    });
    format!("http://{address}")
}

/// The script that installs, for a user whose home is this folder.
fn install(releases: &str, home: &Path, version: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .arg(format!("{ROOT}/packaging/install.sh"))
        .arg(version);
    command
        .env("HOME", home)
        .env("DIDIT_MCP_DOWNLOAD", releases);
    for name in [
        "DIDIT_MCP_VERSION",
        "DIDIT_MCP_INSTALL_DIR",
        "http_proxy",
        "HTTP_PROXY",
    ] {
        command.env_remove(name);
    }
    command
}

#[test]
fn what_is_downloaded_is_checked_before_it_replaces_anything() {
    if tool(&["curl", "wget"], "apt-get install curl").is_none() {
        return;
    }
    let web = tempfile::tempdir().unwrap();
    let (good, newer) = (
        web.path().join("download/v9.9.8"),
        web.path().join("latest/download"),
    );
    let (bad, partial) = (
        web.path().join("download/v6.6.6"),
        web.path().join("download/v5.5.5"),
    );
    for (folder, version) in [(&good, "9.9.8"), (&newer, "9.9.9"), (&bad, "6.6.6")] {
        release(folder, version);
    }
    for target in targets() {
        let mut archive = fs::OpenOptions::new();
        let archive = archive
            .append(true)
            .open(bad.join(format!("didit-mcp-{target}.tar.gz")));
        archive.unwrap().write_all(b"exchanged").unwrap();
    }
    write(&partial.join("SHA256SUMS"), "", 0o644);
    let releases = serve(web.path().to_owned());
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".local/bin");
    let program = folder.join("didit-mcp");
    let told = |version: &str| {
        let output = ran(Command::new(&program).arg("--version"));
        assert_eq!(output.stdout, format!("didit-mcp {version}\n").as_bytes());
    };

    let output = ran(&mut install(&releases, home.path(), "9.9.8"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("didit-mcp 9.9.8 is now "), "{said}");
    assert!(
        said.contains("didit-mcp demo") && said.contains("PATH"),
        "{said}"
    );
    told("9.9.8");
    ran(&mut install(&releases, home.path(), "latest"));
    told("9.9.9");

    for (version, reason) in [
        ("6.6.6", "the checksum of didit-mcp-"),
        ("5.5.5", "the release has no didit-mcp-"),
        ("4.4.4", "could not be downloaded"),
        ("../latest", "is not a version"),
    ] {
        let output = install(&releases, home.path(), version).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{version}"
        );
        assert!(said.contains("didit-mcp was not installed: "), "{said}");
        assert!(said.contains(reason), "{said}");
        told("9.9.9");
        // Nothing half done is left beside it.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "{version}");
    }
}

#[test]
fn a_machine_without_a_release_is_told_so_before_anything_is_made() {
    let home = tempfile::tempdir().unwrap();
    let programs = home.path().join("programs");
    let path = std::env::var("PATH").unwrap();
    for (system, processor, reason) in [
        ("Linux", "riscv64", "no release for the processor riscv64"),
        ("FreeBSD", "x86_64", "no release for FreeBSD"),
        ("MINGW64_NT-10.0", "x86_64", "install.ps1"),
    ] {
        let uname = format!(
            "#!/bin/sh\nif [ \"$1\" = -m ]; then echo {processor}; else echo {system}; fi\n"
        );
        write(&programs.join("uname"), &uname, 0o755);
        let mut command = install("http://127.0.0.1:9", home.path(), "latest");
        let output = command
            .env("PATH", format!("{}:{path}", programs.display()))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(reason), "{said}");
        assert!(!home.path().join(".local").exists());
    }
}

#[test]
fn every_package_has_the_version_of_the_program_and_the_targets_of_the_release() {
    let package = document("packaging/npm/package.json");
    assert_eq!(package["version"], VERSION);
    assert_eq!(package["mcpName"], document("server.json")["name"]);
    let plugin = document(".claude-plugin/plugin.json");
    assert_eq!(plugin["version"], VERSION);
    assert_eq!(
        plugin["mcpServers"]["didit"]["args"][1],
        format!("didit-mcp@{VERSION}")
    );
    assert_eq!(
        document(".claude-plugin/marketplace.json")["plugins"][0]["name"],
        plugin["name"]
    );
    let formula = page("packaging/homebrew/didit-mcp.rb");
    assert!(formula.contains(&format!("\n  version \"{VERSION}\"\n")));
    // The wheel takes Cargo's own.
    assert!(page("pyproject.toml").contains("dynamic = [\"version\"]"));

    let targets = targets();
    let script = page("packaging/release.sh");
    let pairs = script
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once('='));
    let pairs = pairs.filter(|(_, target)| targets.contains(*target));
    let (mut platforms, mut packed) = (BTreeSet::new(), BTreeSet::new());
    for (platform, target) in pairs {
        platforms.insert(format!("@didit-mcp/{platform}"));
        packed.insert(target.to_owned());
    }
    assert_eq!(packed, targets);
    let optional = package["optionalDependencies"].as_object().unwrap();
    assert_eq!(optional.keys().cloned().collect::<BTreeSet<_>>(), platforms);
    assert!(optional.values().all(|version| version == VERSION));
    for archive in formula.split("/didit-mcp-").skip(1) {
        let target = archive.split_once(".tar.gz\"").unwrap().0;
        assert!(targets.contains(target), "{target}");
        // Where its checksum will stand.
        assert!(formula.contains(&format!("sha256 \"didit-mcp-{target}.tar.gz\"")));
    }
}

#[test]
fn the_links_that_install_say_what_they_start() {
    let pages = ["docs/install.md", "README.md"].map(page);
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let cursor = STANDARD.encode(r#"{"command":"npx","args":["-y","didit-mcp"]}"#);
    let link = format!(
        "(https://cursor.com/en/install-mcp?name=didit&config={})",
        encoded(&cursor)
    );
    assert!(pages.iter().all(|page| page.contains(&link)), "{link}");
    let inputs = r#"[{"type":"promptString","id":"didit-key","description":"Didit API key, or nothing to open an account","password":true}]"#;
    let config = r#"{"type":"stdio","command":"npx","args":["-y","didit-mcp"],"env":{"DIDIT_API_KEY":"${input:didit-key}"}}"#;
    let link = format!(
        "(https://vscode.dev/redirect/mcp/install?name=didit&inputs={}&config={})",
        encoded(inputs),
        encoded(config)
    );
    assert!(pages.iter().all(|page| page.contains(&link)), "{link}");
}
