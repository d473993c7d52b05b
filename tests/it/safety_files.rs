//! Files that a conversation can name: read and written in the output folder alone, whole or not at all, and never over
//! another.
#![cfg(unix)]

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, fs::symlink, net::UnixListener},
    path::Path,
    process::Command,
};

use crate::support::{
    person::{SESSION, WORKFLOW, decision},
    scripted::{Request, Scripted},
    server::{Answer, Era, Server, Setup},
};
use serde_json::{Value, json};

const PORTRAIT: &[u8] = b"\x89PNG\r\n\x1a\n-portrait-of-nobody";
const PDF: &str = "%PDF-1.4 report of nobody";

fn didit(request: &Request) -> (u16, &'static str, String) {
    let json = |value: Value| (200, "application/json", value.to_string());
    match request.line.as_str() {
        line if line.ends_with("/decision/") => json(decision()),
        line if line.ends_with("/generate-pdf/") => (200, "application/pdf", PDF.to_owned()),
        "POST /v3/session/" => json(json!({
            "session_id": SESSION, "workflow_id": WORKFLOW, "status": "Not Started",
            "url": "https://verify.invalid/session/link",
        })),
        _ => (
            404,
            "application/json",
            json!({ "detail": "Not found." }).to_string(),
        ),
    }
}

/// A server whose output folder is there, and what it talks to.
fn start(setup: Setup) -> (Server, Scripted) {
    let upstream = Scripted::start_raw(didit);
    let [api, auth] = upstream.arguments();
    let server = setup
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-files")
        .start();
    (server, upstream)
}

fn with_folder() -> (Server, Scripted) {
    let (server, upstream) = start(Setup::new(Era::Modern));
    fs::create_dir(server.output_folder()).unwrap();
    fs::write(server.home().join("outside.png"), PORTRAIT).unwrap();
    (server, upstream)
}

fn portrait(path: &str) -> Value {
    json!({ "workflow_id": WORKFLOW, "portrait_file": path })
}

/// The names in a folder, hidden ones included.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A portrait must be refused by its argument's name before anything is sent.
#[track_caller]
fn assert_portrait_refused(server: &mut Server, upstream: &Scripted, path: &str) -> Answer {
    let refused = server.fails("didit_session_create", portrait(path));
    assert!(
        refused.text.contains("portrait_file"),
        "{path}: {}",
        refused.text
    );
    assert!(
        !refused.text.contains("portrait-of-nobody"),
        "{}",
        refused.text
    );
    assert_eq!(upstream.requests().len(), 0, "{path}");
    refused
}

#[test]
fn a_portrait_inside_the_folder_is_sent() {
    let (mut server, upstream) = with_folder();
    let folder = server.output_folder();
    fs::create_dir(folder.join("deeper")).unwrap();
    fs::write(folder.join("deeper/one.png"), PORTRAIT).unwrap();
    symlink("deeper/one.png", folder.join("link.png")).unwrap();
    let absolute = folder.join("deeper/one.png").display().to_string();
    for path in ["deeper/one.png", "deeper/../link.png", &absolute] {
        server.ok("didit_session_create", portrait(path));
        let sent = upstream.requests().pop().unwrap();
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(
            body["portrait_image"], "iVBORw0KGgotcG9ydHJhaXQtb2Ytbm9ib2R5",
            "{path}"
        );
    }
    server.stop();
}

#[test]
fn a_portrait_elsewhere_is_not_read() {
    let (mut server, upstream) = with_folder();
    let folder = server.output_folder();
    let outside = server.home().join("outside.png").display().to_string();
    symlink("../outside.png", folder.join("out.png")).unwrap();
    symlink(server.home(), folder.join("home")).unwrap();
    symlink("/dev/zero", folder.join("device.png")).unwrap();
    fs::create_dir_all(server.home().join("output-of-another")).unwrap();
    fs::write(server.home().join("output-of-another/a.png"), PORTRAIT).unwrap();
    for path in [
        "../outside.png",
        "./../output/../outside.png",
        "deeper/../../outside.png",
        "../output-of-another/a.png",
        &outside,
        "out.png",
        "home/outside.png",
        "device.png",
        "/dev/zero",
        "/etc/passwd",
        "~/outside.png",
        "missing.png",
        "name\0with-nul.png",
    ] {
        let refused = assert_portrait_refused(&mut server, &upstream, path);
        assert!(!refused.text.contains("root:"), "{}", refused.text);
    }
    // What is there and what is not must look the same from outside the folder.
    let there = server.fails("didit_session_create", portrait("../outside.png"));
    let missing = server.fails("didit_session_create", portrait("../missing.png"));
    assert_eq!(there.text, missing.text);
    server.stop();
}

#[test]
fn only_a_regular_file_is_read() {
    let (mut server, upstream) = with_folder();
    let folder = server.output_folder();
    fs::create_dir(folder.join("folder.png")).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe.png")).status();
    assert!(made.unwrap().success());
    let _listener = UnixListener::bind(folder.join("socket.png")).unwrap();
    for path in ["folder.png", ".", "pipe.png", "socket.png"] {
        let refused = assert_portrait_refused(&mut server, &upstream, path);
        assert!(
            refused.text.contains("regular file"),
            "{path}: {}",
            refused.text
        );
    }
    server.stop();
}

#[test]
fn a_portrait_must_be_an_image_of_bounded_size() {
    let (mut server, upstream) = with_folder();
    let folder = server.output_folder();
    fs::write(folder.join("text.png"), "portrait-of-nobody, in words").unwrap();
    fs::write(folder.join("empty.png"), "").unwrap();
    fs::write(
        folder.join("page.png"),
        "<svg onload=''>portrait-of-nobody</svg>",
    )
    .unwrap();
    let large = fs::File::create(folder.join("large.png")).unwrap();
    large.set_len(8 << 30).unwrap();
    for (path, reason) in [
        ("text.png", "JPEG"),
        ("empty.png", "JPEG"),
        ("page.png", "JPEG"),
        ("large.png", "2097152 bytes"),
    ] {
        let refused = server.fails("didit_session_create", portrait(path));
        assert!(refused.text.contains(reason), "{path}: {}", refused.text);
        assert!(
            refused.text.contains("portrait"),
            "{path}: {}",
            refused.text
        );
        assert!(!refused.text.contains("of-nobody"), "{}", refused.text);
    }
    assert_eq!(upstream.requests().len(), 0);
    server.stop();
}

/// The two tools that write, with the name of the new file.
fn writing_calls_of(json_name: &str, pdf_name: &str) -> [(&'static str, Value); 2] {
    [
        (
            "didit_session_get_decision",
            json!({ "session_id": SESSION, "raw_file": json_name }),
        ),
        (
            "didit_session_generate_pdf",
            json!({ "session_id": SESSION, "file_name": pdf_name }),
        ),
    ]
}

/// The two tools that write, with a name that gets the ending of each.
fn writing_calls(stem: &str) -> [(&'static str, Value); 2] {
    writing_calls_of(&format!("{stem}.json"), &format!("{stem}.pdf"))
}

#[test]
fn a_file_is_written_whole_for_its_owner_alone() {
    let written = [
        ("new.file.json", decision().to_string()),
        ("new.file.pdf", PDF.to_owned()),
    ];
    for ((tool, arguments), (name, expected)) in writing_calls("new.file").into_iter().zip(written)
    {
        let (mut server, _upstream) = start(Setup::new(Era::Modern));
        server.ok(tool, arguments);
        let folder = server.output_folder();
        assert_eq!(names(&folder), [name]);
        let path = folder.join(name);
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        server.stop();
    }
}

/// On some systems the folders for data and for settings are one.
#[test]
fn files_do_not_lie_beside_the_credentials() {
    let (mut server, _upstream) =
        start(Setup::new(Era::Modern).variable("DIDIT_MCP_OUTPUT_DIR", ""));
    let [(tool, arguments), _] = writing_calls("new.file");
    let written = server.ok(tool, arguments);
    let path = "didit-mcp/files/new.file.json";
    assert!(written.text.contains(path), "{}", written.text);
    server.stop();
}

#[test]
fn a_name_that_is_more_than_a_name_is_refused_before_anything_is_asked() {
    let (mut server, upstream) = with_folder();
    let elsewhere = server.home().join("elsewhere").display().to_string();
    for name in [
        "../elsewhere",
        "deeper/elsewhere",
        &elsewhere,
        "..",
        ".",
        ".hidden",
        "-rf",
        "--help",
        "a b",
        "a\\b",
        "a:b",
        "a\nb",
        "a\0b",
        "\u{202e}fdp.exe",
        &"a".repeat(121),
    ] {
        let bare = writing_calls_of(name, name);
        for (tool, arguments) in writing_calls(name).into_iter().chain(bare) {
            let refused = server.fails(tool, arguments);
            assert!(
                refused.text.contains("takes a name"),
                "{name:?}: {}",
                refused.text
            );
        }
    }
    for name in [
        "x.html",
        "x.json.html",
        "x.json.exe",
        "x",
        "x.",
        "x.json.",
        "x.JSON",
        "x.pdf.json.lnk",
    ] {
        for (tool, arguments) in writing_calls_of(name, name) {
            let refused = server.fails(tool, arguments);
            assert!(
                refused.text.contains("that ends with"),
                "{name}: {}",
                refused.text
            );
        }
    }
    // Each tool writes its own kind alone.
    for (tool, arguments) in writing_calls_of("report.pdf", "decision.json") {
        server.fails(tool, arguments);
    }
    for name in [
        "CON", "con", "nul.tar", "Aux", "PRN", "COM1", "lpt9", "COM0.x",
    ] {
        for (tool, arguments) in writing_calls(name) {
            let refused = server.fails(tool, arguments);
            assert!(
                refused.text.contains("is a device"),
                "{name}: {}",
                refused.text
            );
        }
    }
    assert_eq!(upstream.requests().len(), 0);
    assert_eq!(names(&server.output_folder()), [""; 0]);
    assert_eq!(names(server.home()), ["output", "outside.png"]);
    server.stop();
}

#[test]
fn a_file_is_never_replaced_and_a_link_never_followed() {
    let (mut server, _upstream) = with_folder();
    let folder = server.output_folder();
    for ending in ["json", "pdf"] {
        let taken = |stem: &str| folder.join(format!("{stem}.{ending}"));
        fs::write(taken("taken"), "mine").unwrap();
        fs::create_dir(taken("folder")).unwrap();
        symlink("../outside.png", taken("link")).unwrap();
        symlink("../nowhere", taken("dangling")).unwrap();
    }
    let before = names(&folder);
    for name in ["taken", "folder", "link", "dangling"] {
        for (tool, arguments) in writing_calls(name) {
            let refused = server.fails(tool, arguments);
            assert!(
                refused.text.contains("already exists and is kept"),
                "{name}: {}",
                refused.text
            );
        }
    }
    assert_eq!(names(&folder), before, "nothing half-written is left");
    assert_eq!(
        fs::read_to_string(folder.join("taken.pdf")).unwrap(),
        "mine"
    );
    assert_eq!(
        fs::read(server.home().join("outside.png")).unwrap(),
        PORTRAIT
    );
    assert!(!server.home().join("nowhere").exists());
    server.stop();
}

#[test]
fn the_folder_itself_may_be_a_link_that_the_operator_made() {
    let (mut server, _upstream) = start(Setup::new(Era::Modern));
    let real = server.home().join("real");
    fs::create_dir(&real).unwrap();
    symlink(&real, server.output_folder()).unwrap();
    fs::write(real.join("one.png"), PORTRAIT).unwrap();
    server.ok("didit_session_create", portrait("one.png"));
    let saved = json!({ "session_id": SESSION, "raw_file": "new.json" });
    server.ok("didit_session_get_decision", saved);
    assert_eq!(names(&real), ["new.json", "one.png"]);
    server.stop();
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_for_the_operator() {
    let (server, _upstream) = start(Setup::new(Era::Modern));
    let file = server.home().join("file");
    fs::write(&file, "mine").unwrap();
    // Not even the superuser makes files in the last one.
    for folder in [file.clone(), file.join("below"), "/proc".into()] {
        let setup =
            Setup::new(Era::Modern).variable("DIDIT_MCP_OUTPUT_DIR", folder.to_str().unwrap());
        let (mut server, _upstream) = start(setup);
        for (tool, arguments) in writing_calls("new.file") {
            let refused = server.fails(tool, arguments);
            assert!(refused.text.starts_with("Error (file)"), "{}", refused.text);
            assert!(refused.text.contains("--output-dir"), "{}", refused.text);
        }
        server.stop();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    server.stop();
}

#[test]
fn one_of_two_writers_of_a_name_wins() {
    let (mut server, _upstream) = with_folder();
    let call = json!({
        "name": "didit_session_get_decision",
        "arguments": { "session_id": SESSION, "raw_file": "same.json" },
    });
    let ids: Vec<u64> = (0..8)
        .map(|_| server.post("tools/call", call.clone()))
        .collect();
    let written = ids
        .into_iter()
        .filter(|id| !Answer::read(&server.response(*id)["result"]).is_error)
        .count();
    assert_eq!(written, 1);
    assert_eq!(names(&server.output_folder()), ["same.json"]);
    server.stop();
}
