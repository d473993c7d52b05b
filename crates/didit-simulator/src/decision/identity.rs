//! Identity documents and their chips.

use serde_json::{Value, json};

use super::{Check, Findings, document};
use crate::{
    people::{age, same_name},
    scenarios::Action,
};

/// `id_verifications[]`
pub(super) fn ocr(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    if check.found("COULD_NOT_RECOGNIZE_DOCUMENT") {
        return unreadable(check);
    }
    let person = check.person;
    let document = document::shown_by(check);
    let born = check.born();
    compare_with_expected(check, findings);
    check.refuse_blocked(
        findings,
        "document",
        person.document_number,
        "ID_DOCUMENT_IN_BLOCKLIST",
    );
    let quality = json!({
        "focus_score": 86.4,
        "brightness_score": 91.7,
        "brightness_issue": "ok",
        "is_document_fully_visible": true,
        "resolution_score": 74.2,
        "overall_score": 88.1,
    });
    let two_sided = document.code != "P";
    let liveness = |score: f64| {
        json!({
            "score": score,
            "front": score,
            "back": if two_sided { json!(score) } else { Value::Null },
            "decline_threshold": 35,
            "review_threshold": 70,
            "bucket": "approve",
        })
    };
    let mut result = pictures(check, two_sided);
    let details = json!({
        "document_type": document.name,
        "document_subtype": if document.code == "P" { "EPASSPORT" } else { "ID_CARD_GENERIC" },
        "document_number": person.document_number,
        "personal_number": person.personal_number,
        "date_of_birth": born.to_string(),
        "age": age(born, check.today),
        "expiration_date": document.expires.to_string(),
        "date_of_issue": document.issued.to_string(),
        "issuing_state": person.country.alpha3,
        "issuing_state_name": person.country.name,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "full_name": person.full_name(),
        "gender": person.gender,
        "address": person.address(),
        "formatted_address": person.formatted_address(),
        "place_of_birth": person.city,
        "marital_status": "Single",
        "nationality": person.country.alpha3,
        "extra_fields": { "dl_categories": [], "blood_group": null },
        "mrz": document::machine_readable_zone(check, &document, check.found("MRZ_VALIDATION_FAILED")),
        "parsed_address": parsed_address(check),
        "extra_files": [],
        "front_image_camera_front_face_match_score": 95.1,
        "back_image_camera_front_face_match_score": null,
        "front_image_quality_score": quality,
        "back_image_quality_score": if two_sided { quality.clone() } else { Value::Null },
        "matches": [],
        "document_liveness": {
            "portrait_replace": liveness(97.3),
            "printed_copy": liveness(94.8),
            "screen_replay": liveness(99.1),
        },
    });
    if let (Some(result), Value::Object(details)) = (result.as_object_mut(), details) {
        result.extend(details);
    }
    result
}

/// How the document was checked, and every picture taken of it.
fn pictures(check: &Check<'_>, two_sided: bool) -> Value {
    let back = |name: &str| {
        if two_sided {
            json!(check.media(name))
        } else {
            Value::Null
        }
    };
    json!({
        "verification_method": "document",
        "assurance": "documentary",
        "wallet_provider": null,
        "fallback_from": null,
        "id_lookup": null,
        "wallet_verification": null,
        "portrait_image": check.media("portrait.png"),
        "front_image": check.media("front.png"),
        "front_video": check.media("front.mp4"),
        "back_image": back("back.png"),
        "back_video": back("back.mp4"),
        "full_front_image": check.media("full_front.png"),
        "full_back_image": back("full_back.png"),
        "front_image_camera_front": check.media("front_camera_front.png"),
        "back_image_camera_front": back("back_camera_front.png"),
    })
}

/// Nothing but the picture is known about a document that could not be recognised.
fn unreadable(check: &Check<'_>) -> Value {
    json!({
        "verification_method": "document",
        "assurance": "documentary",
        "front_image": check.media("front.png"),
        "document_liveness": null,
        "mrz": null,
        "matches": [],
        "extra_files": [],
    })
}

fn parsed_address(check: &Check<'_>) -> Value {
    let person = check.person;
    let point = json!({ "lat": person.latitude, "lng": person.longitude });
    let formatted = person.formatted_address();
    json!({
        "city": person.city,
        "label": format!("{} document address", person.country.name),
        "region": person.region,
        "country": person.country.alpha2,
        "category": "Residential",
        "street_1": person.street,
        "street_2": null,
        "is_verified": true,
        "postal_code": person.postal_code,
        "raw_results": {
            "types": ["street_address"],
            "geometry": {
                "location": point,
                "viewport": { "northeast": point, "southwest": point },
                "location_type": "ROOFTOP",
            },
            "place_id": "simulated-place",
            "formatted_address": formatted,
            "navigation_points": [{ "location": location(check) }],
            "address_components": [
                { "types": ["route"], "long_name": person.street, "short_name": person.street },
                { "types": ["locality"], "long_name": person.city, "short_name": person.city },
                { "types": ["postal_code"], "long_name": person.postal_code, "short_name": person.postal_code },
            ],
        },
        "address_type": "Street",
        "document_location": location(check),
        "formatted_address": formatted,
    })
}

fn location(check: &Check<'_>) -> Value {
    json!({ "latitude": check.person.latitude, "longitude": check.person.longitude })
}

/// Differences from what the caller expects are only told, unless the workflow gives them weight.
fn compare_with_expected(check: &Check<'_>, findings: &mut Findings) {
    let (session, person) = (check.session, check.person);
    let action = check.action("expected_details_mismatch_action", Action::Ignore);
    let differs = |key: &str, actual: &str| {
        session
            .expected(key)
            .is_some_and(|expected| !expected.eq_ignore_ascii_case(actual))
    };
    let name: Vec<&str> = ["first_name", "last_name"]
        .iter()
        .filter_map(|key| session.expected(key))
        .collect();
    if !name.is_empty() && !same_name(&name.join(" "), &person.full_name()) {
        check.warn(findings, "FULL_NAME_MISMATCH_WITH_PROVIDED", action);
    }
    let country = if session.expected("id_country").is_some() {
        "id_country"
    } else {
        "country"
    };
    for (key, actual, risk) in [
        (
            "date_of_birth",
            check.born().to_string().as_str(),
            "DOB_MISMATCH_WITH_PROVIDED",
        ),
        ("gender", person.gender, "GENDER_MISMATCH_WITH_PROVIDED"),
        (
            "nationality",
            person.country.alpha3,
            "NATIONALITY_MISMATCH_WITH_PROVIDED",
        ),
        (
            country,
            person.country.alpha3,
            "COUNTRY_MISMATCH_WITH_PROVIDED",
        ),
    ] {
        if differs(key, actual) {
            check.warn(findings, risk, action);
        }
    }
    if differs("identification_number", person.document_number)
        && differs("identification_number", person.personal_number)
    {
        check.warn(
            findings,
            "IDENTIFICATION_NUMBER_MISMATCH_WITH_PROVIDED",
            action,
        );
    }
}

/// `nfc_verifications[]`
pub(super) fn nfc(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let person = check.person;
    let document = document::shown_by(check);
    let genuine = !check.found("NFC_CHIP_NOT_VERIFIED");
    json!({
        "is_nfc_skipped": false,
        "skip_reason": null,
        "portrait_image": check.media("chip_portrait.png"),
        "signature_image": check.media("chip_signature.png"),
        "chip_data": {
            "document_type": if document.code == "P" { "P" } else { "ID" },
            "issuing_country": person.country.alpha3,
            "document_number": person.document_number,
            "expiration_date": document.expires.to_string(),
            "first_name": person.first_name,
            "last_name": person.last_name,
            "birth_date": check.born().to_string(),
            "gender": person.gender,
            "nationality": person.country.alpha3,
            "address": person.address(),
            "place_of_birth": person.city,
        },
        "authenticity": { "sod_integrity": genuine, "dg_integrity": genuine },
        "certificate_summary": {
            "issuer": format!("Common Name: SIMULATED CSCA, Country: {}", person.country.alpha2),
            "subject": format!("Common Name: SIMULATED DOCUMENT SIGNER, Country: {}", person.country.alpha2),
            "serial_number": "1000000000000000001",
            "not_valid_after": format!("{}T00:00:00Z", document.expires),
            "not_valid_before": format!("{}T00:00:00Z", document.issued),
        },
    })
}
