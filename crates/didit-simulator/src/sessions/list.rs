//! Listing and searching sessions.

use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Session;
use crate::{
    call::Call,
    decision,
    fields::parse_date,
    people::fold,
    reply::{Answer, Reply, field, field_text},
    state::{State, micros},
};

const API_SERVICES: [&str; 11] = [
    "ID_VERIFICATION",
    "FACE_MATCH",
    "AGE_ESTIMATION",
    "FACE_SEARCH",
    "POA",
    "AML",
    "KYB_REGISTRY",
    "PASSIVE_LIVENESS",
    "DATABASE_VALIDATION",
    "PHONE_VERIFICATION",
    "EMAIL_VERIFICATION",
];
/// The list stops counting companies here.
const MOST_BUSINESSES_COUNTED: usize = 100;

/// `GET /v3/sessions/`
pub(crate) fn list(state: &mut State, call: &Call) -> Answer {
    let kind = call.query("session_kind").unwrap_or("user").to_lowercase();
    if !matches!(kind.as_str(), "user" | "business" | "all") {
        return Err(field_text(
            "session_kind",
            "Must be \"user\", \"business\", or \"all\".",
        ));
    }
    let filter = Filter::read(call)?;
    let page = |business: bool| {
        // The newest come first, and they stand last.
        let found: Vec<&Session> = state
            .sessions
            .iter()
            .rev()
            .filter(|session| {
                session.application == call.application && session.is_business == business
            })
            .filter(|session| filter.accepts(session))
            .collect();
        call.envelope(&state.origin, found, 50, |session| {
            if business {
                business_row(session)
            } else {
                user_row(state, session)
            }
        })
    };
    let mut shown = page(kind == "business");
    if kind == "all" {
        append(&mut shown, page(true));
    }
    if kind == "business" {
        cap_count(&mut shown);
    }
    Ok(Reply::ok(&shown))
}

/// Puts the companies' page behind the people's; `next` and `previous` stay those of the people.
fn append(page: &mut Value, mut businesses: Value) {
    cap_count(&mut businesses);
    let more = businesses.get("count").and_then(Value::as_u64).unwrap_or(0);
    let Some(page) = page.as_object_mut() else {
        return;
    };
    let count = page.get("count").and_then(Value::as_u64).unwrap_or(0) + more;
    page.insert("count".to_owned(), json!(count));
    if let (Some(Value::Array(rows)), Some(Value::Array(others))) =
        (page.get_mut("results"), businesses.get_mut("results"))
    {
        rows.append(others);
    }
}

fn cap_count(page: &mut Value) {
    if let Some(count) = page.get_mut("count") {
        let capped = count
            .as_u64()
            .unwrap_or(0)
            .min(MOST_BUSINESSES_COUNTED as u64);
        *count = json!(capped);
    }
}

/// The parameters of a search; all given ones must hold.
struct Filter {
    status: Option<Vec<String>>,
    vendor_data: Option<String>,
    search: Option<String>,
    workflow_ids: Option<Vec<Uuid>>,
    from: Option<Date>,
    to: Option<Date>,
    country: Option<Vec<String>>,
    document_type: Option<Vec<String>>,
    entity: Option<Uuid>,
    screened_name: Option<String>,
    region: Option<String>,
    warning: Option<Vec<String>>,
    session_type: Option<Vec<String>>,
    api_service: bool,
}

impl Filter {
    fn read(call: &Call) -> Result<Self, Reply> {
        let text = |name: &str| {
            call.query(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let csv = |name: &str| {
            text(name).map(|text| {
                text.split(',')
                    .map(|part| part.trim().to_owned())
                    .collect::<Vec<_>>()
            })
        };
        let date = |name: &str| match text(name) {
            None => Ok(None),
            Some(text) => parse_date(&text)
                .map(Some)
                .ok_or_else(|| field(name, "Enter a valid date.")),
        };
        let uuid = |name: &str| match text(name) {
            None => Ok(None),
            Some(text) => Uuid::parse_str(&text)
                .map(Some)
                .map_err(|_| field(name, "Enter a valid UUID.")),
        };
        if let Some(service) =
            text("api_service").filter(|service| !API_SERVICES.contains(&service.as_str()))
        {
            let complaint =
                format!("Select a valid choice. {service} is not one of the available choices.");
            return Err(field("api_service", &complaint));
        }
        Ok(Self {
            status: csv("status"),
            vendor_data: text("vendor_data"),
            search: text("search"),
            workflow_ids: csv("workflow_id").map(|ids| {
                ids.iter()
                    .filter_map(|id| Uuid::parse_str(id).ok())
                    .collect()
            }),
            from: date("date_from")?,
            to: date("date_to")?,
            country: csv("country"),
            document_type: csv("document_type"),
            entity: uuid("didit_internal_id")?.or(uuid("euuid")?),
            screened_name: text("screened_full_name"),
            region: text("region"),
            warning: csv("warning"),
            session_type: csv("session_type"),
            api_service: text("api_service").is_some(),
        })
    }

    fn accepts(&self, session: &Session) -> bool {
        let among = |wanted: &Option<Vec<String>>, value: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| {
                value.is_some_and(|value| wanted.iter().any(|one| one == value))
            })
        };
        let document = |key: &str| session.result("OCR")?.get(key)?.as_str();
        let created = || session.created_at.to_zoned(TimeZone::UTC).date();
        // Companies of the last day are only found up to its first moment.
        let before_end = |last: Date| {
            if session.is_business {
                created() < last
            } else {
                created() <= last
            }
        };
        among(&self.status, Some(session.status.name()))
            && self.vendor_data.as_deref().is_none_or(|wanted| session.vendor_data.as_deref() == Some(wanted))
            && self.workflow_ids.as_ref().is_none_or(|ids| {
                ids.contains(&session.workflow_group) || ids.contains(&session.workflow_uuid)
            })
            && self.from.is_none_or(|first| created() >= first)
            && self.to.is_none_or(before_end)
            && among(&self.country, document("issuing_state"))
            && self.document_type.as_ref().is_none_or(|codes| {
                document("document_type").is_some_and(|shown| {
                    codes.iter().any(|code| decision::document_name(code) == Some(shown))
                })
            })
            && self.entity.is_none_or(|entity| session.entity() == Some(entity))
            && self.warning.as_ref().is_none_or(|risks| {
                decision::risks(session).iter().any(|risk| risks.iter().any(|wanted| wanted == risk))
            })
            && self.session_type.as_ref().is_none_or(|types| {
                types.iter().any(|one| one == "API" || one == "ALL")
            })
            && self.screened_name.as_deref().is_none_or(|name| {
                let screened = session.result("AML").and_then(|result| {
                    result.pointer("/screened_data/full_name")?.as_str()
                });
                screened.is_some_and(|screened| fold(screened).contains(&fold(name)))
            })
            && self.region.as_deref().is_none_or(|region| {
                let parsed = session
                    .result("OCR")
                    .and_then(|result| result.pointer("/parsed_address/region")?.as_str());
                parsed.is_some_and(|parsed| fold(parsed) == fold(region))
            })
            // Sessions here never come from a stand-alone service.
            && !self.api_service
            && self.search.as_deref().is_none_or(|text| found_by(session, text))
    }
}

/// The smart search: what the text looks like decides where it is looked for.
fn found_by(session: &Session, text: &str) -> bool {
    let text = text.trim();
    let document = |key: &str| {
        session
            .result("OCR")
            .and_then(|result| result.get(key))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let vendor_data = session.vendor_data.as_deref().unwrap_or_default();
    if let Ok(id) = Uuid::parse_str(text) {
        return session.id == id || vendor_data == text;
    }
    if text.contains('@') {
        let verified = session
            .result("EMAIL_VERIFICATION")
            .and_then(|result| result.get("email"))
            .and_then(Value::as_str);
        let email = verified
            .or_else(|| session.contact("email"))
            .unwrap_or_default();
        return email.to_lowercase().starts_with(&text.to_lowercase());
    }
    let numeric = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ' '));
    if numeric {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let phone = session
            .result("PHONE_VERIFICATION")
            .and_then(|result| result.get("full_number"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim_start_matches('+')
            .to_owned();
        return session.number.to_string().starts_with(&digits)
            || document("document_number").contains(&digits)
            || document("personal_number").contains(&digits)
            || phone.starts_with(&digits)
            || vendor_data.contains(text);
    }
    fold(&document("full_name")).contains(&fold(text)) || fold(vendor_data).contains(&fold(text))
}

fn user_row(state: &State, session: &Session) -> Value {
    let text = |key: &str| {
        session
            .result("OCR")
            .and_then(|result| result.get(key))
            .cloned()
            .unwrap_or(Value::Null)
    };
    // The API's rows know no step of this kind.
    let features: Vec<Value> = session
        .steps
        .iter()
        .filter(|step| step.feature.kind.name != "DOCUMENT_AI")
        .map(|step| json!({ "feature": step.feature.kind.display, "status": step.status.name() }))
        .collect();
    let verified = |name: &str, key: &str, shown: &str, contact: &str| {
        let result = session
            .result(name)
            .and_then(|result| result.get(key))
            .and_then(Value::as_str);
        let value = result.or_else(|| session.contact(contact))?;
        Some(json!({ shown: value, "is_verified": result.is_some() }))
    };
    json!({
        "session_id": session.id,
        "session_kind": "user",
        "session_number": session.number,
        "session_url": session.url(&state.origin),
        "portrait_image": text("portrait_image"),
        "document_type": text("document_type"),
        "full_name": text("full_name"),
        "country": text("issuing_state"),
        "status": session.status.name(),
        "vendor_data": session.vendor_data,
        "didit_internal_id": session.entity(),
        "created_at": micros(session.created_at),
        "features": features,
        "phone_number": verified("PHONE_VERIFICATION", "full_number", "number", "phone"),
        "email_address": verified("EMAIL_VERIFICATION", "email", "email", "email"),
        "additional_details": additional_details(session),
    })
}

/// Scores are fractions here although the decision has percentages.
fn additional_details(session: &Session) -> Value {
    let mut details = Map::new();
    let number = |result: &Value, key: &str| {
        result
            .get(key)
            .and_then(Value::as_f64)
            .map(|score| (score * 100.0).round() / 10_000.0)
    };
    if let Some(result) = session.result("LIVENESS") {
        details.insert(
            "liveness".to_owned(),
            json!({ "method": result.get("method"), "score": number(result, "score") }),
        );
    }
    if let Some(result) = session.result("FACE_MATCH") {
        details.insert(
            "face_match".to_owned(),
            json!({ "score": number(result, "score") }),
        );
    }
    if let Some(result) = session.result("AML") {
        details.insert(
            "aml".to_owned(),
            json!({
                "total_hits": result.get("total_hits"),
                "entity_type": "person",
                "is_adverse_media_fetched": false,
            }),
        );
    }
    if details.is_empty() {
        Value::Null
    } else {
        Value::Object(details)
    }
}

fn business_row(session: &Session) -> Value {
    let company = |key: &str| {
        session
            .result("KYB_REGISTRY")
            .and_then(|result| result.get("company"))
            .and_then(|company| company.get(key))
            .cloned()
            .unwrap_or(Value::Null)
    };
    json!({
        "session_id": session.id,
        "session_kind": "business",
        "session_number": session.number,
        "status": session.status.name(),
        "vendor_data": session.vendor_data,
        "created_at": micros(session.created_at),
        "workflow_id": session.workflow_id(),
        "workflow_type": "kyb",
        "workflow_label": session.workflow_label,
        "company_name": company("company_name"),
        "registration_number": company("registration_number"),
        "country": company("country_code"),
    })
}
