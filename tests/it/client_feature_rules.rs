//! What the client refuses of a workflow before anything is sent.

use crate::support::refusals::{ID, refused, text};
use didit_mcp::didit::features::{ConfigKind, Feature, normalize, order, validate};
use didit_mcp::didit::{WorkflowFeature, WorkflowRequest};
use serde_json::{Value, json};

fn features(names: &[&str]) -> Vec<WorkflowFeature> {
    names
        .iter()
        .map(|name| WorkflowFeature::new(*name))
        .collect()
}

#[test]
fn a_feature_list_follows_the_documented_rules() {
    for (names, field) in [
        (&["FOO"][..], "features.0.feature"),
        (&["OCR", "SIGNATURES"], "features.1.feature"),
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
        &["OCR", "SIGNATURE", "GEOLOCATION", "BANK_VERIFICATION"],
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
        let chosen: Vec<Feature> = Feature::ALL
            .into_iter()
            .enumerate()
            .filter(|(bit, _)| set & (1 << bit) != 0)
            .map(|(_, feature)| feature)
            .collect();
        let names: Vec<&str> = chosen.iter().map(|feature| feature.name()).collect();
        let workable = chosen.iter().any(|feature| !feature.facts().is_passive)
            && chosen
                .iter()
                .all(|feature| feature.facts().after.is_empty() || names.contains(&"OCR"));
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
    let counts: Vec<(&str, usize)> = Feature::ALL
        .iter()
        .map(|feature| (feature.name(), feature.config().count()))
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
        Feature::ALL
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
    assert_eq!(Feature::find("poa").unwrap().name(), "PROOF_OF_ADDRESS");
    assert_eq!(Feature::find("phone").unwrap().name(), "PHONE_VERIFICATION");
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
