//! How a person can be reached and where they are: phone, e-mail, address, network.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::{Check, Findings};
use crate::{
    people::{fold, same_name},
    scenarios::Action,
    state::micros,
};

/// `phone_verifications[]`
pub(super) fn phone(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let person = check.person;
    let number = check
        .session
        .contact("phone")
        .map_or_else(|| person.full_phone(), str::to_owned);
    let prefix = person.country.phone_prefix;
    let (prefix, local) = match number.strip_prefix(prefix) {
        Some(local) => (prefix.to_owned(), local.to_owned()),
        None => (
            number.chars().take(3).collect(),
            number.chars().skip(3).collect::<String>(),
        ),
    };
    let blocked = check.refuse_blocked(findings, "phone", &number, "PHONE_NUMBER_IN_BLOCKLIST");
    let outcome = if blocked {
        "PHONE_VERIFICATION_DECLINED"
    } else {
        "PHONE_VERIFICATION_APPROVED"
    };
    json!({
        "phone_number_prefix": prefix,
        "phone_number": local,
        "full_number": number,
        "country_code": person.country.alpha2,
        "country_name": person.country.name,
        "carrier": { "name": "Simulated Mobile", "type": "mobile" },
        "is_disposable": false,
        "is_virtual": false,
        "verification_method": "sms",
        "verification_attempts": 1,
        "verified_at": micros(check.now),
        "lifecycle": [
            event(check, "PHONE_VERIFICATION_MESSAGE_SENT", &json!({
                "status": "Success", "reason": null, "channel": "sms", "actual_channel": "sms",
            }), 0.04),
            event(check, "VALID_CODE_ENTERED", &json!({ "status": "Approved", "code_tried": "123456" }), 0.0),
            event(check, outcome, &Value::Null, 0.0),
        ],
        "matches": if blocked { listed("phone_number", &number) } else { json!([]) },
    })
}

/// `email_verifications[]`
pub(super) fn email(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let address = check.session.contact("email").unwrap_or(check.person.email);
    let blocked = check.refuse_blocked(findings, "email", address, "EMAIL_IN_BLOCKLIST");
    let outcome = if blocked {
        "EMAIL_VERIFICATION_DECLINED"
    } else {
        "EMAIL_VERIFICATION_APPROVED"
    };
    json!({
        "email": address,
        "is_breached": false,
        "breaches": [],
        "is_disposable": false,
        "is_undeliverable": false,
        "verification_attempts": 1,
        "verified_at": micros(check.now),
        "lifecycle": [
            event(check, "EMAIL_VERIFICATION_MESSAGE_SENT", &json!({ "status": "Success", "reason": null }), 0.03),
            event(check, "VALID_CODE_ENTERED", &json!({ "status": "Approved", "code_tried": "123456" }), 0.0),
            event(check, outcome, &Value::Null, 0.0),
        ],
        "matches": if blocked { listed("email", address) } else { json!([]) },
    })
}

fn event(check: &Check<'_>, kind: &str, details: &Value, fee: f64) -> Value {
    json!({ "type": kind, "timestamp": micros(check.now), "details": details, "fee": fee })
}

/// The match an entry of a blocklist leaves.
fn listed(key: &str, value: &str) -> Value {
    json!([{
        "session_id": null,
        "session_number": null,
        "vendor_data": null,
        "verification_date": null,
        key: value,
        "status": null,
        "is_blocklisted": true,
        "api_service": null,
        "source": "list_entry",
    }])
}

/// `poa_verifications[]`
pub(super) fn proof_of_address(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let (session, person) = (check.session, check.person);
    let elsewhere = check.found("ADDRESS_MISMATCH_WITH_PROVIDED");
    let similar = check.found("NAME_MISMATCH_ID_VERIFICATION");
    let name = if similar {
        format!("{}. {}", initial(person.first_name), person.last_name)
    } else {
        person.full_name()
    };
    let address = if elsewhere {
        format!("99 Other Street, {}", person.city)
    } else {
        person.address()
    };
    let action = check.action("poa_name_or_address_mismatch_action", Action::Ignore);
    let expected_name: Vec<&str> = ["first_name", "last_name"]
        .iter()
        .filter_map(|key| session.expected(key))
        .collect();
    if !expected_name.is_empty() && !similar && !same_name(&expected_name.join(" "), &name) {
        check.warn(findings, "NAME_MISMATCH_WITH_PROVIDED", action);
    }
    let expected_address = session.expected("address");
    if !elsewhere
        && expected_address.is_some_and(|expected| {
            !fold(&address).contains(&fold(expected))
                && !fold(expected).contains(&fold(person.street))
        })
    {
        check.warn(findings, "ADDRESS_MISMATCH_WITH_PROVIDED", action);
    }
    let country = session
        .expected("poa_country")
        .or_else(|| session.expected("country"));
    if country.is_some_and(|country| country != person.country.alpha3) {
        check.warn(findings, "POA_COUNTRY_MISMATCH_WITH_PROVIDED", action);
    }
    let issued = check.today.checked_sub(1.month()).unwrap_or(check.today);
    json!({
        "document_file": check.media("proof_of_address.pdf"),
        "issuing_state": person.country.alpha2,
        "document_type": "UTILITY_BILL",
        "document_subtype": null,
        "document_language": person.country.language,
        "document_metadata": {
            "file_size": 48_213,
            "content_type": "application/pdf",
            "creation_date": issued.to_string(),
            "modified_date": issued.to_string(),
            "overlay_manipulation": null,
            "creator": null,
            "producer": "Simulated utility",
            "software": null,
            "encryption": null,
            "is_signed": false,
            "is_tampered": false,
            "signature_info": null,
            "exif_original_date": null,
            "exif_digitized_date": null,
            "processed_by_known_editor": false,
            "has_different_creation_mod_date": false,
        },
        "issuer": "Simulated Water and Power",
        "issue_date": issued.to_string(),
        "expiration_date": null,
        "poa_address": address,
        "poa_formatted_address": if elsewhere { address.clone() } else { person.formatted_address() },
        "poa_parsed_address": {
            "address_type": "Street",
            "street_1": if elsewhere { "99 Other Street" } else { person.street },
            "street_2": null,
            "city": person.city,
            "region": person.region,
            "country": person.country.alpha2,
            "postal_code": person.postal_code,
            "document_location": { "latitude": person.latitude, "longitude": person.longitude },
        },
        "name_on_document": name,
        "name_match_score_expected_details": if expected_name.is_empty() { Value::Null } else { json!(if similar { 61.0 } else { 100.0 }) },
        "name_match_score_id_verification": if similar { 58.5 } else { 100.0 },
        "expected_details_address": expected_address,
        "expected_details_formatted_address": expected_address,
        "expected_details_parsed_address": {},
        "extra_fields": {
            "bank_account_number": null,
            "bank_iban": null,
            "bank_sort_code": null,
            "bank_routing_number": null,
            "bank_swift_bic": null,
            "bank_branch_name": null,
            "bank_branch_address": null,
            "document_phone_number": null,
            "additional_names": [],
        },
        "extra_files": [],
        "detected_codes": [],
    })
}

fn initial(name: &str) -> String {
    name.chars().take(1).collect()
}

/// `ip_analyses[]`
pub(super) fn ip_analysis(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let person = check.person;
    if check.finding.is_none() {
        check.refuse_blocked(
            findings,
            "ip_address",
            person.ip_address,
            "IP_ADDRESS_IN_BLOCKLIST",
        );
        check.refuse_blocked(
            findings,
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
        let action = check.action("expected_ip_mismatch_action", Action::Ignore);
        check.warn(findings, "IP_ADDRESS_MISMATCH_WITH_PROVIDED", action);
    }
    let here = json!({ "latitude": person.latitude, "longitude": person.longitude });
    json!({
        "device_brand": "Simulated",
        "device_model": "Phone",
        "browser_family": "Mobile Browser",
        "os_family": "Simulated OS",
        "platform": "mobile",
        "device_fingerprint": person.device(),
        "ip_country": person.country.name,
        "ip_country_code": person.country.alpha2,
        "ip_state": person.region,
        "ip_city": person.city,
        "latitude": person.latitude,
        "longitude": person.longitude,
        "ip_address": person.ip_address,
        "isp": "Simulated Network",
        "organization": null,
        "is_vpn_or_tor": false,
        "is_data_center": false,
        "time_zone": person.country.time_zone,
        "time_zone_offset": person.country.time_zone_offset,
        "ip": { "location": here, "distance_from_id_document": 0.0, "distance_from_poa_document": null },
        "id_document": { "location": here, "distance_from_ip": 0.0, "distance_from_poa_document": null },
        "poa_document": { "location": null, "distance_from_ip": null, "distance_from_id_document": null },
        "matches": [],
    })
}
