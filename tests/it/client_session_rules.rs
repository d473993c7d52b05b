//! What the client refuses of a session before anything is sent.

use crate::support::refusals::{ID, read, refused, text, value};
use didit_mcp::didit::sessions::{
    ApiService, DeletionInstruction, FutureTime, Resubmittable, SandboxScenario, SessionNumber,
    resubmittable,
};
use didit_mcp::didit::values::{AppUrl, Email, Language, Phone, Text, Uuid};
use didit_mcp::didit::{
    ContactDetails, Error, ExpectedDetails, LANGUAGES, NewStatus, NextActor, NodeToResubmit,
    PageRequest, SessionDeletion, SessionFilter, SessionRequest, SessionStatus, StatusUpdate,
};
use serde_json::json;

#[test]
fn a_session_is_checked_field_by_field() {
    let session = |request: SessionRequest| request.validate();
    let portrait = |image: &[u8]| SessionRequest {
        portrait_image: Some(image.to_vec()),
        ..SessionRequest::new(ID.parse().unwrap())
    };
    assert_eq!(refused(session(portrait(b"GIF89a"))).0, "portrait_image");
    assert_eq!(refused(session(portrait(b""))).0, "portrait_image");
    let none = ExpectedDetails::default;
    let expected = |expected| {
        session(SessionRequest {
            expected_details: Some(expected),
            ..SessionRequest::new(ID.parse().unwrap())
        })
    };
    let nowhere = ExpectedDetails {
        address: text("1 Invented Street"),
        ..none()
    };
    assert_eq!(refused(expected(nowhere)).0, "expected_details.address");
    let with_country = ExpectedDetails {
        address: text("1 Invented Street"),
        poa_country: text("FRA"),
        ..none()
    };
    assert_eq!(expected(with_country), Ok(()));
    // What no such request can hold is refused where it is read.
    let field = |name: &str, value: &str| refused(read::<ExpectedDetails>(json!({ name: value })));
    for (name, value) in [
        ("gender", "X"),
        ("nationality", "ES"),
        ("country", "Spain"),
        ("id_country", "E5P"),
        ("poa_country", ""),
        ("ip_address", "300.1.1.1"),
        ("company_name", &"x".repeat(256)),
        ("registration_number", &"1".repeat(101)),
    ] {
        assert_eq!(field(name, value).0, name);
    }
    for date in [
        "1990-02-29",
        "1990-13-01",
        "29-02-1992",
        "19900101",
        "1990-1-1",
        "",
        "1990-01-01T00:00:00Z",
    ] {
        assert_eq!(field("date_of_birth", date).0, "date_of_birth", "{date}");
    }
    for country in ["ESP", "G", "GB-", "GB-1234567890", "-GB", "G1"] {
        assert_eq!(field("registry_country", country).0, "registry_country");
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
        email.parse::<Email>().unwrap_err();
    }
    for phone in [
        "600000000",
        "+0600000000",
        "+12345",
        "+1234567890123456",
        "+34 abc 000",
        "",
    ] {
        phone.parse::<Phone>().unwrap_err();
    }
    "".parse::<Text>().unwrap_err();
    "/relative".parse::<AppUrl>().unwrap_err();
    "decline it".parse::<SandboxScenario>().unwrap_err();
    let contact = json!({ "email": "ada@mail.test", "email_lang": "klingon" });
    assert_eq!(
        refused(read::<ContactDetails>(contact)),
        ("email_lang".to_owned(), LANGUAGES.map(str::to_owned).into())
    );
    let (field, allowed) = refused(read::<ExpectedDetails>(json!({
        "expected_document_types": ["ID", "VISA"],
    })));
    assert_eq!(
        (field.as_str(), allowed.len()),
        ("expected_document_types[1]", 7)
    );
}

/// A refusal goes through a reader of JSON, which carries texts alone: what somebody wrote must not be taken for its words.
#[test]
fn what_is_allowed_is_told_apart_from_what_was_written() {
    for written in [
        "xx",
        "x (allowed: nothing)",
        "(allowed: a, b",
        "a), b (allowed: c)",
    ] {
        let details = json!({ "email_lang": written });
        match read::<ContactDetails>(details) {
            Err(Error::Invalid {
                message, allowed, ..
            }) => {
                assert_eq!(message, format!("'{written}' is not a known value"));
                assert_eq!(allowed, LANGUAGES);
            }
            other => panic!("{other:?}"),
        }
    }
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
    let refusal = "xx".parse::<Language>().unwrap_err();
    assert_eq!(refusal.allowed, LANGUAGES);
}

#[test]
fn statuses_know_what_can_follow() {
    let names = SessionStatus::ALL.map(|status| status.to_string());
    let whose_turn = |turn| {
        let all = SessionStatus::ALL.into_iter();
        all.filter(|status| status.turn() == turn)
            .map(|status| status.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        whose_turn(NextActor::Person),
        ["Not Started", "In Progress", "Resubmitted", "Awaiting User"]
    );
    assert_eq!(whose_turn(NextActor::Reviewer), ["In Review"]);
    assert_eq!(
        SessionStatus::Other("New".into()).turn(),
        NextActor::Unknown,
        "nobody knows yet who acts next"
    );
    let finals: Vec<_> = names
        .iter()
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
    let updatable: Vec<_> = names
        .iter()
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
    for text in &names {
        assert_eq!(
            text.to_lowercase()
                .parse::<SessionStatus>()
                .unwrap()
                .as_str(),
            text
        );
    }
    assert_eq!(
        "kyc-expired".parse(),
        Ok(SessionStatus::KycExpired),
        "words are joined in several ways"
    );
    assert_eq!(refused("KYC".parse::<SessionStatus>()).1, names);
}

#[test]
fn status_updates_are_checked() {
    let nodes = vec![NodeToResubmit {
        node_id: value("feature_ocr_1"),
        feature: value("ocr"),
    }];
    let not_resubmitted = StatusUpdate {
        nodes_to_resubmit: nodes.clone(),
        ..StatusUpdate::new(NewStatus::Declined)
    };
    assert_eq!(refused(not_resubmitted.validate()).0, "nodes_to_resubmit");
    let resubmitted = StatusUpdate {
        nodes_to_resubmit: nodes,
        ..StatusUpdate::new(NewStatus::Resubmitted)
    };
    assert_eq!(resubmitted.validate(), Ok(()));
    let to_nobody = StatusUpdate {
        send_email: Some(true),
        ..StatusUpdate::new(NewStatus::Approved)
    };
    assert_eq!(to_nobody.validate(), Ok(()), "Didit may know an address");
    for (name, value) in [("email_address", "ada"), ("email_language", "xx")] {
        let update = json!({ "new_status": "Approved", name: value });
        assert_eq!(refused(read::<StatusUpdate>(update)).0, name);
    }
    for feature in ["SELFIE", "KYB_REGISTRY", "KYB_KEY_PEOPLE", ""] {
        let refusal = feature.parse::<Resubmittable>().unwrap_err();
        assert_eq!(refusal.allowed, resubmittable(), "{feature}");
    }
    assert_eq!(resubmittable().len(), 21);
    assert_eq!("approved".parse::<NewStatus>(), Ok(NewStatus::Approved));
    assert_eq!(
        refused("In Review".parse::<NewStatus>()).1,
        ["Approved", "Declined", "Resubmitted"]
    );
}

#[test]
fn filters_and_deletions_are_checked() {
    let nothing = SessionFilter {
        page: PageRequest {
            limit: Some(0),
            offset: None,
        },
        ..SessionFilter::default()
    };
    assert_eq!(refused(nothing.validate()).0, "limit");
    for (filter, field) in [
        (json!({ "session_kind": "person" }), "session_kind"),
        (json!({ "date_from": "yesterday" }), "date_from"),
        (json!({ "date_to": "2026-02-30" }), "date_to"),
        (
            json!({ "document_type": ["P", "PASSPORT"] }),
            "document_type[1]",
        ),
        (json!({ "workflow_id": [ID, "7"] }), "workflow_id[1]"),
        (json!({ "status": ["Approved", "Passed"] }), "status[1]"),
    ] {
        assert_eq!(refused(read::<SessionFilter>(filter)).0, field);
    }
    "7".parse::<Uuid>().unwrap_err();
    "FOO".parse::<ApiService>().unwrap_err();
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
                deletion_instruction: Some(DeletionInstruction::PrivacyErasure),
                retain_face_embeddings: Some(true),
                ..base()
            },
            "retain_face_embeddings",
        ),
    ] {
        assert_eq!(refused(deletion.validate()).0, field);
    }
    "2030-01-31".parse::<FutureTime>().unwrap_err();
    "x".repeat(256).parse::<Text<255>>().unwrap_err();
    for number in ["", "12a", "-1", "1 2"] {
        number.parse::<SessionNumber>().unwrap_err();
    }
}
