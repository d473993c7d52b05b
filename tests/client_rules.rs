//! What the client refuses before anything is sent, and how it says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use didit_mcp::didit::features::{ConfigKind, FEATURES, Feature, normalize, order, validate};
use didit_mcp::didit::{
    ApiKey, BulkDeletion, Client, ContactDetails, DestinationRequest, Error, ExpectedDetails,
    LANGUAGES, ListFilter, NewEntry, NewStatus, NodeToResubmit, Page, Password, SessionDeletion,
    SessionFilter, SessionId, SessionRequest, SessionStatus, StatusUpdate, TopUp, WorkflowFeature,
    WorkflowRequest,
};
use serde_json::{Value, json};

const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

/// The field at fault, and the allowed values.
fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Vec<String>) {
    match result {
        Err(Error::Invalid {
            field,
            message,
            allowed,
        }) => {
            assert!(!message.is_empty());
            (field, allowed)
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn features(names: &[&str]) -> Vec<WorkflowFeature> {
    names
        .iter()
        .map(|name| WorkflowFeature::new(*name))
        .collect()
}

#[test]
fn ids_are_hyphenated_uuids_in_any_case() {
    let id: SessionId = " 5B1F3C9A-0000-4000-8000-00000000000A\n".parse().unwrap();
    assert_eq!(id.to_string(), ID);
    assert_eq!(serde_json::to_value(id).unwrap(), json!(ID));
    for bad in [
        "",
        "5b1f3c9a00004000800000000000000a",
        "{5b1f3c9a-0000-4000-8000-00000000000a}",
        "urn:uuid:5b1f3c9a-0000-4000-8000-00000000000a",
        "5b1f3c9a-0000-4000-8000-00000000000g",
        "5b1f3c9a-0000-4000-8000-00000000000a/../x",
        "5b1f3c9a-0000-4000-8000-0000000000",
    ] {
        assert_eq!(refused(bad.parse::<SessionId>()).0, "session_id", "{bad}");
    }
}

#[test]
fn keys_must_fit_in_a_header() {
    assert_eq!(
        ApiKey::parse(" test-key-0000-abcd\n")
            .unwrap()
            .expose_secret(),
        "test-key-0000-abcd"
    );
    for bad in ["", "  ", "test key", "test\nkey", "clé"] {
        refused(ApiKey::parse(bad));
    }
    assert_eq!(ApiKey::new("test-key-0000-abcd").last_four(), "abcd");
    assert_eq!(
        ApiKey::new("short-key").last_four(),
        "",
        "a short secret shows nothing"
    );
}

#[test]
fn passwords_meet_every_rule() {
    for (password, word) in [
        ("Aa1!aaa", "8 characters"),
        ("aa1!aaaa", "upper-case"),
        ("AA1!AAAA", "lower-case"),
        ("Aab!aaaa", "digit"),
        ("Aab1aaaa", "one of"),
    ] {
        let Err(Error::Invalid { message, .. }) = Password::new(password).check() else {
            panic!("{password}")
        };
        assert!(message.contains(word), "{message}");
    }
    assert!(Password::new("Fake-passw0rd").check().is_ok());
    let (one, other) = (Password::generate().unwrap(), Password::generate().unwrap());
    assert!(one.check().is_ok() && one.expose_secret().len() == 24);
    assert_ne!(one.expose_secret(), other.expose_secret());
}

#[test]
fn a_feature_list_follows_the_documented_rules() {
    for (names, field) in [
        (&["FOO"][..], "features.0.feature"),
        (&["OCR", "SIGNATURE"], "features.1.feature"),
        (&["FACE_MATCH"], "features.0"),
        (&["LIVENESS", "FACE_MATCH", "OCR"], "features.1"),
        (&["LIVENESS", "NFC"], "features.1"),
        (&["LIVENESS", "DATABASE_VALIDATION"], "features.1"),
        (&["AML", "OCR"], "features.0"),
        (&["IP_ANALYSIS"], "features.0"),
        (&["KYB_KEY_PEOPLE", "KYB_REGISTRY"], "features.0"),
        (&["QUESTIONNAIRE"], "features.0.config.questionnaire_uuid"),
        (
            &["KYB_REGISTRY", "KYB_DOCUMENTS"],
            "features.1.config.kyb_required_document_groups",
        ),
        (&[], "features"),
    ] {
        assert_eq!(refused(validate(&features(names))).0, field, "{names:?}");
    }
    for names in [
        &["OCR"][..],
        &["ocr", "LIVENESS", "FACE_MATCH"],
        &["OCR", "NFC", "DATABASE_VALIDATION"],
        &["LIVENESS"],
        &["PHONE_VERIFICATION", "AML"],
        &["OCR", "OCR", "FACE_MATCH"],
        &["KYB_REGISTRY", "KYB_KEY_PEOPLE", "AML"],
    ] {
        assert_eq!(validate(&features(names)), Ok(()), "{names:?}");
    }
    assert_eq!(refused(validate(&features(&["FOO"]))).1.len(), 16);
}

/// Any order of any features comes out in an order that the rules allow, if there is one.
#[test]
fn ordering_makes_every_workable_set_valid() {
    let ready = |name: &str| match name {
        "QUESTIONNAIRE" => WorkflowFeature::new(name).with("questionnaire_uuid", ID),
        "KYB_DOCUMENTS" => {
            WorkflowFeature::new(name).with("kyb_required_document_groups", json!(["OTHER"]))
        }
        other => WorkflowFeature::new(other),
    };
    for set in 1_u32..(1 << 16) {
        let chosen: Vec<&Feature> = FEATURES
            .iter()
            .enumerate()
            .filter(|(bit, _)| set & (1 << bit) != 0)
            .map(|(_, feature)| feature)
            .collect();
        let names: Vec<&str> = chosen.iter().map(|feature| feature.name).collect();
        let workable = chosen.iter().any(|feature| !feature.passive)
            && chosen
                .iter()
                .all(|feature| feature.after.is_empty() || names.contains(&"OCR"));
        // The worst order: passive features first, what others need last.
        let mut list: Vec<WorkflowFeature> = names.iter().rev().map(|name| ready(name)).collect();
        order(&mut list);
        assert_eq!(validate(&list).is_ok(), workable, "{names:?}");
    }
}

#[test]
fn the_order_is_the_one_people_expect() {
    let mut list = features(&[
        "AML",
        "ip_analysis",
        "FACE_MATCH",
        "BRAND_NEW",
        "LIVENESS",
        "NFC",
        "OCR",
    ]);
    order(&mut list);
    let names: Vec<&str> = list
        .iter()
        .map(|feature| feature.feature.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "OCR",
            "NFC",
            "LIVENESS",
            "FACE_MATCH",
            "AML",
            "ip_analysis",
            "BRAND_NEW"
        ]
    );
}

#[test]
fn the_table_of_settings_is_whole() {
    let counts: Vec<(&str, usize)> = FEATURES
        .iter()
        .map(|feature| (feature.name, feature.config().count()))
        .collect();
    let expected = [
        ("OCR", 49),
        ("NFC", 5),
        ("LIVENESS", 29),
        ("FACE_MATCH", 8),
        ("AGE_ESTIMATION", 29),
        ("PROOF_OF_ADDRESS", 14),
        ("DOCUMENT_AI", 10),
        ("QUESTIONNAIRE", 3),
        ("PHONE_VERIFICATION", 22),
        ("EMAIL_VERIFICATION", 17),
        ("KYB_REGISTRY", 8),
        ("KYB_DOCUMENTS", 9),
        ("KYB_KEY_PEOPLE", 20),
        ("DATABASE_VALIDATION", 6),
        ("AML", 22),
        ("IP_ANALYSIS", 22),
    ];
    assert_eq!(counts, expected);
    assert!(
        FEATURES
            .iter()
            .all(|feature| feature.config().any(|(key, _)| key == "status_rules"))
    );
    let kind = |name: &str, key: &str| {
        Feature::find(name)
            .unwrap()
            .config()
            .find(|(known, _)| *known == key)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        kind("EMAIL_VERIFICATION", "email_code_size"),
        ConfigKind::Integer { least: 4, most: 8 }
    );
    assert_eq!(
        kind("OCR", "minimum_age"),
        ConfigKind::Integer {
            least: 1,
            most: 120
        }
    );
    assert_eq!(
        kind("AGE_ESTIMATION", "face_liveness_score_decline_threshold"),
        ConfigKind::Number
    );
    assert_eq!(
        kind("AML", "aml_entity_type"),
        ConfigKind::Word(vec!["company".to_owned(), "person".to_owned()])
    );
    assert_eq!(Feature::find("poa").unwrap().name, "PROOF_OF_ADDRESS");
    assert_eq!(Feature::find("phone").unwrap().name, "PHONE_VERIFICATION");
}

#[test]
fn settings_are_checked_and_spelled_right() {
    let one = |feature: &str, key: &str, value: Value| {
        normalize(&[WorkflowFeature::new(feature).with(key, value)])
    };
    let taken = |feature: &str, key: &str, value: Value| {
        one(feature, key, value).unwrap()[0].config.clone().unwrap()[key].clone()
    };
    assert_eq!(
        taken("OCR", "duplicated_user_action", json!("review")),
        "REVIEW"
    );
    assert_eq!(
        taken("LIVENESS", "face_liveness_method", json!("active_3d")),
        "ACTIVE_3D"
    );
    assert_eq!(
        taken("LIVENESS", "face_liveness_max_attempts", json!(2.0)),
        2
    );
    assert_eq!(
        taken(
            "QUESTIONNAIRE",
            "questionnaire_uuid",
            json!(ID.to_uppercase())
        ),
        ID
    );
    assert_eq!(taken("OCR", "documents_allowed", json!({})), json!({}));
    assert_eq!(taken("OCR", "minimum_age", json!(null)), json!(null));
    for (feature, key, value) in [
        ("LIVENESS", "face_liveness_max_attempts", json!(0)),
        ("LIVENESS", "face_liveness_max_attempts", json!(4)),
        ("LIVENESS", "face_liveness_max_attempts", json!(1.5)),
        ("LIVENESS", "face_liveness_max_attempts", json!("2")),
        ("LIVENESS", "face_liveness_method", json!("fast")),
        ("LIVENESS", "face_liveness_method", json!(1)),
        ("LIVENESS", "face_search_enabled", json!("true")),
        (
            "AGE_ESTIMATION",
            "face_liveness_score_decline_threshold",
            json!("50"),
        ),
        ("OCR", "documents_allowed", json!("ESP")),
        ("OCR", "status_rules", json!({})),
        ("QUESTIONNAIRE", "questionnaire_uuid", json!("first")),
        ("EMAIL_VERIFICATION", "email_code_size", json!(9)),
    ] {
        assert_eq!(
            refused(one(feature, key, value.clone())).0,
            format!("features.0.config.{key}"),
            "{value}"
        );
    }
    assert_eq!(
        refused(one("LIVENESS", "face_liveness_method", json!("fast"))).1,
        ["ACTIVE_3D", "FLASHING", "PASSIVE"]
    );
}

#[test]
fn an_unknown_setting_is_refused_with_the_closest_first() {
    let typo = WorkflowFeature::new("LIVENESS").with("face_liveness_methods", "PASSIVE");
    let (field, allowed) = refused(validate(&[typo]));
    assert_eq!(
        (field.as_str(), allowed[0].as_str()),
        (
            "features.0.config.face_liveness_methods",
            "face_liveness_method"
        )
    );
    assert_eq!(allowed.len(), 29);
    let elsewhere = WorkflowFeature::new("OCR").with("face_match_score_decline_threshold", 50);
    refused(validate(&[elsewhere]));
}

#[test]
fn a_hit_cannot_be_declined_below_approval() {
    let aml = |approve: i64, review: i64| {
        let feature = WorkflowFeature::new("AML")
            .with("aml_score_approve_threshold", approve)
            .with("aml_score_review_threshold", review);
        validate(&[WorkflowFeature::new("OCR"), feature])
    };
    assert_eq!(aml(80, 80), Ok(()));
    assert_eq!(
        refused(aml(81, 80)).0,
        "features.1.config.aml_score_approve_threshold"
    );
}

#[test]
fn workflow_settings_have_bounds() {
    let base = WorkflowRequest::default;
    for (request, field) in [
        (
            WorkflowRequest {
                workflow_label: text(&"x".repeat(51)),
                ..base()
            },
            "workflow_label",
        ),
        (
            WorkflowRequest {
                workflow_label: text(" "),
                ..base()
            },
            "workflow_label",
        ),
        (
            WorkflowRequest {
                status: text("archived"),
                ..base()
            },
            "status",
        ),
        (
            WorkflowRequest {
                max_retry_attempts: Some(11),
                ..base()
            },
            "max_retry_attempts",
        ),
        (
            WorkflowRequest {
                retry_window_days: Some(0),
                ..base()
            },
            "retry_window_days",
        ),
        (
            WorkflowRequest {
                retry_window_days: Some(366),
                ..base()
            },
            "retry_window_days",
        ),
        (
            WorkflowRequest {
                face_liveness_max_attempts: Some(4),
                ..base()
            },
            "face_liveness_max_attempts",
        ),
        (
            WorkflowRequest {
                face_match_max_attempts: Some(0),
                ..base()
            },
            "face_match_max_attempts",
        ),
        (
            WorkflowRequest {
                session_expiration_time: Some(3_599),
                ..base()
            },
            "session_expiration_time",
        ),
        (
            WorkflowRequest {
                session_expiration_time: Some(2_419_201),
                ..base()
            },
            "session_expiration_time",
        ),
    ] {
        assert_eq!(refused(request.validate()).0, field);
    }
    let most = WorkflowRequest {
        workflow_label: text(&"ñ".repeat(50)),
        max_retry_attempts: Some(10),
        ..base()
    };
    assert_eq!(most.validate(), Ok(()));
}

#[test]
fn a_session_is_checked_field_by_field() {
    let base = || SessionRequest::new(ID.parse().unwrap());
    let contact = |contact| SessionRequest {
        contact_details: Some(contact),
        ..base()
    };
    let expected = |expected| SessionRequest {
        expected_details: Some(expected),
        ..base()
    };
    let none = ExpectedDetails::default;
    let details = |set: fn(&mut ExpectedDetails, Option<String>), value: &str| {
        let mut details = none();
        set(&mut details, text(value));
        expected(details)
    };
    let mut table = vec![
        (
            SessionRequest {
                vendor_data: text(""),
                ..base()
            },
            "vendor_data",
        ),
        (
            SessionRequest {
                callback: text("/relative"),
                ..base()
            },
            "callback",
        ),
        (
            SessionRequest {
                callback_method: text("nobody"),
                ..base()
            },
            "callback_method",
        ),
        (
            SessionRequest {
                language: text("xx"),
                ..base()
            },
            "language",
        ),
        (
            SessionRequest {
                sandbox_scenario: text("decline it"),
                ..base()
            },
            "sandbox_scenario",
        ),
        (
            SessionRequest {
                portrait_image: Some(b"GIF89a".to_vec()),
                ..base()
            },
            "portrait_image",
        ),
        (
            SessionRequest {
                portrait_image: Some(Vec::new()),
                ..base()
            },
            "portrait_image",
        ),
        (
            contact(ContactDetails {
                email_lang: text("klingon"),
                ..ContactDetails::default()
            }),
            "contact_details.email_lang",
        ),
        (
            details(|to, value| to.address = value, "1 Invented Street"),
            "expected_details.address",
        ),
        (
            details(|to, value| to.gender = value, "X"),
            "expected_details.gender",
        ),
        (
            details(|to, value| to.nationality = value, "ES"),
            "expected_details.nationality",
        ),
        (
            details(|to, value| to.country = value, "Spain"),
            "expected_details.country",
        ),
        (
            details(|to, value| to.id_country = value, "E5P"),
            "expected_details.id_country",
        ),
        (
            details(|to, value| to.poa_country = value, ""),
            "expected_details.poa_country",
        ),
        (
            details(|to, value| to.ip_address = value, "300.1.1.1"),
            "expected_details.ip_address",
        ),
        (
            details(|to, value| to.company_name = value, &"x".repeat(256)),
            "expected_details.company_name",
        ),
        (
            details(|to, value| to.registration_number = value, &"1".repeat(101)),
            "expected_details.registration_number",
        ),
    ];
    for date in [
        "1990-02-29",
        "1990-13-01",
        "29-02-1992",
        "19900101",
        "1990-1-1",
        "",
        "1990-01-01T00:00:00Z",
    ] {
        table.push((
            details(|to, value| to.date_of_birth = value, date),
            "expected_details.date_of_birth",
        ));
    }
    for country in ["ESP", "G", "GB-", "GB-1234567890", "-GB", "G1"] {
        table.push((
            details(|to, value| to.registry_country = value, country),
            "expected_details.registry_country",
        ));
    }
    for email in [
        "ada",
        "ada@",
        "@mail.test",
        "ada@mail",
        "a da@mail.test",
        "ada@mail..test",
        "a@b@mail.test",
        "<ada@mail.test>",
    ] {
        table.push((
            contact(ContactDetails {
                email: text(email),
                ..ContactDetails::default()
            }),
            "contact_details.email",
        ));
    }
    for phone in [
        "600000000",
        "+0600000000",
        "+12345",
        "+1234567890123456",
        "+34 abc 000",
        "",
    ] {
        table.push((
            contact(ContactDetails {
                phone: text(phone),
                ..ContactDetails::default()
            }),
            "contact_details.phone",
        ));
    }
    for (request, field) in table {
        assert_eq!(refused(request.validate()).0, field, "{request:?}");
    }
    let types = ExpectedDetails {
        expected_document_types: Some(vec!["VISA".to_owned()]),
        ..none()
    };
    let (field, allowed) = refused(expected(types).validate());
    assert_eq!(
        (field.as_str(), allowed.len()),
        ("expected_details.expected_document_types", 7)
    );
    let with_country = ExpectedDetails {
        address: text("1 Invented Street"),
        poa_country: text("FRA"),
        ..none()
    };
    assert_eq!(expected(with_country).validate(), Ok(()));
}

#[test]
fn portraits_are_known_images_of_at_most_two_megabytes() {
    let with = |image: Vec<u8>| {
        SessionRequest {
            portrait_image: Some(image),
            ..SessionRequest::new(ID.parse().unwrap())
        }
        .validate()
    };
    for magic in [
        &b"\xff\xd8\xff\xe0"[..],
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"II*\0",
        b"MM\0*",
    ] {
        assert_eq!(with(magic.to_vec()), Ok(()));
    }
    refused(with(b"RIFF\0\0\0\0WAVE".to_vec()));
    let mut image = b"\xff\xd8\xff".to_vec();
    image.resize(2 * 1024 * 1024, 0);
    assert_eq!(with(image.clone()), Ok(()));
    image.push(0);
    assert_eq!(refused(with(image)).0, "portrait_image");
}

#[test]
fn languages_are_the_documented_ones() {
    assert_eq!(LANGUAGES.len(), 54);
    assert_eq!(
        LANGUAGES
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        54
    );
    let (_, allowed) = refused(
        SessionRequest {
            language: text("xx"),
            ..SessionRequest::new(ID.parse().unwrap())
        }
        .validate(),
    );
    assert_eq!(allowed, LANGUAGES);
}

#[test]
fn statuses_know_what_can_follow() {
    let finals: Vec<_> = SessionStatus::ALL
        .into_iter()
        .filter(|text| text.parse::<SessionStatus>().unwrap().is_final())
        .collect();
    assert_eq!(
        finals,
        [
            "Approved",
            "Declined",
            "Expired",
            "Abandoned",
            "Kyc Expired"
        ]
    );
    let updatable: Vec<_> = SessionStatus::ALL
        .into_iter()
        .filter(|text| text.parse::<SessionStatus>().unwrap().can_be_updated())
        .collect();
    assert_eq!(
        updatable,
        [
            "Approved",
            "Declined",
            "In Review",
            "Abandoned",
            "Kyc Expired",
            "Resubmitted"
        ]
    );
    for text in SessionStatus::ALL {
        assert_eq!(
            text.to_lowercase()
                .parse::<SessionStatus>()
                .unwrap()
                .as_str(),
            text
        );
    }
    assert_eq!(
        refused("KYC-Expired".parse::<SessionStatus>()).1,
        SessionStatus::ALL
    );
}

#[test]
fn status_updates_are_checked() {
    let node = |feature: &str| NodeToResubmit {
        node_id: "feature_ocr_1".to_owned(),
        feature: feature.to_owned(),
    };
    let resubmit = |nodes| StatusUpdate {
        nodes_to_resubmit: nodes,
        ..StatusUpdate::new(NewStatus::Resubmitted)
    };
    for (update, field) in [
        (
            StatusUpdate {
                send_email: Some(true),
                ..StatusUpdate::new(NewStatus::Approved)
            },
            "email_address",
        ),
        (
            StatusUpdate {
                email_address: text("x"),
                ..StatusUpdate::new(NewStatus::Approved)
            },
            "email_address",
        ),
        (
            StatusUpdate {
                email_language: text("xx"),
                ..StatusUpdate::new(NewStatus::Approved)
            },
            "email_language",
        ),
        (
            StatusUpdate {
                nodes_to_resubmit: vec![node("OCR")],
                ..StatusUpdate::new(NewStatus::Declined)
            },
            "nodes_to_resubmit",
        ),
        (
            resubmit(vec![node("OCR"), node("SELFIE")]),
            "nodes_to_resubmit.1.feature",
        ),
        (
            resubmit(vec![node("KYB_REGISTRY")]),
            "nodes_to_resubmit.0.feature",
        ),
        (
            resubmit(vec![NodeToResubmit {
                node_id: " ".to_owned(),
                feature: "OCR".to_owned(),
            }]),
            "nodes_to_resubmit.0.node_id",
        ),
    ] {
        assert_eq!(refused(update.validate()).0, field);
    }
    assert_eq!("approved".parse::<NewStatus>(), Ok(NewStatus::Approved));
    assert_eq!(
        refused("In Review".parse::<NewStatus>()).1,
        ["Approved", "Declined", "Resubmitted"]
    );
}

#[test]
fn filters_and_deletions_are_checked() {
    let base = SessionFilter::default;
    for (filter, field) in [
        (
            SessionFilter {
                session_kind: text("person"),
                ..base()
            },
            "session_kind",
        ),
        (
            SessionFilter {
                page: Page {
                    limit: Some(0),
                    offset: None,
                },
                ..base()
            },
            "limit",
        ),
        (
            SessionFilter {
                date_from: text("yesterday"),
                ..base()
            },
            "date_from",
        ),
        (
            SessionFilter {
                date_to: text("2026-02-30"),
                ..base()
            },
            "date_to",
        ),
        (
            SessionFilter {
                document_type: vec!["PASSPORT".to_owned()],
                ..base()
            },
            "document_type",
        ),
        (
            SessionFilter {
                didit_internal_id: text("7"),
                ..base()
            },
            "didit_internal_id",
        ),
        (
            SessionFilter {
                session_type: vec!["WEB".to_owned()],
                ..base()
            },
            "session_type",
        ),
        (
            SessionFilter {
                api_service: text("FOO"),
                ..base()
            },
            "api_service",
        ),
    ] {
        assert_eq!(refused(filter.validate()).0, field);
    }
    let base = SessionDeletion::default;
    for (deletion, field) in [
        (
            SessionDeletion {
                face_retention_days: Some(0),
                ..base()
            },
            "face_retention_days",
        ),
        (
            SessionDeletion {
                face_retention_days: Some(3651),
                ..base()
            },
            "face_retention_days",
        ),
        (
            SessionDeletion {
                face_retention_deadline: text("2030-01-31"),
                ..base()
            },
            "face_retention_deadline",
        ),
        (
            SessionDeletion {
                deletion_instruction: text("now"),
                ..base()
            },
            "deletion_instruction",
        ),
        (
            SessionDeletion {
                instruction_id: text(&"x".repeat(256)),
                ..base()
            },
            "instruction_id",
        ),
        (
            SessionDeletion {
                deletion_instruction: text("privacy_erasure"),
                retain_face_embeddings: Some(true),
                ..base()
            },
            "retain_face_embeddings",
        ),
    ] {
        assert_eq!(refused(deletion.validate()).0, field);
    }
}

/// These have no `validate` of their own. The client has no key, so a refusal proves that the rule comes before sending.
#[tokio::test]
async fn calls_refuse_before_they_send() {
    let client = Client::builder().build().unwrap();
    let numbers = |numbers: &[&str], all| BulkDeletion {
        session_numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
        delete_all: all,
        ..BulkDeletion::default()
    };
    for (deletion, field) in [
        (numbers(&[], None), "session_numbers"),
        (numbers(&[], Some(false)), "session_numbers"),
        (numbers(&["12a"], None), "session_numbers"),
        (numbers(&["12"], Some(true)), "session_numbers"),
    ] {
        assert_eq!(refused(client.delete_sessions(&deletion).await).0, field);
    }
    for code in ["", "12345", "1234567", "A3K9F!", "Ä3K9F"] {
        assert_eq!(
            refused(client.verify_email("ada@mail.test", code).await.map(drop)).0,
            "code",
            "{code}"
        );
    }
    assert_eq!(
        refused(client.login("ada", &Password::new("x")).await.map(drop)).0,
        "email"
    );
    let none = WorkflowRequest::default();
    assert_eq!(refused(client.create_workflow(&none).await).0, "features");
    assert_eq!(
        refused(client.update_workflow(&ID.parse().unwrap(), &none).await).0,
        "request"
    );
    let filter = ListFilter {
        list_type: text("greylist"),
        ..ListFilter::default()
    };
    assert_eq!(refused(client.list_lists(&filter).await).0, "list_type");
    assert_eq!(
        refused(
            client
                .create_entry(&ID.parse().unwrap(), &NewEntry::default())
                .await
        )
        .0,
        "value"
    );
    assert_eq!(
        refused(
            client
                .legacy_blocklist(Some("fingerprint"), &Page::default())
                .await
        )
        .0,
        "item_type"
    );
    let items = didit_mcp::didit::BlocklistItems::default();
    assert_eq!(
        refused(
            client
                .legacy_blocklist_add(&ID.parse().unwrap(), items)
                .await
        )
        .0,
        "items"
    );
}

#[tokio::test]
async fn destinations_are_checked() {
    let client = Client::builder().build().unwrap();
    let whole = || DestinationRequest {
        label: text("Production"),
        url: text("https://shop.test/hook"),
        subscribed_events: Some(vec!["status.updated".to_owned()]),
        ..DestinationRequest::default()
    };
    assert_eq!(
        client.create_destination(&whole()).await,
        Err(Error::MissingApiKey),
        "the whole one would be sent"
    );
    for (request, field) in [
        (
            DestinationRequest {
                label: None,
                ..whole()
            },
            "label",
        ),
        (
            DestinationRequest {
                url: None,
                ..whole()
            },
            "url",
        ),
        (
            DestinationRequest {
                url: text("shop.test"),
                ..whole()
            },
            "url",
        ),
        (
            DestinationRequest {
                url: text("ftp://shop.test"),
                ..whole()
            },
            "url",
        ),
        (
            DestinationRequest {
                subscribed_events: None,
                ..whole()
            },
            "subscribed_events",
        ),
        (
            DestinationRequest {
                subscribed_events: Some(vec![]),
                ..whole()
            },
            "subscribed_events",
        ),
        (
            DestinationRequest {
                subscribed_events: Some(vec!["*".to_owned()]),
                ..whole()
            },
            "subscribed_events",
        ),
        (
            DestinationRequest {
                webhook_version: text("v4"),
                ..whole()
            },
            "webhook_version",
        ),
    ] {
        assert_eq!(refused(client.create_destination(&request).await).0, field);
    }
}

#[test]
fn a_top_up_is_at_least_fifty_dollars_in_whole_cents() {
    let top_up = |amount_in_dollars| TopUp {
        amount_in_dollars,
        success_url: None,
        cancel_url: None,
    };
    for amount in [49.99, 0.0, -50.0, f64::NAN, f64::INFINITY, 50.001] {
        assert_eq!(
            refused(top_up(amount).validate()).0,
            "amount_in_dollars",
            "{amount}"
        );
    }
    for amount in [50.0, 50.01, 1_000_000.0, 99.99, 70.07] {
        assert_eq!(top_up(amount).validate(), Ok(()), "{amount}");
    }
    let bad_url = TopUp {
        success_url: text("shop.test"),
        ..top_up(50.0)
    };
    assert_eq!(refused(bad_url.validate()).0, "success_url");
}

#[test]
fn a_refusal_reads_as_a_sentence() {
    let error = "x".parse::<NewStatus>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "new_status: 'x' is not a known value (allowed: Approved, Declined, Resubmitted)"
    );
}
