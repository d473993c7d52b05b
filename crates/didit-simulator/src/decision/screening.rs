//! Screening against lists and registers, and free-form documents.

use jiff::ToSpan;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Check, Findings};
use crate::{scenarios::Action, state::micros};

/// `aml_screenings[]`
pub(super) fn aml(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let person = check.person;
    let approve = check.feature.number("aml_score_approve_threshold", 80.0);
    let review = check
        .feature
        .number("aml_score_review_threshold", 100.0)
        .max(approve);
    // The scores agree with the workflow's thresholds, as far as the scale of 100 allows.
    let (score, hits) = match check.finding {
        None => (0.0, json!([])),
        Some(finding) => {
            let certain = Action::from(finding.status) == Action::Decline;
            let score = if certain {
                100.0
            } else {
                f64::midpoint(approve, review)
            };
            (score, json!([hit(check, certain, score)]))
        }
    };
    let monitored = check
        .feature
        .config
        .get("is_aml_ongoing_monitoring_enabled")
        == Some(&json!(true));
    let next_bill = check
        .today
        .checked_add(1.year())
        .map(|date| date.to_string())
        .ok();
    json!({
        "total_hits": hits.as_array().map_or(0, Vec::len),
        "entity_type": "person",
        "hits": hits,
        "score": score,
        "screened_data": {
            "full_name": person.full_name(),
            "nationality": person.country.alpha2,
            "date_of_birth": check.born().to_string(),
            "document_number": person.document_number,
        },
        "is_ongoing_monitoring_enabled": monitored,
        "next_ongoing_monitoring_bill_date": next_bill.filter(|_| monitored),
        "last_ongoing_screening_at": null,
        "last_ongoing_screening_datasets_updated_at": null,
    })
}

fn hit(check: &Check<'_>, certain: bool, score: f64) -> Value {
    let person = check.person;
    let name = person.full_name();
    let source = format!("{}/media/watchlist.html", check.state.origin);
    let level = |score: i64, weight: i64| {
        json!({
            "score": score,
            "weightage": weight,
            "risk_level": if score > 50 { "High" } else { "Low" },
            "risk_scores": {},
        })
    };
    let sanction = json!([{
        "list_name": ["Simulated sanctions list"],
        "matched_name": name,
        "description": "An invented list for tests.",
        "reason": "Invented",
        "source_url": source,
        "other_sources": [],
        "details": [],
        "legal_basis": [],
        "listed_on": [],
        "sanction_list": ["Simulated sanctions list"],
        "sanction_program": [],
        "sanctioning_authority": ["Simulated authority"],
        "updated_on": [],
        "additional_data": {},
    }]);
    let position = json!([{
        "aliases": [],
        "education": [],
        "list_name": "Simulated list of office holders",
        "publisher": "Simulated publisher",
        "source_url": source,
        "description": "An invented list for tests.",
        "matched_name": name,
        "pep_position": "Invented office",
        "date_of_birth": person.date_of_birth,
        "other_sources": [],
        "place_of_birth": person.city,
    }]);
    json!({
        "id": format!("simulated-hit-{}", person.document_number),
        "url": source,
        "match": certain,
        "score": if certain { 1.0 } else { 0.9 },
        "target": null,
        "caption": name,
        "datasets": if certain { json!(["Sanctions"]) } else { json!(["PEP"]) },
        "features": null,
        "rca_name": "",
        "last_seen": micros(check.now),
        "first_seen": "2020-01-01T00:00:00Z",
        "risk_view": {
            "crimes": level(0, 20),
            "countries": level(0, 30),
            "categories": level(100, 50),
            "custom_list": {},
        },
        "properties": {
            "name": [name],
            "alias": [],
            "notes": ["Invented for tests"],
            "title": null,
            "gender": [],
            "lastName": [person.last_name],
            "firstName": [person.first_name],
            "birthDate": [person.date_of_birth],
            "birthPlace": [],
            "education": [],
        },
        "match_score": if certain { 100.0 } else { 94.0 },
        "risk_score": score,
        "review_status": if certain { "Confirmed Match" } else { "Unreviewed" },
        "score_breakdown": {
            "name_score": 100,
            "name_weight": 60,
            "name_weight_normalized": 60.0,
            "name_contribution": 60.0,
            "dob_score": 100,
            "dob_weight": 25,
            "dob_weight_normalized": 25.0,
            "dob_contribution": 25.0,
            "country_score": if certain { 100 } else { 60 },
            "country_weight": 15,
            "country_weight_normalized": 15.0,
            "country_contribution": if certain { 15.0 } else { 9.0 },
            "document_number_match_type": "NEUTRAL",
            "document_number_effect": "No document number to compare",
            "total_score": if certain { 100 } else { 94 },
        },
        "pep_matches": if certain { json!([]) } else { position },
        "linked_entities": [],
        "warning_matches": [],
        "sanction_matches": if certain { sanction } else { json!([]) },
        "adverse_media_details": {
            "sentiment": "Neutral", "entity_type": "person", "sentiment_score": 0, "adverse_keywords": {},
        },
        "adverse_media_matches": [],
        "additional_information": {},
    })
}

/// `database_validations[]`
pub(super) fn database(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let person = check.person;
    let known = check.finding.is_none();
    let result = if known { "full_match" } else { "no_match" };
    json!({
        "issuing_state": person.country.alpha3,
        "validation_type": "one_by_one",
        "screened_data": {
            "last_name": person.last_name,
            "first_name": person.first_name,
            "personal_number": person.personal_number,
            "document_number": person.document_number,
            "date_of_birth": check.born().to_string(),
        },
        "validations": [{
            "service_id": format!("{}_simulated", person.country.alpha3.to_lowercase()),
            "service_name": format!("{} - simulated register", person.country.name),
            "outcome_code": if known { "MATCH" } else { "NO_MATCH" },
            "outcome_detail": null,
            "validation": { "full_name": result, "date_of_birth": result, "identification_number": result },
            "source_data": if known {
                json!({
                    "identification_number": person.personal_number,
                    "first_name": person.first_name.to_uppercase(),
                    "last_name": person.last_name.to_uppercase(),
                    "date_of_birth": person.date_of_birth,
                })
            } else {
                json!({})
            },
        }],
        "errors": [],
        "match_type": result,
    })
}

/// `document_ai_documents[]`
pub(super) fn documents(check: &Check<'_>) -> Value {
    json!({
        "items": [{
            "uuid": Uuid::new_v4(),
            "node_id": check.feature.node_id,
            "document_key": "simulated_document",
            "original_filename": "simulated.pdf",
            "file_size": 18_432,
            "file_url": check.media("document_ai.pdf"),
            "status": "Approved",
            "extracted_data": { "name": check.person.full_name() },
            "detected_codes": [],
            "fields": [{
                "key": "name",
                "name": "Name",
                "instruction": "The name on the document.",
                "type": "text",
                "required": true,
            }],
            "document_metadata": { "is_tampered": false },
            "cross_check_result": null,
            "created_at": micros(check.now),
        }],
    })
}
