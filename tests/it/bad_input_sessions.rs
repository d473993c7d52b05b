//! Values that tools about sessions, the blocklist, money and accounts refuse before anything reaches the API.

use crate::support::{
    refused::{ID, LANGUAGES, UUID, assert_refused},
    server::{Era, Setup},
};
use serde_json::{Value, json};

#[test]
fn sessions_to_create() {
    assert_refused(
        "didit_session_create",
        &[
            (
                json!({ "vendor_data": "  " }),
                "vendor_data",
                &["must not be empty"],
            ),
            (
                json!({ "callback": "shop" }),
                "callback",
                &["must be an absolute URL"],
            ),
            (
                json!({ "callback_method": "nobody" }),
                "callback_method",
                &["Allowed: initiator, completer, both"],
            ),
            (json!({ "language": "xx" }), "language", &["xx", LANGUAGES]),
            (
                json!({ "qr_code": "perhaps" }),
                "qr_code",
                &["takes a boolean"],
            ),
            (
                json!({ "contact_details": "ana" }),
                "contact_details",
                &["takes an object"],
            ),
            (
                json!({ "contact_details": { "email": "ana" } }),
                "contact_details.email",
                &["must be an e-mail address"],
            ),
            (
                json!({ "contact_details": { "phone": "555" } }),
                "contact_details.phone",
                &["E.164"],
            ),
            (
                json!({ "contact_details": { "email_lang": "xx" } }),
                "contact_details.email_lang",
                &[LANGUAGES],
            ),
            (
                json!({ "expected_details": { "date_of_birth": "31/12/1990" } }),
                "expected_details.date_of_birth",
                &["YYYY-MM-DD"],
            ),
            (
                json!({ "expected_details": { "date_of_birth": "1990-02-30" } }),
                "expected_details.date_of_birth",
                &["calendar"],
            ),
            (
                json!({ "expected_details": { "gender": "X" } }),
                "expected_details.gender",
                &["Allowed: M, F"],
            ),
            (
                json!({ "expected_details": { "nationality": "Spain" } }),
                "expected_details.nationality",
                &["three-letter"],
            ),
            (
                json!({ "expected_details": { "address": "Calle 1" } }),
                "expected_details.address",
                &["country", "poa_country"],
            ),
            (
                json!({ "expected_details": { "ip_address": "999.1.1.1" } }),
                "expected_details.ip_address",
                &["IPv4 or IPv6"],
            ),
            (
                json!({ "expected_details": { "expected_document_types": ["PASSPORT"] } }),
                "expected_details.expected_document_types[0]",
                &["Allowed: P, ID, DL, RP, HIC, TC, SSC"],
            ),
        ],
    );
}

#[test]
fn sessions_to_list() {
    assert_refused(
        "didit_session_list",
        &[
            (
                json!({ "status": ["Great"] }),
                "status[0]",
                &["Great", "Kyc Expired"],
            ),
            (json!({ "limit": -1 }), "limit", &["from 1 to 100", "-1"]),
            (json!({ "limit": 101 }), "limit", &["from 1 to 100", "101"]),
            (json!({ "limit": "many" }), "limit", &["takes an integer"]),
            (json!({ "limit": 2.5 }), "limit", &["takes an integer"]),
            (json!({ "cursor": "2" }), "cursor", &["next_cursor"]),
            (json!({ "cursor": "offset--1" }), "cursor", &["next_cursor"]),
            (
                json!({ "date_from": "yesterday" }),
                "date_from",
                &["YYYY-MM-DD"],
            ),
            (
                json!({ "date_to": "2026-13-01" }),
                "date_to",
                &["YYYY-MM-DD"],
            ),
            (
                json!({ "country": ["Spain"] }),
                "country[0]",
                &["three-letter"],
            ),
            (
                json!({ "document_type": ["passport"] }),
                "document_type[0]",
                &["Allowed: P, ID"],
            ),
            (
                json!({ "session_kind": "robot" }),
                "session_kind",
                &["Allowed: user, business, all"],
            ),
            (
                json!({ "workflow_id": [ID, "kyc"] }),
                "workflow_id[1]",
                &[UUID],
            ),
        ],
    );
}

#[test]
fn decisions_to_read_and_to_make() {
    assert_refused(
        "didit_session_get_decision",
        &[
            (
                json!({ "session_id": ID, "detail": "full" }),
                "detail",
                &["Allowed: concise, detailed"],
            ),
            (
                json!({ "session_id": ID, "raw_file": "../x.json" }),
                "raw_file",
                &["without a folder"],
            ),
        ],
    );
    assert_refused(
        "didit_session_wait_for_decision",
        &[
            (
                json!({ "session_id": ID, "max_wait_s": -1 }),
                "max_wait_s",
                &["from 1 to 600"],
            ),
            (
                json!({ "session_id": ID, "max_wait_s": 601 }),
                "max_wait_s",
                &["from 1 to 600"],
            ),
        ],
    );
    assert_refused(
        "didit_session_generate_pdf",
        &[(
            json!({ "session_id": ID, "file_name": "a/b.pdf" }),
            "file_name",
            &["without a folder"],
        )],
    );
    assert_refused(
        "didit_session_delete",
        &[(
            json!({ "session_id": ID, "instruction_id": "x".repeat(256) }),
            "instruction_id",
            &["255"],
        )],
    );
    let decide = |name: &str, value: Value| {
        let mut arguments = json!({ "session_id": ID, "new_status": "Approved" });
        arguments[name] = value;
        arguments
    };
    assert_refused(
        "didit_session_update_status",
        &[
            (
                decide("new_status", json!("In Review")),
                "new_status",
                &["Allowed: Approved, Declined, Resubmitted"],
            ),
            (
                decide("new_status", json!(true)),
                "new_status",
                &["takes a string"],
            ),
            (
                decide("steps", json!(["document"])),
                "steps",
                &["Resubmitted only"],
            ),
            (
                decide("nodes_to_resubmit", json!(["feature_ocr_1"])),
                "steps",
                &["Resubmitted only"],
            ),
            (
                decide("nodes_to_resubmit", json!([{ "feature": "OCR" }])),
                "nodes_to_resubmit[0].node_id",
                &["is required"],
            ),
            (
                decide("email_address", json!("ana")),
                "email_address",
                &["must be an e-mail address"],
            ),
            (
                decide("email_language", json!("xx")),
                "email_language",
                &[LANGUAGES],
            ),
        ],
    );
}

#[test]
fn things_to_block() {
    for tool in ["didit_blocklist_add", "didit_blocklist_remove"] {
        assert_refused(
            tool,
            &[
                (
                    json!({}),
                    "session_id",
                    &["Either `session_id`", "`value` with `entry_type`"],
                ),
                (
                    json!({ "value": "x" }),
                    "entry_type",
                    &["needs `entry_type`"],
                ),
                (
                    json!({ "entry_type": "email" }),
                    "session_id",
                    &["Either `session_id`"],
                ),
                (
                    json!({ "value": " ", "entry_type": "email" }),
                    "session_id",
                    &["Either `session_id`"],
                ),
                (
                    json!({ "session_id": ID, "value": "x", "entry_type": "email" }),
                    "session_id",
                    &["not both"],
                ),
                (
                    json!({ "session_id": ID, "items": ["soul"] }),
                    "items[0]",
                    &["Allowed: face, document, phone, email"],
                ),
                (
                    json!({ "value": "x", "entry_type": "soul" }),
                    "entry_type",
                    &["Allowed: face, document", "ip_address"],
                ),
            ],
        );
    }
    assert_refused(
        "didit_blocklist_list",
        &[
            (
                json!({ "entry_type": "soul" }),
                "entry_type",
                &["Allowed: face"],
            ),
            (json!({ "limit": 500 }), "limit", &["from 1 to 100"]),
        ],
    );
}

#[test]
fn money_and_accounts() {
    assert_refused(
        "didit_billing_top_up",
        &[
            (
                json!({ "amount_in_dollars": 49.99 }),
                "amount_in_dollars",
                &["from 50 to 10000", "49.99"],
            ),
            (
                json!({ "amount_in_dollars": "fifty" }),
                "amount_in_dollars",
                &["takes a number"],
            ),
            (
                json!({ "amount_in_dollars": -50 }),
                "amount_in_dollars",
                &["from 50 to 10000"],
            ),
            (
                json!({ "amount_in_dollars": 50, "success_url": "shop" }),
                "success_url",
                &["https://"],
            ),
            (
                json!({ "amount_in_dollars": 50, "cancel_url": "app://x" }),
                "cancel_url",
                &["https://"],
            ),
        ],
    );
    assert_refused(
        "didit_account_register",
        &[
            (
                json!({ "email": "nobody" }),
                "email",
                &["must be an e-mail address"],
            ),
            (
                json!({ "email": "" }),
                "email",
                &["must be an e-mail address"],
            ),
        ],
    );
    let verify = |code: &str| json!({ "code": code, "email": "ana@didit-test.local" });
    assert_refused(
        "didit_account_verify_email",
        &[
            (verify("12345"), "code", &["six letters and digits"]),
            (verify("12-456"), "code", &["six letters and digits"]),
            (verify(""), "code", &["six letters and digits"]),
            (
                json!({ "code": "ABC123", "email": "nobody" }),
                "email",
                &["must be an e-mail address"],
            ),
        ],
    );
}

/// A registration that cannot work leaves no trace.
#[test]
fn a_bad_address_is_not_remembered() {
    for era in Era::BOTH {
        let mut server = Setup::new(era).start();
        server.fails("didit_account_register", json!({ "email": "nobody" }));
        let status = server.ok("didit_account_status", json!({}));
        assert!(status.data.get("email").is_none(), "{}", status.text);
        assert!(!server.home().join("config").exists(), "nothing is written");
        server.stop();
    }
}
