//! Listing and searching sessions.

use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::decision,
    call::Call,
    model::{Session, State},
    reply::{Answer, Reply, field_text},
    values::{Object, fold, micros, parse_date},
};

/// The list stops counting companies here.
const MOST_BUSINESSES_COUNTED: u64 = 100;

pub fn list(state: &mut State, call: &Call) -> Answer {
    let kind = call.query("session_kind").unwrap_or("user").to_lowercase();
    if !matches!(kind.as_str(), "user" | "business" | "all") {
        return Err(field_text(
            "session_kind",
            "Must be \"user\", \"business\", or \"all\".",
        ));
    }
    let search = Search(call);
    let page = |business: bool| {
        // The newest come first, and they stand last.
        let own = state
            .sessions
            .iter()
            .rev()
            .filter(|session| session.application == call.application);
        let found = own.filter(|session| session.is_business == business && search.finds(session));
        let row = |session| {
            if business {
                business_row(session)
            } else {
                user_row(state, session)
            }
        };
        call.envelope(&state.origin, found.collect(), 50, row)
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

fn count(page: &Value) -> u64 {
    page.get("count").and_then(Value::as_u64).unwrap_or(0)
}

/// Puts the companies' page behind the people's; `next` and `previous` stay those of the people.
fn append(page: &mut Value, mut businesses: Value) {
    cap_count(&mut businesses);
    let sum = count(page) + count(&businesses);
    if let Some(count) = page.get_mut("count") {
        *count = json!(sum);
    }
    let rows = page.get_mut("results").and_then(Value::as_array_mut);
    let others = businesses.get_mut("results").and_then(Value::as_array_mut);
    if let (Some(rows), Some(others)) = (rows, others) {
        rows.append(others);
    }
}

fn cap_count(page: &mut Value) {
    let capped = count(page).min(MOST_BUSINESSES_COUNTED);
    if let Some(count) = page.get_mut("count") {
        *count = json!(capped);
    }
}

/// The parameters of a search; all given ones must hold.
struct Search<'a>(&'a Call);

impl Search<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.query(name).filter(|text| !text.is_empty())
    }

    /// Whether `accepts` holds for one of the values under `name`, or there are none.
    fn any(&self, name: &str, accepts: impl Fn(&str) -> bool) -> bool {
        self.text(name)
            .is_none_or(|text| text.split(',').any(|part| accepts(part.trim())))
    }

    fn all(&self, name: &str, accepts: impl Fn(&str) -> bool) -> bool {
        self.text(name).is_none_or(accepts)
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.text(name).and_then(parse_date)
    }

    fn finds(&self, session: &Session) -> bool {
        let document = |key: &str| session.found("OCR", key);
        let inner =
            |feature: &str, pointer: &str| session.result(feature)?.pointer(pointer)?.as_str();
        let created = session.created_at.to_zoned(TimeZone::UTC).date();
        // Companies of the last day are only found up to its first moment.
        let before_end = |last| {
            if session.is_business {
                created < last
            } else {
                created <= last
            }
        };
        let is_workflow = |id: &str| {
            Uuid::parse_str(id)
                .is_ok_and(|id| id == session.workflow_group || id == session.workflow_uuid)
        };
        let is_entity = |id: &str| {
            Uuid::parse_str(id)
                .ok()
                .is_some_and(|id| session.entity() == Some(id))
        };
        let entity = if self.text("didit_internal_id").is_some() {
            "didit_internal_id"
        } else {
            "euuid"
        };
        self.any("status", |status| session.status.name() == status)
            && self.all("vendor_data", |wanted| session.vendor_data() == Some(wanted))
            && self.any("workflow_id", is_workflow)
            && self.date("date_from").is_none_or(|first| created >= first)
            && self.date("date_to").is_none_or(before_end)
            && self.any("country", |country| document("issuing_state") == Some(country))
            && self.any("document_type", |code| {
                let name = decision::document_name(code);
                name.is_some() && document("document_type") == name
            })
            && self.all(entity, is_entity)
            && self.any("warning", |wanted| decision::risks(session).contains(&wanted))
            && self.any("session_type", |kind| matches!(kind, "API" | "ALL"))
            && self.all("screened_full_name", |name| {
                inner("AML", "/screened_data/full_name").is_some_and(|screened| fold(screened).contains(&fold(name)))
            })
            && self.all("region", |region| {
                inner("OCR", "/parsed_address/region").is_some_and(|parsed| fold(parsed) == fold(region))
            })
            // Sessions here never come from a stand-alone service.
            && self.text("api_service").is_none()
            && self.all("search", |text| found_by(session, text.trim()))
    }
}

/// The smart search: what the text looks like decides where it is looked for.
fn found_by(session: &Session, text: &str) -> bool {
    let document = |key: &str| session.found("OCR", key).unwrap_or_default();
    let vendor_data = session.vendor_data().unwrap_or_default();
    if let Ok(id) = Uuid::parse_str(text) {
        return session.id == id || vendor_data == text;
    }
    if text.contains('@') {
        let email = session
            .found("EMAIL_VERIFICATION", "email")
            .or_else(|| session.contact("email"));
        return email
            .unwrap_or_default()
            .to_lowercase()
            .starts_with(&text.to_lowercase());
    }
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ' ');
    if text.chars().all(numeric) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let phone = session
            .found("PHONE_VERIFICATION", "full_number")
            .unwrap_or_default();
        return session.number.to_string().starts_with(&digits)
            || document("document_number").contains(&digits)
            || document("personal_number").contains(&digits)
            || phone.trim_start_matches('+').starts_with(&digits)
            || vendor_data.contains(text);
    }
    fold(document("full_name")).contains(&fold(text)) || fold(vendor_data).contains(&fold(text))
}

fn user_row(state: &State, session: &Session) -> Value {
    let text = |key: &str| session.result("OCR").and_then(|result| result.get(key));
    // The API's rows know no step of this kind.
    let steps = session
        .steps
        .iter()
        .filter(|step| !step.feature.is("DOCUMENT_AI"));
    let features: Vec<Value> = steps
        .map(|step| json!({ "feature": step.feature.kind.display, "status": step.status.name() }))
        .collect();
    let verified = |name: &str, key: &str, shown: &str, contact: &str| {
        let result = session.found(name, key);
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
        "vendor_data": session.vendor_data(),
        "didit_internal_id": session.entity(),
        "created_at": micros(session.created_at),
        "features": features,
        "phone_number": verified("PHONE_VERIFICATION", "full_number", "number", "phone"),
        "email_address": verified("EMAIL_VERIFICATION", "email", "email", "email"),
        "additional_details": additional_details(session),
    })
}

/// Scores are fractions here although the decision has percentages.
fn additional_details(session: &Session) -> Option<Object> {
    let score = |result: &Value| {
        let score = result.get("score").and_then(Value::as_f64);
        score.map(|score| (score * 100.0).round() / 10_000.0)
    };
    let mut details = Object::new();
    if let Some(result) = session.result("LIVENESS") {
        details.insert(
            "liveness".to_owned(),
            json!({ "method": result.get("method"), "score": score(result) }),
        );
    }
    if let Some(result) = session.result("FACE_MATCH") {
        details.insert("face_match".to_owned(), json!({ "score": score(result) }));
    }
    if let Some(result) = session.result("AML") {
        let hits = result.get("total_hits");
        let aml = json!({ "total_hits": hits, "entity_type": "person", "is_adverse_media_fetched": false });
        details.insert("aml".to_owned(), aml);
    }
    Some(details).filter(|details| !details.is_empty())
}

fn business_row(session: &Session) -> Value {
    let registry = session
        .result("KYB_REGISTRY")
        .and_then(|result| result.get("company"));
    let company = |key: &str| registry.and_then(|company| company.get(key));
    json!({
        "session_id": session.id,
        "session_kind": "business",
        "session_number": session.number,
        "status": session.status.name(),
        "vendor_data": session.vendor_data(),
        "created_at": micros(session.created_at),
        "workflow_id": session.workflow_id(),
        "workflow_type": "kyb",
        "workflow_label": session.workflow_label,
        "company_name": company("company_name"),
        "registration_number": company("registration_number"),
        "country": company("country_code"),
    })
}
