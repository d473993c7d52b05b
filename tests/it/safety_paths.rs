//! The files that settings name: regular files of their owner, and nothing that a path may lead to besides.
#![cfg(target_os = "linux")]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use crate::support::{
    control::Standalone,
    program::program,
    server::{Era, Setup, run},
};
use serde_json::{Value, json};

/// What stands where a file is expected: its name, and how it is made.
type Trap = (&'static str, fn(&Path));

const TRAPS: [Trap; 5] = [
    ("pipe", |path| {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
    }),
    ("folder", |path| fs::create_dir(path).unwrap()),
    ("link to a file", |path| {
        let other = path.with_extension("other");
        fs::write(&other, "").unwrap();
        symlink(other, path).unwrap();
    }),
    ("link to nothing", |path| {
        symlink("/nowhere/at/all", path).unwrap();
    }),
    ("link to a device", |path| {
        symlink("/dev/zero", path).unwrap()
    }),
];

fn place(trap: fn(&Path), name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    trap(&path);
    (folder, path)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn what_is_no_regular_file_ends_the_start_with_the_name_of_its_setting() {
    for (name, trap) in TRAPS {
        for setting in ["--audit-log", "--log-file", "--ca-file"] {
            if setting == "--ca-file" && name == "link to a file" {
                // Systems install certificates behind links, and they are no secret.
                continue;
            }
            let (_folder, path) = place(trap, "file");
            let finished = run(&["--simulate", setting, path.to_str().unwrap()], &[]);
            assert_eq!(finished.code, Some(2), "{setting}, {name}: {finished:?}");
            for text in [setting, "cannot use", path.to_str().unwrap()] {
                assert!(
                    finished.stderr.contains(text),
                    "{setting}, {name}: {finished:?}"
                );
            }
        }
    }
    for setting in ["--audit-log", "--log-file", "--ca-file"] {
        let finished = run(&["--simulate", setting, "/dev/zero"], &[]);
        assert_eq!(finished.code, Some(2), "{setting}: {finished:?}");
        assert!(finished.stderr.contains(setting), "{finished:?}");
    }
}

#[test]
fn a_file_of_certificates_is_of_bounded_size() {
    const MOST: u64 = 16 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.pem");
    for (size, is_too_large) in [(MOST, false), (MOST + 1, true)] {
        fs::File::create(&path).unwrap().set_len(size).unwrap();
        let finished = run(&["--simulate", "--ca-file", path.to_str().unwrap()], &[]);
        assert_eq!(finished.code, Some(2), "{finished:?}");
        let said = finished.stderr.contains("larger than 16 MB");
        assert_eq!(said, is_too_large, "{finished:?}");
    }
}

#[test]
fn credentials_and_their_lock_are_regular_files() {
    let simulator = Standalone::start(&[]);
    let [api, auth] = simulator.arguments();
    for (name, trap) in TRAPS {
        for file in ["credentials.json", "credentials.lock"] {
            let (folder, _) = place(trap, file);
            let credentials = folder.path().join("credentials.json");
            let mut server = Setup::new(Era::Modern)
                .arguments(&[&api, &auth, "--credentials", credentials.to_str().unwrap()])
                .start();
            let refused = server.fails(
                "didit_account_register",
                json!({ "email": "operator@didit-test.local" }),
            );
            assert!(
                refused.text.contains("credentials file"),
                "{name} as {file}: {}",
                refused.text
            );
            assert!(simulator.control.requests().is_empty(), "{name} as {file}");
            // It still answers.
            server.call("didit_account_status", json!({}));
            server.stop();
        }
    }
}

#[test]
fn old_files_that_others_can_read_are_made_private() {
    let folder = tempfile::tempdir().unwrap();
    let [audit, log] = ["audit", "log"].map(|name| folder.path().join(name));
    for path in [&audit, &log] {
        fs::write(path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let mut server = Setup::new(Era::Modern)
        .arguments(&["--simulate", "--log=info"])
        .arguments(&["--audit-log", audit.to_str().unwrap()])
        .arguments(&["--log-file", log.to_str().unwrap()])
        .start();
    server.ok("didit_workflow_create", json!({}));
    server.stop();
    for path in [&audit, &log] {
        assert!(!fs::read_to_string(path).unwrap().is_empty());
        assert_eq!(mode(path), 0o600);
    }
}

#[test]
fn what_a_killed_process_left_is_removed_by_the_next_write() {
    let simulator = Standalone::start(&[]);
    let [api, auth] = simulator.arguments();
    let folder = tempfile::tempdir().unwrap();
    let old = SystemTime::now() - Duration::from_secs(3_600);
    let begun = "{\n  \"profiles\": {\n    \"default\": {\n      \"pass";
    let mut expected = vec!["credentials.json", "credentials.lock"];
    for (name, text, is_old, stays) in [
        (".didit-mcp-AbCdEf.tmp", begun, true, false),
        (".didit-mcp-GhIjKl.tmp", begun, false, true),
        (".tmpAbCdEf", begun, true, false),
        (".tmpGhIjKl", begun, false, true),
        (".tmpMnOpQr", "of another program", true, true),
        (".tmp-and-more", begun, true, true),
    ] {
        let mut file = fs::File::create(folder.path().join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        if is_old {
            file.set_modified(old).unwrap();
        }
        if stays {
            expected.push(name);
        }
    }
    let credentials = folder.path().join("credentials.json");
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth, "--credentials", credentials.to_str().unwrap()])
        .start();
    server.ok(
        "didit_account_register",
        json!({ "email": "operator@didit-test.local" }),
    );
    server.stop();
    let mut left: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    expected.sort_unstable();
    assert_eq!(left, expected);
}

/// The lines of a trail: each as JSON, or `None` for one that is none.
fn lines(text: &str) -> Vec<Option<Value>> {
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[test]
fn half_a_line_of_a_killed_process_is_closed_before_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit");
    fs::write(&path, "{\"time\":\"2026-01-0").unwrap();
    let mut server = Setup::new(Era::Modern)
        .arguments(&["--simulate", "--audit-log", path.to_str().unwrap()])
        .start();
    server.ok("didit_workflow_create", json!({}));
    server.ok("didit_session_create", json!({}));
    server.stop();
    let lines = lines(&fs::read_to_string(&path).unwrap());
    assert_eq!(lines.len(), 3);
    assert!(lines[0].is_none());
    let tools: Vec<&Value> = lines[1..]
        .iter()
        .map(|line| &line.as_ref().unwrap()["tool"])
        .collect();
    assert_eq!(tools, ["didit_workflow_create", "didit_session_create"]);
}

#[test]
fn on_a_full_disk_a_line_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit");
    // The shell's limit stands for a full disk: the last write gets a part of its bytes through. Without the trap the
    // system would end the process.
    let mut child = Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"")
        .arg(program())
        .args(["--simulate", "--audit-log", path.to_str().unwrap()])
        .env_clear()
        .env("HOME", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let request = |id: u64, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let hello = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "0" },
    });
    writeln!(input, "{}", request(0, "initialize", hello)).unwrap();
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    writeln!(input, "{ready}").unwrap();
    let call = json!({ "name": "didit_workflow_create", "arguments": {} });
    for id in 1..=40 {
        writeln!(input, "{}", request(id, "tools/call", call.clone())).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("the audit trail could not be written"),
        "{errors}"
    );
    let text = fs::read_to_string(&path).unwrap();
    let lines = lines(&text);
    assert!((2..=20).contains(&lines.len()), "{text}");
    assert!(lines.iter().all(Option::is_some), "{text}");
}
