//! Making and listing verification links through the real program.

use crate::support::{
    control::{Control, KEY, simulated},
    scripted::Scripted,
    server::{Era, Server, Setup},
};
use serde_json::{Value, json};

/// A server whose application has one workflow, with what was sent for that forgotten.
fn with_workflow(setup: Setup) -> (Server, Control, String) {
    let (mut server, control) = simulated(setup);
    let created = server.ok("didit_workflow_create", json!({}));
    let id = created.field("workflow_id").to_owned();
    control.requests();
    (server, control, id)
}

#[test]
fn a_link_with_every_field() {
    for era in Era::BOTH {
        let (mut server, control, workflow) = with_workflow(Setup::new(era));
        let created = server.ok(
            "didit_session_create",
            json!({
                "workflow_id": workflow.to_uppercase(),
                "vendor_data": "customer-1",
                "callback": "https://shop.didit-test.local/done?order=1",
                "callback_method": "both",
                "metadata": { "order": 1, "tags": ["a", null] },
                "language": "PT-br",
                "contact_details": {
                    "email": "ana@didit-test.local",
                    "send_notification_emails": true,
                    "email_lang": "pt",
                    "phone": "+1 (415) 555-0100",
                },
                "expected_details": {
                    "first_name": "Ana",
                    "last_name": "Muestra",
                    "date_of_birth": "1990-02-28",
                    "gender": "F",
                    "nationality": "esp",
                    "country": "ESP",
                    "id_country": "ESP",
                    "poa_country": "ESP",
                    "address": "Calle Imaginaria 7, Madrid",
                    "identification_number": "X0000001",
                    "ip_address": "192.0.2.7",
                    "expected_document_types": ["p", "ID"],
                },
                "sandbox_scenario": "approve",
            }),
        );
        assert_answer!("create_every_field", created);
        control.assert_sent(
            KEY,
            &[
                concat!(
                    "GET /v3/sessions/?limit=20",
                    "&vendor_data=customer-1",
                ),
                &format!(
                    concat!(
                        r#"POST /v3/session/ {{"workflow_id":"{}","vendor_data":"customer-1","#,
                        r#""callback":"https://shop.didit-test.local/done?order=1","callback_method":"both","#,
                        r#""metadata":{{"order":1,"tags":["a",null]}},"language":"pt-BR","#,
                        r#""contact_details":{{"email":"ana@didit-test.local","send_notification_emails":true,"email_lang":"pt","phone":"+14155550100"}},"#,
                        r#""expected_details":{{"first_name":"Ana","last_name":"Muestra","date_of_birth":"1990-02-28","gender":"F","#,
                        r#""nationality":"ESP","country":"ESP","id_country":"ESP","poa_country":"ESP","address":"Calle Imaginaria 7, Madrid","#,
                        r#""identification_number":"X0000001","ip_address":"192.0.2.7","expected_document_types":["P","ID"]}},"#,
                        r#""sandbox_scenario":"approve"}}"#,
                    ),
                    workflow
                ),
            ],
        );
        server.stop();
    }
}

#[test]
fn a_link_with_nothing_but_the_only_workflow() {
    for era in Era::BOTH {
        let (mut server, control, workflow) = with_workflow(Setup::new(era));
        let created = server.ok("didit_session_create", json!({}));
        assert_answer!("create_only_workflow", created);
        control.assert_sent(
            KEY,
            &[
                "GET /v3/workflows/?limit=100",
                &format!(r#"POST /v3/session/ {{"workflow_id":"{workflow}"}}"#),
            ],
        );
        server.stop();
    }
}

/// What a phone's camera would read in a picture.
fn read_qr_code(picture: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let file = STANDARD.decode(picture).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(file))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (frame.width as usize, frame.height as usize);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let grids = image.detect_grids();
    grids[0].decode().unwrap().1
}

#[test]
fn the_link_as_a_qr_code() {
    let (mut server, _, _) = with_workflow(Setup::new(Era::Modern));
    let created = server.ok("didit_session_create", json!({ "qr_code": true }));
    let [(media_type, picture)] = created.images.as_slice() else {
        panic!("one picture, not {}", created.images.len());
    };
    assert_eq!(media_type, "image/png");
    assert_eq!(read_qr_code(picture), created.field("url"));
    let plain = server.ok("didit_session_create", json!({}));
    assert!(plain.images.is_empty());
    server.stop();
}

#[test]
fn a_portrait_is_read_from_the_output_folder_alone() {
    for era in Era::BOTH {
        let (mut server, control, workflow) = with_workflow(Setup::new(era));
        let image = b"\x89PNG\r\n\x1a\n-test";
        std::fs::create_dir_all(server.output_folder()).unwrap();
        std::fs::write(server.output_folder().join("portrait.png"), image).unwrap();
        std::fs::write(server.home().join("outside.png"), image).unwrap();
        let arguments = |file: &str| json!({ "workflow_id": workflow, "portrait_file": file });
        server.ok("didit_session_create", arguments("portrait.png"));
        control.assert_sent(
            KEY,
            &[&format!(
                r#"POST /v3/session/ {{"workflow_id":"{workflow}","portrait_image":"iVBORw0KGgotdGVzdA=="}}"#
            )],
        );
        let outside = server.home().join("outside.png").display().to_string();
        for file in ["../outside.png", &outside, "absent.png", "."] {
            let failed = server.fails("didit_session_create", arguments(file));
            assert!(
                failed.text.contains("Field: portrait_file"),
                "{}",
                failed.text
            );
        }
        control.assert_sent(KEY, &[]);
        server.stop();
    }
}

/// The workflow ids of what was sent to make sessions.
fn used_workflows(control: &Control) -> Vec<String> {
    let requests = control.requests();
    let made = requests
        .iter()
        .filter(|request| request.path == "/v3/session/");
    made.map(|request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        body["workflow_id"].as_str().unwrap().to_owned()
    })
    .collect()
}

#[test]
fn without_any_workflow_the_answer_names_the_tool_that_makes_one() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let failed = server.fails("didit_session_create", json!({}));
        assert_answer!("create_without_workflow", failed);
        control.assert_sent(KEY, &["GET /v3/workflows/?limit=100"]);
        server.stop();
    }
}

#[test]
fn a_tool_that_is_switched_off_is_never_advised() {
    let (mut server, _) =
        simulated(Setup::new(Era::Modern).arguments(&["--toolsets", "account,sessions"]));
    let failed = server.fails("didit_session_create", json!({}));
    assert!(!failed.text.contains("didit_workflow"), "{}", failed.text);
    let status = server.ok("didit_account_status", json!({}));
    // The status says which tools are off and by which setting; no line advises one.
    let off = "Off by --toolsets (DIDIT_MCP_TOOLSETS): didit_workflow_";
    assert!(status.text.contains(off), "{}", status.text);
    for line in status
        .text
        .lines()
        .filter(|line| !line.starts_with("Off by "))
    {
        assert!(!line.contains("didit_workflow"), "{}", status.text);
    }
    server.stop();
}

#[test]
fn of_several_workflows_the_default_is_taken_and_else_one_must_be_named() {
    for era in Era::BOTH {
        let (mut server, control, first) = with_workflow(Setup::new(era));
        server.ok(
            "didit_workflow_create",
            json!({ "workflow_label": "Draft", "status": "draft" }),
        );
        server.ok("didit_session_create", json!({}));
        assert_eq!(used_workflows(&control), std::slice::from_ref(&first));
        let second = server.ok(
            "didit_workflow_create",
            json!({ "workflow_label": "Second", "aml": true }),
        );
        let second = second.field("workflow_id").to_owned();
        control.requests();
        let failed = server.fails("didit_session_create", json!({}));
        assert_answer!("create_several_workflows", failed);
        for id in [&first, &second] {
            assert!(failed.text.contains(id.as_str()), "{}", failed.text);
        }
        control.assert_sent(KEY, &["GET /v3/workflows/?limit=100"]);

        server.ok(
            "didit_workflow_update",
            json!({ "workflow_id": second, "is_default": true }),
        );
        control.requests();
        server.ok("didit_session_create", json!({}));
        server.ok("didit_session_create", json!({ "workflow_id": first }));
        assert_eq!(used_workflows(&control), [second, first]);
        server.stop();
    }
}

#[test]
fn the_workflow_of_the_settings_is_taken_unless_another_is_named() {
    for era in Era::BOTH {
        let simulator = crate::support::control::Standalone::start(&[]);
        let made: Vec<String> = ["One", "Two"]
            .into_iter()
            .map(|label| {
                let workflow = simulator.control.api(
                    "POST",
                    "/v3/workflows/",
                    &simulator.api_key,
                    &json!({ "workflow_label": label, "features": [{ "feature": "OCR" }] }),
                );
                workflow["workflow_id"].as_str().unwrap().to_owned()
            })
            .collect();
        let arguments = simulator.arguments();
        let mut server = Setup::new(era)
            .arguments(&arguments.each_ref().map(String::as_str))
            .arguments(&["--workflow-id", &made[0].to_uppercase()])
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .start();
        server.ok("didit_session_create", json!({}));
        server.ok("didit_session_create", json!({ "workflow_id": made[1] }));
        assert_eq!(used_workflows(&simulator.control), made);
        server.stop();
    }
}

#[test]
fn an_unfinished_session_that_comes_back_is_said_to_be_one() {
    for era in Era::BOTH {
        let (mut server, control, _) =
            with_workflow(Setup::new(era).arguments(&["--confirm=never"]));
        let arguments =
            json!({ "vendor_data": "customer-2", "callback": "https://shop.didit-test.local/2" });
        let first = server.ok("didit_session_create", arguments.clone());
        assert_eq!(first.data["reused"], false);
        let session = first.field("session_id").to_owned();

        let again = server.ok("didit_session_create", arguments.clone());
        assert_eq!(again.field("session_id"), session);
        assert_eq!(again.data["reused"], true);
        assert_answer!("create_reused", again);

        control.post(&format!("sessions/{session}/start"), &json!({}));
        let started = server.ok("didit_session_create", arguments.clone());
        assert_eq!(started.data["reused"], true);
        assert_eq!(started.field("status"), "In Progress");

        control.finish(&session, "approve");
        let fresh = server.ok("didit_session_create", arguments);
        assert_ne!(fresh.field("session_id"), session);
        assert_eq!(fresh.data["reused"], false);
        server.stop();
    }
}

#[test]
fn sessions_are_listed_by_page_and_filter() {
    for era in Era::BOTH {
        let (mut server, control, workflow) = with_workflow(Setup::new(era));
        assert_answer!("list_none", server.ok("didit_session_list", json!({})));
        for number in 1..=3 {
            let created = server.ok(
                "didit_session_create",
                json!({ "workflow_id": workflow, "vendor_data": format!("customer-{number}") }),
            );
            if number == 2 {
                control.finish(created.field("session_id"), "decline_document_expired");
            }
        }
        control.requests();
        let first = server.ok("didit_session_list", json!({ "limit": 2 }));
        assert_answer!("list_page", first);
        let rest = server.ok(
            "didit_session_list",
            json!({ "limit": 2, "cursor": first.field("next_cursor") }),
        );
        assert_eq!(rest.data["items"][0]["vendor_data"], "customer-1");
        assert_eq!(rest.data["has_more"], false);
        let declined = server.ok(
            "didit_session_list",
            json!({ "status": ["declined", "in_review", "KYC EXPIRED"] }),
        );
        assert_answer!("list_declined", declined);
        server.ok(
            "didit_session_list",
            json!({
                "status": "Approved",
                "vendor_data": "customer-1",
                "search": "X0000001",
                "workflow_id": [workflow],
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "country": ["esp", "FRA"],
                "document_type": ["p"],
                "warning": ["document_expired"],
                "session_kind": "all",
                "limit": 100,
            }),
        );
        control.assert_sent(
            KEY,
            &[
                "GET /v3/sessions/?limit=2",
                "GET /v3/sessions/?limit=2&offset=2",
                "GET /v3/sessions/?limit=20&status=Declined%2CIn+Review%2CKyc+Expired",
                // All versions of the workflow are looked for.
                "GET /v3/workflows/?limit=100",
                &format!(
                    concat!(
                        "GET /v3/sessions/?session_kind=all&limit=100&status=Approved&vendor_data=customer-1&search=X0000001",
                        "&workflow_id={}&date_from=2026-01-01&date_to=2026-12-31&country=ESP%2CFRA&document_type=P",
                        "&warning=DOCUMENT_EXPIRED",
                    ),
                    workflow
                ),
            ],
        );
        server.stop();
    }
}

/// The rows from the offset that a request names, of a hundred whose texts are as long as they can be shown.
fn long_rows(line: &str) -> Value {
    let query = line.split_once('?').map_or("", |(_, query)| query);
    let offset = query
        .split('&')
        .find_map(|part| part.strip_prefix("offset="))
        .map_or(0, |offset| offset.parse().unwrap());
    let rows: Vec<Value> = (offset..100)
        .map(|number| {
            let id = format!("11111111-2222-4333-8444-{number:012}");
            let text = format!("{number:03}{}", "é".repeat(290));
            json!({
                "session_id": id, "session_number": number, "status": "Approved", "vendor_data": text,
                "created_at": "2026-01-01T00:00:00Z",
                "uuid": id, "workflow_id": id, "workflow_label": text, "features": ["OCR"],
                "value": text, "reference_session_id": id,
            })
        })
        .collect();
    json!({ "count": 100, "next": null, "previous": null, "results": rows })
}

/// A page that is too large for one answer ends early, and the cursor leads to the first row that was left out.
#[test]
fn rows_that_do_not_fit_are_on_the_next_page() {
    let upstream = Scripted::start(|request| {
        if request.line.starts_with("GET /v3/lists/?") {
            let list = json!({
                "uuid": "33333333-4444-4555-8666-777777777777", "list_type": "blocklist", "entry_type": "user",
            });
            return (
                200,
                json!({ "count": 1, "next": null, "previous": null, "results": [list] }),
            );
        }
        (200, long_rows(&request.line))
    });
    let [api, auth] = upstream.arguments();
    let mut server = Setup::new(Era::Modern)
        .arguments(&[&api, &auth])
        .variable("DIDIT_API_KEY", "test-key-of-long-lists")
        .start();
    for (tool, field, arguments) in [
        ("didit_session_list", "vendor_data", json!({ "limit": 100 })),
        (
            "didit_workflow_list",
            "workflow_label",
            json!({ "limit": 100 }),
        ),
        (
            "didit_blocklist_list",
            "value",
            json!({ "limit": 100, "entry_type": "user" }),
        ),
    ] {
        let mut arguments = arguments;
        let mut seen = 0;
        for page in 1.. {
            assert!(page < 10, "{tool} comes to an end");
            let answer = server.ok(tool, arguments.clone());
            assert!(!answer.text.contains("[cut at"), "{tool}");
            let items = answer.data["items"].as_array().unwrap();
            for item in items {
                // A value that could be a sentence is set apart under its number.
                let number = item[field].as_str().unwrap().trim_matches(['(', ')']);
                let text = answer.data["untrusted"][number].as_str().unwrap();
                assert!(text.starts_with(&format!("{seen:03}")), "{tool}: {text}");
                assert!(answer.text.contains(text), "{tool}: {text}");
                seen += 1;
            }
            if answer.data["has_more"] == false {
                assert!(page > 1, "{tool} has more than fits");
                break;
            }
            let cursor = answer.field("next_cursor");
            assert_eq!(cursor, format!("offset-{seen}"));
            let lines: Vec<&str> = answer.text.lines().collect();
            assert_eq!(lines[1], format!("More rows follow: cursor \"{cursor}\"."));
            arguments["cursor"] = cursor.into();
        }
        assert_eq!(seen, 100, "{tool}");
    }
    server.stop();
}

#[test]
fn a_workflow_is_named_by_its_id_or_its_name() {
    let (mut server, control) = simulated(Setup::new(Era::Modern));
    let mut ids = Vec::new();
    for label in ["Onboarding KYC", "Merchant Plus", "Twice", "Twice"] {
        let made = server.ok("didit_workflow_create", json!({ "workflow_label": label }));
        ids.push(made.field("workflow_id").to_owned());
    }
    for named in [ids[1].as_str(), "Merchant Plus", " merchant plus "] {
        let made = server.ok("didit_session_create", json!({ "workflow_id": named }));
        assert_eq!(made.field("workflow_id"), ids[1], "{named}");
    }
    control.requests();
    for (named, words) in [
        ("Merchant", "No published workflow has this id or name"),
        ("42", "No published workflow has this id or name"),
        ("twice", "More than one published workflow has this name"),
        ("../../lists", "No published workflow has this id or name"),
    ] {
        let refused = server.fails("didit_session_create", json!({ "workflow_id": named }));
        for words in [words, "Field: workflow_id", "Onboarding KYC: OCR"] {
            assert!(refused.text.contains(words), "{words}: {}", refused.text);
        }
    }
    assert!(control.requests().iter().all(|sent| sent.method == "GET"));
    server.stop();
}
