//! Checks of companies, for workflows with `KYB_` features.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Check, Findings};
use crate::state::micros;

/// `registry_checks[]`
pub(super) fn registry(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let session = check.session;
    let status = findings.status().name();
    let name = session
        .expected("company_name")
        .unwrap_or("Simulated Trading Ltd");
    let number = session
        .expected("registration_number")
        .unwrap_or("00000001");
    let country = session
        .expected("registry_country")
        .and_then(|code| code.get(..2))
        .unwrap_or("GB")
        .to_uppercase();
    let registered = if check.finding.is_some() {
        "Another Simulated Company Ltd"
    } else {
        name
    };
    json!({
        "data_resolved": true,
        "company": {
            "uuid": Uuid::new_v4(),
            "node_id": check.feature.node_id,
            "status": status,
            "registry_status": "active",
            "data_resolved": true,
            "company_name": registered,
            "registration_number": number,
            "country_code": country,
            "region": null,
            "company_type": "Private Limited Company",
            "incorporation_date": "2015-01-01",
            "registered_address": "1 Nowhere Street, London",
            "tax_number": null,
            "risk_level": null,
            "verification_status": null,
            "is_from_registry": true,
            "fetch_status": "resolved",
            "officers": [],
            "beneficial_owners": [],
            "addresses": [],
            "industries": [],
            "accounts": null,
            "registry_data": {},
            "user_provided_data": { "company_name": name, "registration_number": number },
            "confirmed_by_user_at": micros(check.now),
            "last_console_edit_at": null,
            "is_editable": false,
        },
        "ownership_structure": { "nodes": [{ "id": "company", "name": registered, "type": "company" }] },
    })
}

/// `key_people_checks[]`
pub(super) fn key_people(check: &Check<'_>) -> Value {
    let person = check.person;
    json!({
        "registry": {
            "officers": [{
                "uuid": Uuid::new_v4(),
                "name": person.full_name(),
                "designation": "Director",
                "role": "director",
                "nationality": person.country.alpha3,
                "appointment_date": "2015-01-01",
                "termination_date": null,
                "is_active": true,
                "address": null,
                "aml_status": "Approved",
                "kyc_status": "Approved",
            }],
            "beneficial_owners": [],
        },
        "submitted": { "parties": [] },
        "ubo_kyc_summary": { "total": 0, "approved": 0, "flagged": 0, "pending": 0 },
    })
}

/// `document_verifications[]`
pub(super) fn documents(check: &Check<'_>) -> Value {
    json!({
        "items": [{
            "uuid": Uuid::new_v4(),
            "document_type": "LEGAL_PRESENCE",
            "document_subtype": "CERTIFICATE_OF_INCORPORATION",
            "document_group": "LEGAL_PRESENCE",
            "file_url": check.media("certificate_of_incorporation.pdf"),
            "original_filename": "certificate_of_incorporation.pdf",
            "file_size": 20_480,
            "status": "Approved",
            "created_at": micros(check.now),
            "cross_check_result": null,
            "document_metadata": null,
            "description": null,
            "is_requested": false,
            "ocr_data": {},
            "is_console_upload": false,
            "is_confirmed": true,
        }],
        "groups": {},
        "required_groups": ["LEGAL_PRESENCE"],
    })
}
