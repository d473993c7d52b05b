//! The values that the results of single features depend on. All else stands in their forms.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{check::Check, document};
use crate::{
    catalog::StepStatus,
    values::{Fields, age, lay_over, with},
};

/// Runs a check and gives its result.
pub fn run(check: &mut Check<'_>) -> Value {
    let name = check.feature.kind.name.as_str();
    match name {
        "OCR" if check.finds("COULD_NOT_RECOGNIZE_DOCUMENT") => {
            check.filled("UNREADABLE", json!({}))
        }
        "OCR" | "NFC" => document::result(check, name),
        "LIVENESS" | "AGE_ESTIMATION" => liveness(check),
        "FACE_MATCH" => face_match(check),
        "PHONE_VERIFICATION" => phone(check),
        "EMAIL_VERIFICATION" => {
            let address = check.session.contact("email");
            let address = address.unwrap_or(&check.person.email);
            check.filled(name, json!({ "value": address }))
        }
        "PROOF_OF_ADDRESS" => proof_of_address(check),
        "AML" => watch_lists(check),
        "KYB_REGISTRY" => register_of_companies(check),
        _ => check.filled(name, json!({})),
    }
}

/// Liveness, and age estimations with it.
fn liveness(check: &mut Check<'_>) -> Value {
    let feature = check.feature;
    let decline = feature.number("face_liveness_score_decline_threshold", 50.0);
    let is_attack = check.finds("LIVENESS_FACE_ATTACK");
    let review = feature.number("face_liveness_score_review_threshold", decline);
    let score = check.score_or(if is_attack { decline * 0.1 } else { 97.31 });
    if check.finding.is_none() {
        warn_below(check, "LOW_LIVENESS_SCORE", score, decline, review);
    }
    let method = check.feature.text("face_liveness_method");
    let years = format!("{}.4", age(check.born(), check.today));
    let more = json!({
        "method": method.unwrap_or_else(|| "PASSIVE".to_owned()),
        "score": score,
        "age_estimation": years.parse::<f64>().unwrap_or_default(),
    });
    check.filled("LIVENESS", more)
}

/// The scores of the scenarios keep to the workflow's thresholds.
fn face_match(check: &mut Check<'_>) -> Value {
    let threshold = |key, usual| check.feature.number(key, usual);
    let decline = threshold("face_match_score_decline_threshold", 50.0);
    let review = threshold("face_match_score_review_threshold", 70.0).max(decline);
    let score = check.score_or(match check.finding {
        Some(finding) if finding.status == StepStatus::Declined => decline * 0.45,
        Some(_) => f64::midpoint(decline, review),
        None => 96.18,
    });
    if check.finding.is_none() {
        warn_below(check, "LOW_FACE_MATCH_SIMILARITY", score, decline, review);
    }
    check.filled("FACE_MATCH", json!({ "score": score }))
}

fn warn_below(check: &mut Check<'_>, risk: &str, score: f64, decline: f64, review: f64) {
    if score < decline {
        check.warn(risk, StepStatus::Declined, &Value::Null);
    } else if score < review {
        check.warn(risk, StepStatus::InReview, &Value::Null);
    }
}

fn phone(check: &Check<'_>) -> Value {
    let own = check.person.full_phone();
    let number = check.session.contact("phone").unwrap_or(&own);
    let usual = check.person.country.phone_prefix.as_str();
    // Numbers of other countries are ASCII as all are, and their prefix is taken to be two digits.
    let is_usual = number.starts_with(usual);
    let length = if is_usual { usual.len() } else { 3 };
    let (prefix, local) = number.split_at_checked(length).unwrap_or((number, ""));
    let more = json!({ "value": number, "prefix": prefix, "local": local });
    check.filled("PHONE_VERIFICATION", more)
}

fn proof_of_address(check: &Check<'_>) -> Value {
    let session = check.session;
    let is_similar = check.finds("NAME_MISMATCH_ID_VERIFICATION");
    let mut names = ["first_name", "last_name"].into_iter();
    let is_compared = names.any(|key| session.expected(key).is_some());
    let score = if is_similar { 61.0 } else { 100.0 };
    let issued = check.today.checked_sub(1.month()).unwrap_or(check.today);
    let more = json!({
        "issued": issued.to_string(),
        "score_expected": is_compared.then_some(score),
        "expected_address": session.expected("address"),
    });
    check.filled("PROOF_OF_ADDRESS", more)
}

/// The scores agree with the workflow's thresholds, as far as the scale of 100 allows.
fn watch_lists(check: &mut Check<'_>) -> Value {
    let threshold = |key, usual| check.feature.number(key, usual);
    let approve = threshold("aml_score_approve_threshold", 80.0);
    let review = threshold("aml_score_review_threshold", 100.0).max(approve);
    let mut hits = Vec::new();
    let mut score = 0.0;
    if let Some(finding) = check.finding {
        score = f64::midpoint(approve, review);
        if finding.status == StepStatus::Declined {
            score = 100.0;
            check.marks.push("certain".to_owned());
        }
        hits.push(check.filled("AML_HIT", json!({ "score": score })));
        if finding.status == StepStatus::InReview {
            hits.push(namesake(check));
        }
    } else if let Some(scripted) = check.scripted_score() {
        score = scripted;
        if score > approve {
            let is_certain = score > review;
            let action = match is_certain {
                true => StepStatus::Declined,
                false => StepStatus::InReview,
            };
            check.warn("POSSIBLE_MATCH_FOUND", action, &Value::Null);
        }
    }
    if let Some(script) = check.scripted {
        // Each is laid over a hit as it usually looks.
        hits.extend(script.list("hits").iter().map(|scripted| {
            let mut hit = check.filled("AML_HIT", json!({ "score": score }));
            lay_over(&mut hit, scripted);
            hit
        }));
    }
    let config = &check.feature.config;
    let is_monitored = config.flag("is_aml_ongoing_monitoring_enabled");
    let next_bill = check.today.checked_add(1.year()).ok();
    let more = json!({
        "hits": hits,
        "score": score,
        "monitored": is_monitored,
        "next_bill": next_bill.filter(|_| is_monitored).map(|date| date.to_string()),
    });
    check.filled("AML", more)
}

/// Somebody of the same name who was born elsewhere and in another year. Didit itself takes a hit below the threshold for
/// somebody else.
fn namesake(check: &Check<'_>) -> Value {
    let hit = check.filled("AML_HIT/namesake", json!({}));
    let threshold = check.feature.number("aml_match_score_threshold", 93.0);
    let is_near = hit.json("match_score").as_f64() >= Some(threshold);
    let review = if is_near {
        "Unreviewed"
    } else {
        "False Positive"
    };
    with(hit, json!({ "review_status": review }))
}

fn register_of_companies(check: &Check<'_>) -> Value {
    let expected = |key, usual| check.session.expected(key).unwrap_or(usual);
    let country = expected("registry_country", "GB").get(..2).unwrap_or("GB");
    let more = json!({
        "name": expected("company_name", "Simulated Trading Ltd"),
        "number": expected("registration_number", "00000001"),
        "country": country.to_uppercase(),
    });
    check.filled("KYB_REGISTRY", more)
}
