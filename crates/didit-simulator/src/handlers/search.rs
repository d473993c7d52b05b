//! Listing and searching sessions.

use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::decision,
    call::Call,
    catalog::{filled, refuse_when},
    model::{All, Session, State},
    reply::{Answer, ok},
    values::{Fields, Object, fold, parse_date, with},
};

/// The list stops counting companies here.
const MOST_BUSINESSES_COUNTED: u64 = 100;

pub fn list(state: &mut State, call: &Call) -> Answer {
    let kind = call.query("session_kind").unwrap_or("user").to_lowercase();
    let is_known = matches!(kind.as_str(), "user" | "business" | "all");
    refuse_when("session_kind", !is_known)?;
    let search = Search(call);
    // The newest come first, and they stand last.
    let found = |business: bool| -> Vec<&Session> {
        let own = state.sessions.of(call.application).rev();
        let own = own.filter(|session| session.is_business() == business);
        own.filter(|session| search.finds(session)).collect()
    };
    let origin = &state.origin;
    let people = || call.envelope(origin, found(false), 50, |session| user_row(state, session));
    let company = |session| business_row(state, session);
    let companies = || {
        let page = call.envelope(origin, found(true), 50, company);
        let count = count(&page).min(MOST_BUSINESSES_COUNTED);
        with(page, json!({ "count": count }))
    };
    ok(match kind.as_str() {
        "user" => people(),
        "business" => companies(),
        // The companies' page stands behind the people's, whose `next` and `previous` stay.
        _ => {
            let (people, companies) = (people(), companies());
            let rows = [people.list("results"), companies.list("results")].concat();
            let count = count(&people) + count(&companies);
            with(people, json!({ "count": count, "results": rows }))
        }
    })
}

fn count(page: &Value) -> u64 {
    page.json("count").as_u64().unwrap_or_default()
}

/// The parameters of a search; all given ones must hold.
struct Search<'a>(&'a Call);

impl Search<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.query(name).filter(|text| !text.is_empty())
    }

    /// Whether `accepts` holds for one of the values under `name`, or there are none.
    fn any(&self, name: &str, accepts: impl Fn(&str) -> bool) -> bool {
        let mut parts = self.text(name).unwrap_or_default().split(',');
        self.text(name).is_none() || parts.any(|part| accepts(part.trim()))
    }

    fn all(&self, name: &str, accepts: impl Fn(&str) -> bool) -> bool {
        self.text(name).is_none_or(accepts)
    }

    fn date(&self, name: &str) -> Option<Date> {
        self.text(name).and_then(parse_date)
    }

    fn finds(&self, session: &Session) -> bool {
        let document = |key: &str| session.found("OCR", key);
        let inner = |feature: &str, pointer: &str| {
            let text = session.result(feature)?.pointer(pointer)?.as_str();
            text.map(fold)
        };
        let created = session.created_at.to_zoned(TimeZone::UTC).date();
        // Companies of the last day are only found up to its first moment.
        let ended = |last| created > last || session.is_business() && created == last;
        let id = |text: &str| Uuid::parse_str(text).ok();
        let workflows = [Some(session.workflow.group), Some(session.workflow.uuid)];
        let entity = match self.text("didit_internal_id") {
            Some(_) => "didit_internal_id",
            None => "euuid",
        };
        self.any("status", |status| session.status.name() == status)
            && self.all("vendor_data", |wanted| session.vendor_data() == Some(wanted))
            && self.any("workflow_id", |text| workflows.contains(&id(text)))
            && self.date("date_from").is_none_or(|first| created >= first)
            && !self.date("date_to").is_some_and(ended)
            && self.any("country", |country| document("issuing_state") == Some(country))
            && self.any("document_type", |code| {
                let name = decision::document_name(code);
                name.is_some() && document("document_type") == name
            })
            && self.all(entity, |text| id(text).is_some() && id(text) == session.entity())
            && self.any("warning", |wanted| decision::risks(session).contains(&wanted))
            && self.any("session_type", |kind| matches!(kind, "API" | "ALL"))
            && self.all("screened_full_name", |name| {
                let screened = inner("AML", "/screened_data/full_name");
                screened.is_some_and(|screened| screened.contains(&fold(name)))
            })
            && self.all("region", |region| {
                inner("OCR", "/parsed_address/region") == Some(fold(region))
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
        let verified = session.found("EMAIL_VERIFICATION", "email");
        let email = verified.or_else(|| session.contact("email"));
        let email = email.unwrap_or_default().to_lowercase();
        return email.starts_with(&text.to_lowercase());
    }
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ' ');
    if text.chars().all(numeric) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let phone = session.found("PHONE_VERIFICATION", "full_number");
        let phone = phone.unwrap_or_default().trim_start_matches('+');
        return session.number.to_string().starts_with(&digits)
            || document("document_number").contains(&digits)
            || document("personal_number").contains(&digits)
            || phone.starts_with(&digits)
            || vendor_data.contains(text);
    }
    fold(document("full_name")).contains(&fold(text)) || fold(vendor_data).contains(&fold(text))
}

fn user_row(state: &State, session: &Session) -> Value {
    let keys = [
        "portrait_image",
        "document_type",
        "full_name",
        "issuing_state",
    ]
    .into_iter();
    let document = keys.map(|key| (key.to_owned(), json!(session.found("OCR", key))));
    // The API's rows know no step of this kind.
    let steps = session.steps.iter();
    let steps = steps.filter(|step| !step.feature.is("DOCUMENT_AI"));
    let features =
        steps.map(|step| json!({ "feature": step.feature.kind.display, "status": step.status }));
    let verified = |name: &str, key: &str, shown: &str, contact: &str| {
        let result = session.found(name, key);
        let value = result.or_else(|| session.contact(contact))?;
        Some(json!({ shown: value, "is_verified": result.is_some() }))
    };
    let values = json!({
        "session": session.words(&state.origin),
        "document": document.collect::<Object>(),
        "features": features.collect::<Value>(),
        "phone": verified("PHONE_VERIFICATION", "full_number", "number", "phone"),
        "email": verified("EMAIL_VERIFICATION", "email", "email", "email"),
        "details": additional_details(session),
    });
    filled("USER_ROW", &values)
}

/// Scores are fractions here although the decision has percentages.
fn additional_details(session: &Session) -> Option<Value> {
    let names = ["LIVENESS", "FACE_MATCH", "AML"].into_iter();
    let details = names.filter_map(|name| {
        let result = session.result(name)?;
        let (method, hits) = (result.get("method"), result.get("total_hits"));
        let score = result.json("score").as_f64();
        let score = score.map(|score| (score * 100.0).round() / 10_000.0);
        let words = json!({ "method": method, "total_hits": hits, "score": score });
        Some(filled(&format!("USER_ROW/{name}"), &words))
    });
    details.reduce(with)
}

fn business_row(state: &State, session: &Session) -> Value {
    let registry = session.result("KYB_REGISTRY");
    let company = registry.and_then(|result| result.get("company"));
    let values = json!({ "session": session.words(&state.origin), "company": company });
    filled("BUSINESS_ROW", &values)
}
