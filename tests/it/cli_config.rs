//! `didit-mcp config`: what it prints for each client, and what it leaves of a file that is there.

use std::{fs, path::Path};

use crate::support::{
    program::program,
    server::{Finished, run},
};
use serde_json::{Value, json};

const CLIENTS: [(&str, &str); 10] = [
    ("claude-code", ".claude.json"),
    (
        "claude-desktop",
        ".config/Claude/claude_desktop_config.json",
    ),
    ("cursor", ".cursor/mcp.json"),
    ("vscode", ".config/Code/User/mcp.json"),
    ("codex", ".codex/config.toml"),
    ("gemini", ".gemini/settings.json"),
    ("windsurf", ".codeium/windsurf/mcp_config.json"),
    ("zed", ".config/zed/settings.json"),
    ("opencode", ".config/opencode/opencode.jsonc"),
    ("openclaw", ".openclaw/openclaw.json"),
];

fn config(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let mut all = vec![("HOME", home.to_str().unwrap())];
    all.extend(variables);
    let mut words = vec!["config"];
    words.extend(arguments);
    run(&words, &all)
}

/// The path of the program is another one on each machine.
fn without_path(text: &str) -> String {
    text.replace(program().to_str().unwrap(), "/bin/didit-mcp")
}

/// The only other file in a folder: the copy of the one that was changed.
fn copy_of(file: &Path) -> String {
    let name = file.file_name().unwrap().to_str().unwrap();
    let copies: Vec<_> = fs::read_dir(file.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let other = path.file_name().unwrap().to_str().unwrap();
            other.starts_with(name) && other.ends_with(".backup")
        })
        .collect();
    let [copy] = &copies[..] else {
        panic!("{copies:?}")
    };
    fs::read_to_string(copy).unwrap()
}

#[test]
fn every_client_gets_the_block_that_it_reads() {
    let mut printed = String::new();
    for (client, file) in CLIENTS {
        for (what, variables) in [
            ("without a key", &[][..]),
            (
                "with a key",
                &[("DIDIT_API_KEY", "test-key-in-the-shell-1")],
            ),
        ] {
            let home = tempfile::tempdir().unwrap();
            let finished = config(home.path(), &[client, "--read-only"], variables);
            assert_eq!(finished.code, Some(0), "{client}: {finished:?}");
            assert!(!format!("{finished:?}").contains("test-key"), "{client}");
            let place = home.path().join(file);
            assert!(
                finished.stderr.contains(place.to_str().unwrap()),
                "{client}: {finished:?}"
            );
            let notes: Vec<&str> = finished.stderr.lines().skip(1).collect();
            printed.push_str(&format!(
                "# {client}, {what}\n{}{}\n\n",
                without_path(&finished.stdout),
                notes.join("\n")
            ));
            assert!(
                fs::read_dir(home.path()).unwrap().next().is_none(),
                "printing writes nothing"
            );
        }
    }
    insta::assert_snapshot!(printed);
}

#[test]
fn writing_makes_the_file_and_says_the_same_the_second_time() {
    for (client, file) in CLIENTS {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(file);
        let first = config(home.path(), &[client, "--simulate", "--write"], &[]);
        assert_eq!(first.code, Some(0), "{client}: {first:?}");
        assert!(first.stderr.starts_with("Made "), "{client}: {first:?}");
        let written = fs::read_to_string(&file).unwrap();
        let block = config(home.path(), &[client, "--simulate"], &[]).stdout;
        assert_eq!(written, block, "{client}");
        let second = config(home.path(), &[client, "--simulate", "--write"], &[]);
        assert!(
            second.stderr.contains("nothing was written"),
            "{client}: {second:?}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), written, "{client}");
    }
}

#[test]
fn what_is_in_a_file_stays_and_the_file_as_it_was_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".config/zed/settings.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let before = "// Mine.\n{\n  \"theme\": \"One Dark\", // at night\n  \"context_servers\": {\n    \"other\": { \"command\": \"other\" },\n    \
                  \"didit\": { \"command\": \"didit-mcp\", \"env\": { \"DIDIT_MCP_LOG\": \"info\" } },\n  },\n}\n";
    fs::write(&file, before).unwrap();
    let finished = config(home.path(), &["zed", "--write"], &[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    insta::assert_snapshot!(without_path(&fs::read_to_string(&file).unwrap()));
    assert_eq!(copy_of(&file), before);
}

#[test]
fn tables_and_comments_of_toml_stay() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".codex/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let before = "# Mine.\nmodel = \"large\" # for now\n\n[mcp_servers.other]\ncommand = \"other\"\n\n\
                  [mcp_servers.didit]\ncommand = \"didit-mcp\"\nstartup_timeout_sec = 20 # slow disk\n";
    fs::write(&file, before).unwrap();
    let key = [("DIDIT_API_KEY", "test-key-in-the-shell-1")];
    let finished = config(home.path(), &["codex", "--write"], &key);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    insta::assert_snapshot!(without_path(&fs::read_to_string(&file).unwrap()));
    assert_eq!(copy_of(&file), before);
}

#[test]
fn a_file_that_is_not_what_it_should_be_is_left_as_it_is() {
    for (client, file, text, expected) in [
        (
            "cursor",
            ".cursor/mcp.json",
            "{ \"mcpServers\": {",
            "it is not JSON",
        ),
        ("cursor", ".cursor/mcp.json", "[]", "should hold an object"),
        (
            "openclaw",
            ".openclaw/openclaw.json",
            "{\"mcp\": {\"servers\": []}}",
            "`servers` in it should be an object",
        ),
        ("codex", ".codex/config.toml", "model = ", "it is not TOML"),
        (
            "codex",
            ".codex/config.toml",
            "mcp_servers = 1",
            "`mcp_servers` in it should be a table",
        ),
    ] {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        let finished = config(home.path(), &[client, "--write"], &[]);
        assert_eq!(finished.code, Some(1), "{text}: {finished:?}");
        assert!(finished.stderr.contains(expected), "{text}: {finished:?}");
        assert!(
            finished.stderr.contains("was left as it is"),
            "{finished:?}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
        let others = fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(others, 1, "{text}: no copy, no half-written file");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let kept = home.path().join("dotfiles.json");
    fs::write(&kept, "{}").unwrap();
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o640)).unwrap();
    fs::create_dir(home.path().join(".cursor")).unwrap();
    let link = home.path().join(".cursor/mcp.json");
    std::os::unix::fs::symlink(&kept, &link).unwrap();
    let finished = config(home.path(), &["cursor", "--write", "--name", "kyc"], &[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let written: Value = serde_json::from_str(&fs::read_to_string(&kept).unwrap()).unwrap();
    assert_eq!(written["mcpServers"]["kyc"]["args"], json!([]));
    assert_eq!(
        fs::metadata(&kept).unwrap().permissions().mode() & 0o777,
        0o640
    );
}

#[cfg(unix)]
#[test]
fn the_path_is_the_one_on_the_search_path_that_leads_here() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bin");
    fs::create_dir(&folder).unwrap();
    let link = folder.join("didit-mcp");
    std::os::unix::fs::symlink(program(), &link).unwrap();
    let path = format!("/nowhere:{}", folder.display());
    let finished = config(home.path(), &["cursor"], &[("PATH", &path)]);
    let block: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(
        block["mcpServers"]["didit"]["command"],
        link.to_str().unwrap()
    );
}

/// A path into a cache would lead nowhere after the cache was emptied.
#[cfg(unix)]
#[test]
fn a_copy_in_a_cache_is_started_by_what_put_it_there() {
    for (folder, launcher, words) in [
        (
            "_npx/0a1b/node_modules/didit-mcp/bin",
            "npx",
            &["-y", "didit-mcp"][..],
        ),
        ("uv/archive-v0/0a1b/bin", "uvx", &["didit-mcp"]),
    ] {
        // Beside the program itself, because a hard link leads nowhere else.
        let cache = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let folder = cache.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        let copy = folder.join("didit-mcp");
        fs::hard_link(env!("CARGO_BIN_EXE_didit-mcp"), &copy).unwrap();
        let output = std::process::Command::new(&copy)
            .args(["config", "cursor", "--simulate"])
            .env_clear()
            .env("HOME", cache.path())
            .output()
            .unwrap();
        let block: Value = serde_json::from_slice(&output.stdout).unwrap();
        let server = &block["mcpServers"]["didit"];
        assert_eq!(server["command"], launcher);
        let expected: Vec<&str> = words.iter().copied().chain(["--simulate"]).collect();
        assert_eq!(server["args"], json!(expected));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("so {launcher} starts it")), "{said}");
    }
}

#[test]
fn a_name_is_one_word() {
    for name in ["", "two words", "a.b", "\u{e9}", &"x".repeat(41)] {
        let home = tempfile::tempdir().unwrap();
        let finished = config(home.path(), &["cursor", "--name", name], &[]);
        assert_eq!(finished.code, Some(2), "{name}: {finished:?}");
    }
}

/// A client's file with this text, and what came of writing into it.
fn written(
    client: &str,
    before: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (Finished, String) {
    let home = tempfile::tempdir().unwrap();
    let (_, file) = CLIENTS.iter().find(|(name, _)| *name == client).unwrap();
    let file = home.path().join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, before).unwrap();
    let mut words = vec![client, "--write"];
    words.extend(arguments);
    let finished = config(home.path(), &words, variables);
    let after = fs::read_to_string(&file).unwrap();
    (finished, after)
}

#[test]
fn what_restricts_a_server_that_is_there_is_not_dropped() {
    let guarded = r#"{"mcpServers":{"didit":{"command":"x","args":["--read-only"],"env":{"DIDIT_MCP_READ_ONLY":"true"}}}}"#;
    let key = [("DIDIT_API_KEY", "test-key-in-the-shell-1")];
    let (refused, after) = written("cursor", guarded, &[], &key);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("--replace"), "{refused:?}");
    assert_eq!(after, guarded);
    let (done, after) = written("cursor", guarded, &["--read-only"], &key);
    assert_eq!(done.code, Some(0), "{done:?}");
    let after: Value = serde_json::from_str(&after).unwrap();
    let env = &after["mcpServers"]["didit"]["env"];
    assert_eq!(
        env["DIDIT_MCP_READ_ONLY"], "true",
        "its other variables stay"
    );
    assert_eq!(env["DIDIT_API_KEY"], "${env:DIDIT_API_KEY}");
    let (done, after) = written("cursor", guarded, &["--replace"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let after: Value = serde_json::from_str(&after).unwrap();
    assert_eq!(after["mcpServers"]["didit"]["args"], json!([]));
    let codex = "[mcp_servers.didit]\ncommand = \"x\"\nargs = [\"--read-only\"]\n";
    assert_eq!(written("codex", codex, &[], &[]).0.code, Some(1));
    let opencode = r#"{"mcp":{"didit":{"type":"local","command":["x","--read-only"]}}}"#;
    assert_eq!(written("opencode", opencode, &[], &[]).0.code, Some(1));
    let remote = r#"{"mcpServers":{"didit":{"url":"https://mcp.example","type":"http"}}}"#;
    assert_eq!(written("cursor", remote, &[], &[]).0.code, Some(1));
    let (refused, after) = written("cursor", remote, &["--replace"], &[]);
    assert_eq!(
        refused.code,
        Some(1),
        "its address would stay beside the command: {refused:?}"
    );
    assert_eq!(after, remote);
    let twice = r#"{"mcpServers":{},"mcpServers":{}}"#;
    assert_eq!(written("cursor", twice, &[], &[]).0.code, Some(1));
}

#[test]
fn every_setting_becomes_an_argument_and_is_checked() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().to_str().unwrap();
    let audit = format!("{folder}/audit.jsonl");
    let given = [
        "--read-only",
        "--allow-irreversible",
        "--toolsets",
        "sessions",
        "--pii",
        "none",
        "--confirm",
        "preview",
        "--confirm-wait",
        "5",
        "--profile",
        "work",
        "--output-dir",
        folder,
        "--timeout",
        "9",
        "--api-base-url",
        "https://api.example/v3",
        "--auth-base-url",
        "https://auth.example/v2",
        "--audit-log",
        &audit,
        "--log",
        "info",
        "--log-format",
        "json",
    ];
    let mut words = vec!["cursor"];
    words.extend(given);
    let finished = config(home.path(), &words, &[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let block: Value = serde_json::from_str(&finished.stdout).unwrap();
    let mut written: Vec<&str> = block["mcpServers"]["didit"]["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    let mut given = given.to_vec();
    written.sort_unstable();
    given.sort_unstable();
    assert_eq!(written, given);
    for words in [
        &["cursor", "--pii", "bogus"][..],
        &["cursor", "--toolsets", "nope"],
        &["cursor", "--workflow-id", "kyc"],
        &["cursor", "--log", "${LEVEL}"],
    ] {
        let refused = config(home.path(), words, &[]);
        assert_ne!(refused.code, Some(0), "{words:?}: {refused:?}");
        assert_eq!(refused.stdout, "", "{words:?}");
    }
}

#[test]
fn the_ends_of_lines_a_byte_order_mark_and_comments_stay() {
    let codex = "\u{feff}# Mine.\r\n[mcp_servers.didit]\r\ncommand = \"x\" # why\r\n";
    let (done, after) = written("codex", codex, &[], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(after.starts_with("\u{feff}# Mine.\r\n"), "{after:?}");
    assert!(after.contains("# why\r\n"), "{after:?}");
    assert_eq!(
        after.matches('\n').count(),
        after.matches("\r\n").count(),
        "{after:?}"
    );
    let inline = "mcp_servers = { other = { command = \"y\" } }\n";
    let (done, after) = written("codex", inline, &[], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(after.contains("other = { command = \"y\" }"), "{after}");
    let (done, after) = written("cursor", "\u{feff}{ }", &[], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(after.starts_with("\u{feff}{"), "{after:?}");
}

#[test]
fn writers_at_once_lose_nothing_and_every_copy_stays() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".cursor/mcp.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "{}").unwrap();
    std::thread::scope(|scope| {
        for number in 0..6 {
            let home = home.path();
            scope.spawn(move || {
                let name = format!("n{number}");
                let finished = config(home, &["cursor", "--write", "--name", &name], &[]);
                assert_eq!(finished.code, Some(0), "{finished:?}");
            });
        }
    });
    let after: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(after["mcpServers"].as_object().unwrap().len(), 6, "{after}");
    let copies: Vec<String> = fs::read_dir(file.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| *path != file)
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(copies.len(), 6);
    assert!(
        copies.iter().any(|copy| copy == "{}"),
        "the first one is among them"
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_and_a_pipe_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".cursor");
    fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("/nowhere/none.json", folder.join("mcp.json")).unwrap();
    let refused = config(home.path(), &["cursor", "--write"], &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        fs::symlink_metadata(folder.join("mcp.json"))
            .unwrap()
            .is_symlink()
    );
    fs::remove_file(folder.join("mcp.json")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.join("mcp.json"))
        .status()
        .unwrap();
    assert!(made.success());
    let refused = config(home.path(), &["cursor", "--write"], &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
}
