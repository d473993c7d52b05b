//! The checks of all features: what they compare, and the values that their results depend on.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{check::Check, document};
use crate::{
    catalog::status::StepStatus,
    values::{age, fold, same_name, with},
};

/// Runs a check and gives its result.
pub fn run(check: &mut Check<'_>) -> Value {
    let name = check.feature.kind.name.as_str();
    match name {
        "OCR" => identity_document(check),
        "NFC" => {
            let genuine = !check.finds("NFC_CHIP_NOT_VERIFIED");
            let document = document::shown_by(check).values;
            check.filled(name, json!({ "document": document, "genuine": genuine }))
        }
        "LIVENESS" | "AGE_ESTIMATION" => liveness(check),
        "FACE_MATCH" => face_match(check),
        "PHONE_VERIFICATION" => phone(check),
        "EMAIL_VERIFICATION" => {
            let address = check.session.contact("email");
            let address = address.unwrap_or(&check.person.email);
            reached(check, "email", address, json!({}))
        }
        "PROOF_OF_ADDRESS" => proof_of_address(check),
        "IP_ANALYSIS" => network(check),
        "AML" => watch_lists(check),
        "DATABASE_VALIDATION" => register_of_people(check),
        "KYB_REGISTRY" => register_of_companies(check),
        _ => check.filled(name, json!({})),
    }
}

fn identity_document(check: &mut Check<'_>) -> Value {
    if check.finds("COULD_NOT_RECOGNIZE_DOCUMENT") {
        return check.filled("UNREADABLE", json!({}));
    }
    let person = check.person;
    let born = check.born().to_string();
    let action = check.configured("expected_details_mismatch_action");
    let session = check.session;
    let name = expected_name(check);
    // Differences from what the caller expects are only told, unless the workflow gives them weight.
    if !name.is_empty() && !same_name(&name, &person.full_name()) {
        check.warn("FULL_NAME_MISMATCH_WITH_PROVIDED", action);
    }
    let mut countries = ["id_country", "country"].into_iter();
    let country = countries.find(|key| session.expected(key).is_some());
    let country = country.unwrap_or("country");
    let number = [person.document_number.as_str(), &person.personal_number];
    let country_code = [person.country.alpha3.as_str(); 2];
    for (key, actual, what) in [
        ("date_of_birth", [born.as_str(); 2], "DOB"),
        ("gender", [&person.gender; 2], "GENDER"),
        ("nationality", country_code, "NATIONALITY"),
        (country, country_code, "COUNTRY"),
        ("identification_number", number, "IDENTIFICATION_NUMBER"),
    ] {
        let differs = |expected: &str| {
            !actual
                .iter()
                .any(|known| expected.eq_ignore_ascii_case(known))
        };
        if session.expected(key).is_some_and(differs) {
            check.warn(&format!("{what}_MISMATCH_WITH_PROVIDED"), action);
        }
    }
    let number = &person.document_number;
    check.refuse_blocked("document", number, "ID_DOCUMENT_IN_BLOCKLIST");
    let document = document::shown_by(check);
    let mut result = check.filled("OCR", json!({ "document": document.values }));
    if document.is_one_sided {
        document::take_back_away(&mut result);
    }
    result
}

/// The name the caller expects, empty without one.
fn expected_name(check: &Check<'_>) -> String {
    let parts = ["first_name", "last_name"]
        .iter()
        .filter_map(|key| check.session.expected(key));
    parts.collect::<Vec<_>>().join(" ")
}

/// Liveness, and age estimations with it.
fn liveness(check: &mut Check<'_>) -> Value {
    let blocked = check.refuse_blocked("face", &check.person.face(), "FACE_IN_BLOCKLIST");
    let decline = check.threshold("face_liveness_score_decline_threshold", 50.0);
    let score = if check.finds("LIVENESS_FACE_ATTACK") {
        decline * 0.1
    } else {
        97.31
    };
    if check.finding.is_none() && score < decline {
        check.warn("LOW_LIVENESS_SCORE", StepStatus::Declined);
    }
    let method = check.feature.text("face_liveness_method");
    let years = age(check.born(), check.today);
    let matches = blocked.then(|| check.filled("BLOCKED_FACE", json!({})));
    let more = json!({
        "method": method.unwrap_or_else(|| "PASSIVE".to_owned()),
        "score": score,
        "age_estimation": format!("{years}.4").parse::<f64>().unwrap_or_default(),
        "matches": matches.unwrap_or(json!([])),
    });
    check.filled("LIVENESS", more)
}

/// The scores of the scenarios keep to the workflow's thresholds.
fn face_match(check: &mut Check<'_>) -> Value {
    let decline = check.threshold("face_match_score_decline_threshold", 50.0);
    let review = check
        .threshold("face_match_score_review_threshold", 70.0)
        .max(decline);
    let score = match check.finding {
        Some(finding) if finding.status == StepStatus::Declined => decline * 0.45,
        Some(_) => f64::midpoint(decline, review),
        None => 96.18,
    };
    if check.finding.is_none() && score < review {
        let action = if score < decline {
            StepStatus::Declined
        } else {
            StepStatus::InReview
        };
        check.warn("LOW_FACE_MATCH_SIMILARITY", action);
    }
    check.filled("FACE_MATCH", json!({ "score": score }))
}

fn phone(check: &mut Check<'_>) -> Value {
    let number = check
        .session
        .contact("phone")
        .map_or_else(|| check.person.full_phone(), str::to_owned);
    let usual = check.person.country.phone_prefix.as_str();
    // Numbers of other countries are ASCII as all are, and their prefix is taken to be two digits.
    let length = if number.starts_with(usual) {
        usual.len()
    } else {
        number.len().min(3)
    };
    let (prefix, local) = number.split_at_checked(length).unwrap_or((&number, ""));
    reached(
        check,
        "phone",
        &number,
        json!({ "prefix": prefix, "local": local }),
    )
}

/// A phone number or an e-mail address, where the person typed the right code.
fn reached(check: &mut Check<'_>, kind: &str, value: &str, more: Value) -> Value {
    let risk = if kind == "phone" {
        "PHONE_NUMBER_IN_BLOCKLIST"
    } else {
        "EMAIL_IN_BLOCKLIST"
    };
    let blocked = check.refuse_blocked(kind, value, risk);
    let form = format!("BLOCKED_{}", kind.to_uppercase());
    let matches = blocked.then(|| check.filled(&form, json!({ "value": value })));
    let matches = matches.unwrap_or(json!([]));
    let outcome = if blocked { "DECLINED" } else { "APPROVED" };
    let own = json!({ "value": value, "outcome": outcome, "matches": matches });
    check.filled(&check.feature.kind.name, with(own, more))
}

fn proof_of_address(check: &mut Check<'_>) -> Value {
    let (session, person) = (check.session, check.person);
    let elsewhere = check.finds("ADDRESS_MISMATCH_WITH_PROVIDED");
    let similar = check.finds("NAME_MISMATCH_ID_VERIFICATION");
    let mut name = person.full_name();
    if similar {
        let initial: String = person.first_name.chars().take(1).collect();
        name = format!("{initial}. {}", person.last_name);
    }
    let (mut street, mut address) = (person.street.as_str(), person.address());
    let mut formatted = person.formatted_address();
    if elsewhere {
        street = "99 Other Street";
        address = format!("{street}, {}", person.city);
        formatted.clone_from(&address);
    }
    let action = check.configured("poa_name_or_address_mismatch_action");
    let expected_name = expected_name(check);
    if !expected_name.is_empty() && !similar && !same_name(&expected_name, &name) {
        check.warn("NAME_MISMATCH_WITH_PROVIDED", action);
    }
    let expected_address = session.expected("address");
    let differs = |expected: &str| {
        !fold(&address).contains(&fold(expected)) && !fold(expected).contains(&fold(&person.street))
    };
    if !elsewhere && expected_address.is_some_and(differs) {
        check.warn("ADDRESS_MISMATCH_WITH_PROVIDED", action);
    }
    let country = session
        .expected("poa_country")
        .or_else(|| session.expected("country"));
    if country.is_some_and(|country| country != person.country.alpha3) {
        check.warn("POA_COUNTRY_MISMATCH_WITH_PROVIDED", action);
    }
    let score = if similar { 61.0 } else { 100.0 };
    let more = json!({
        "issued": check.today.checked_sub(1.month()).unwrap_or(check.today).to_string(),
        "street": street,
        "address": address,
        "formatted_address": formatted,
        "name": name,
        "score_expected": Some(score).filter(|_| !expected_name.is_empty()),
        "score_document": if similar { 58.5 } else { 100.0 },
        "expected_address": expected_address,
    });
    check.filled("PROOF_OF_ADDRESS", more)
}

fn network(check: &mut Check<'_>) -> Value {
    let person = check.person;
    if check.finding.is_none() {
        check.refuse_blocked("ip_address", &person.ip_address, "IP_ADDRESS_IN_BLOCKLIST");
        check.refuse_blocked(
            "device_fingerprint",
            &person.device(),
            "DEVICE_FINGERPRINT_IN_BLOCKLIST",
        );
    }
    if check
        .session
        .expected("ip_address")
        .is_some_and(|expected| expected != person.ip_address)
    {
        check.warn(
            "IP_ADDRESS_MISMATCH_WITH_PROVIDED",
            check.configured("expected_ip_mismatch_action"),
        );
    }
    check.filled("IP_ANALYSIS", json!({}))
}

/// The scores agree with the workflow's thresholds, as far as the scale of 100 allows.
fn watch_lists(check: &mut Check<'_>) -> Value {
    let approve = check.threshold("aml_score_approve_threshold", 80.0);
    let review = check
        .threshold("aml_score_review_threshold", 100.0)
        .max(approve);
    let certain = check
        .finding
        .is_some_and(|finding| finding.status == StepStatus::Declined);
    let score = if certain {
        100.0
    } else {
        f64::midpoint(approve, review)
    };
    let (score, hits) = match check.finding {
        None => (0.0, Vec::new()),
        Some(_) => (score, vec![hit(check, certain, score)]),
    };
    let monitored = check
        .feature
        .config
        .get("is_aml_ongoing_monitoring_enabled")
        == Some(&json!(true));
    let next_bill = check
        .today
        .checked_add(1.year())
        .ok()
        .map(|date| date.to_string());
    let more = json!({
        "total": hits.len(),
        "hits": hits,
        "score": score,
        "monitored": monitored,
        "next_bill": next_bill.filter(|_| monitored),
    });
    check.filled("AML", more)
}

/// Somebody on a list: certainly, or perhaps.
fn hit(check: &Check<'_>, certain: bool, score: f64) -> Value {
    let (country, contribution, total) = if certain {
        (100, 15.0, 100)
    } else {
        (60, 9.0, 94)
    };
    let more = json!({
        "score": score,
        "country_score": country,
        "country_contribution": contribution,
        "total_score": total,
    });
    let hit = check.filled("AML_HIT", more);
    if certain {
        with(hit, check.filled("AML_CERTAIN", json!({})))
    } else {
        hit
    }
}

fn register_of_people(check: &mut Check<'_>) -> Value {
    let person = check.person;
    let known = check.finding.is_none();
    let source = json!({
        "identification_number": person.personal_number,
        "first_name": person.first_name.to_uppercase(),
        "last_name": person.last_name.to_uppercase(),
        "date_of_birth": person.date_of_birth,
    });
    let more = json!({
        "service": person.country.alpha3.to_lowercase(),
        "code": if known { "MATCH" } else { "NO_MATCH" },
        "result": if known { "full_match" } else { "no_match" },
        "source": if known { source } else { json!({}) },
    });
    check.filled("DATABASE_VALIDATION", more)
}

fn register_of_companies(check: &mut Check<'_>) -> Value {
    let session = check.session;
    let name = session
        .expected("company_name")
        .unwrap_or("Simulated Trading Ltd");
    let country = session
        .expected("registry_country")
        .and_then(|code| code.get(..2));
    let more = json!({
        "name": name,
        "registered": if check.finding.is_some() { "Another Simulated Company Ltd" } else { name },
        "number": session.expected("registration_number").unwrap_or("00000001"),
        "country": country.unwrap_or("GB").to_uppercase(),
    });
    check.filled("KYB_REGISTRY", more)
}
