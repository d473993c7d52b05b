//! What the client refuses of a session before anything is sent.

use crate::support::refusals::{ID, refused, text};
use didit_mcp::didit::{
    ContactDetails, ExpectedDetails, LANGUAGES, NewStatus, NodeToResubmit, Page, SessionDeletion,
    SessionFilter, SessionRequest, SessionStatus, StatusUpdate,
};

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
