//! The account of `tests/day/account.json` in a simulator: 28 sessions of 25 people over five weeks.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::many::Many;

/// How far back the account begins.
const DAYS: i64 = 60;

pub struct Day {
    pub many: Many,
    /// Ids by what the script calls them: `workflow:Merchant Plus`, `session:customer-07`, `session:customer-07:2`.
    pub ids: HashMap<String, String>,
}

/// A file of the script, read when the test runs.
pub fn script(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/day");
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

impl Day {
    pub fn new() -> Self {
        let account = script("account");
        let mut day = Self {
            many: Many::new(),
            ids: HashMap::new(),
        };
        day.many.advance_days(-DAYS);
        for workflow in account["workflows"].as_array().unwrap() {
            day.workflow(workflow);
        }
        // What happens on a day happens in the order of the script.
        let mut sessions: Vec<&Value> = account["people"].as_array().unwrap().iter().collect();
        sessions.sort_by_key(|session| -session["started_days_ago"].as_i64().unwrap());
        for left in (0..DAYS).rev() {
            day.many.advance_days(1);
            for session in &sessions {
                if session["started_days_ago"] == left {
                    day.session(session);
                }
                day.trail(session, left);
            }
            for entry in account["blocklist"].as_array().unwrap() {
                if entry["added_days_ago"] == left {
                    day.block(entry);
                }
            }
        }
        day.many
            .simulator
            .control
            .post("balance", &json!({ "amount": 46.2 }));
        day.many.simulator.control.requests();
        day
    }

    fn workflow(&mut self, workflow: &Value) {
        let limits = &workflow["thresholds"];
        let feature = |name: &str| match name {
            "ID_VERIFICATION" => json!({ "feature": "OCR", "config": {
                "minimum_age": limits["minimum_age"], "minimum_age_action": "DECLINE",
            } }),
            "LIVENESS" => json!({ "feature": "LIVENESS", "config": {
                "face_liveness_score_decline_threshold": limits["liveness_decline_below"],
                "face_liveness_score_review_threshold": limits["liveness_review_below"],
                "face_liveness_possible_duplicated_face_action": "REVIEW",
            } }),
            "FACE_MATCH" => json!({ "feature": "FACE_MATCH", "config": {
                "face_match_score_decline_threshold": limits["face_match_decline_below"],
                "face_match_score_review_threshold": limits["face_match_review_below"],
            } }),
            "AML" => json!({ "feature": "AML", "config": {
                "aml_match_score_threshold": limits["aml_hit_counts_from_match_score"],
            } }),
            "AGE_ESTIMATION" => json!({ "feature": "AGE_ESTIMATION", "config": {
                "minimum_age_threshold": limits["estimated_age_decline_below"],
            } }),
            other => json!({ "feature": other }),
        };
        let features = workflow["features"].as_array().unwrap();
        let features: Vec<Value> = features
            .iter()
            .map(|name| feature(name.as_str().unwrap()))
            .collect();
        let mut body = json!({ "workflow_label": workflow["name"], "features": features });
        if workflow["status"] != "published" {
            body["status"] = json!("draft");
        }
        let made = self.many.api("POST", "/v3/workflows/", &body);
        let name = format!("workflow:{}", workflow["name"].as_str().unwrap());
        let id = made["workflow_id"].as_str().unwrap().to_owned();
        self.ids.insert(name, id);
    }

    fn session(&mut self, session: &Value) {
        let text = |name: &str| session[name].as_str();
        let workflow = format!("workflow:{}", text("workflow").unwrap());
        let mut body = json!({
            "workflow_id": self.ids[&workflow], "vendor_data": session["vendor_data"],
        });
        if let Some(email) = text("email").filter(|email| !email.is_empty()) {
            body["contact_details"] = json!({ "email": email });
        }
        if let Some(phone) = text("phone") {
            body["contact_details"]["phone"] = json!(phone.replace(' ', ""));
        }
        let id = self.many.session(&body, "");
        let control = &self.many.simulator.control;
        let finish = format!("sessions/{id}/finish");
        let mut script = json!({ "person": person(session), "results": results(session) });
        let why = text("why").unwrap();
        match text("outcome").unwrap() {
            "not_started" | "expired" => {}
            "in_progress" | "abandoned" => {
                let until = [
                    ("proof-of-address", "PROOF_OF_ADDRESS"),
                    ("document step", "OCR"),
                    ("liveness", "LIVENESS"),
                    ("selfie", "LIVENESS"),
                ];
                let (_, feature) = until.iter().find(|(words, _)| why.contains(words)).unwrap();
                script["until"] = json!(feature);
                control.post(&finish, &script);
                if text("outcome") == Some("abandoned") {
                    control.force(&id, "Abandoned");
                }
            }
            _ => {
                control.post(&finish, &script);
            }
        }
        let name = format!("session:{}", text("vendor_data").unwrap());
        let name = match self.ids.contains_key(&name) {
            true => format!("{name}:2"),
            false => name,
        };
        self.ids.insert(name, id);
    }

    /// What colleagues did with a session on the day that is `left` days ago.
    fn trail(&self, session: &Value, left: i64) {
        for entry in session["trail"].as_array().into_iter().flatten() {
            let who = entry["who"].as_str().unwrap();
            if entry["days_ago"] != left || who == "system" {
                continue;
            }
            self.act_as(who);
            let what = entry["what"].as_str().unwrap();
            let name = format!("session:{}", session["vendor_data"].as_str().unwrap());
            // The comment belongs to the session that has it.
            let is_second = session["started_days_ago"] == 4;
            let id = match self.ids.get(&format!("{name}:2")).filter(|_| is_second) {
                Some(id) => id,
                None => &self.ids[&name],
            };
            let status = format!("/v3/session/{id}/update-status/");
            if let Some(comment) = what.strip_prefix("comment: ") {
                let path = format!("/v3/sessions/{id}/reviews/");
                self.many.api("POST", &path, &json!({ "comment": comment }));
            } else if let Some(reason) = what.strip_prefix("declined: ") {
                let (reason, _) = reason.split_once(';').unwrap();
                let body = json!({ "new_status": "Declined", "comment": reason });
                self.many.api("PATCH", &status, &body);
            } else if what.starts_with("asked for") {
                let path = format!("/v3/session/{id}/decision/");
                let decision = self.many.api("GET", &path, &json!({}));
                let node = &decision["poa_verifications"][0]["node_id"];
                let body = json!({ "new_status": "Resubmitted", "nodes_to_resubmit": [
                    { "node_id": node, "feature": "PROOF_OF_ADDRESS" },
                ] });
                self.many.api("PATCH", &status, &body);
            }
            self.many
                .simulator
                .control
                .post("reviewer", &json!({ "name": null }));
        }
    }

    fn act_as(&self, name: &str) {
        let name = json!({ "name": name });
        self.many.simulator.control.post("reviewer", &name);
    }

    fn block(&self, entry: &Value) {
        self.act_as(entry["added_by"].as_str().unwrap());
        let kind = match entry["list"].as_str().unwrap() {
            "faces" => "face",
            "documents" => "document",
            "phones" => "phone",
            _ => "email",
        };
        let lists = self.many.api("GET", "/v3/lists/?limit=50", &json!({}));
        let lists = lists["results"].as_array().unwrap();
        let is_it = |list: &&Value| list["entry_type"] == kind && list["list_type"] == "blocklist";
        let list = lists.iter().find(is_it).unwrap()["uuid"].as_str().unwrap();
        let mut body = json!({});
        match entry["vendor_data"].as_str() {
            Some(customer) => {
                body["reference_session_id"] = json!(self.ids[&format!("session:{customer}")]);
            }
            None => body["value"] = json!(entry["value"].as_str().unwrap().replace(' ', "")),
        }
        if let Some(why) = entry["why"].as_str() {
            body["comment"] = json!(why);
        }
        let path = format!("/v3/lists/{list}/entries/");
        self.many.api("POST", &path, &body);
    }
}

fn person(session: &Value) -> Value {
    let mut person = json!({
        "first_name": session["first_name"], "last_name": session["last_name"],
        "date_of_birth": session["birth_date"], "country": { "alpha3": session["country"] },
    });
    let vendor_data = session["vendor_data"].as_str().unwrap();
    person["document_number"] = match session["document_number"].as_str() {
        Some(number) => json!(number),
        None => json!(format!("TEST-{vendor_data}")),
    };
    if let Some(email) = session["email"].as_str().filter(|email| !email.is_empty()) {
        person["email"] = json!(email);
    }
    person
}

/// What the checks of a session found that is not as usual.
fn results(session: &Value) -> Value {
    let scores = &session["scores"];
    let mut results = json!({ "OCR": {}, "LIVENESS": {}, "FACE_MATCH": {} });
    for (score, feature) in [("face_match", "FACE_MATCH"), ("liveness", "LIVENESS")] {
        if !scores[score].is_null() {
            results[feature]["score"] = scores[score].clone();
        }
    }
    let mut risk = |feature: &str, risk: &str, status: &str| {
        results[feature]["risks"] = json!({ risk: status });
    };
    let why = session["why"].as_str().unwrap();
    if why.contains("duplicate face") {
        risk("LIVENESS", "POSSIBLE_DUPLICATED_FACE", "In Review");
    } else if why.contains("document expired") {
        risk("OCR", "DOCUMENT_EXPIRED", "Declined");
    } else if why.contains("unreadable") {
        risk("OCR", "COULD_NOT_RECOGNIZE_DOCUMENT", "In Review");
    } else if why.contains("tampered") {
        risk("OCR", "PORTRAIT_MANIPULATION_DETECTED", "Declined");
    } else if why.contains("proof of address was") {
        risk("PROOF_OF_ADDRESS", "POA_DOCUMENT_EXPIRED", "In Review");
    } else if why.contains("estimated age 16") {
        risk("AGE_ESTIMATION", "MINIMUM_AGE_NOT_MET", "Declined");
    }
    if let Some(other) = session["same_face_as"].as_str() {
        results["LIVENESS"]["matches"] = json!([{
            "vendor_data": other, "similarity_percentage": 97.0, "status": "Approved",
            "is_blocklisted": false, "source": "session",
        }]);
    }
    if let Some(age) = scores["estimated_age"].as_f64() {
        results["AGE_ESTIMATION"]["age_estimation"] = json!(age);
        results["AGE_ESTIMATION"]["score"] = scores["liveness"].clone();
    }
    if let Some(hits) = session["aml_hits"].as_array() {
        let hits: Vec<Value> = hits.iter().map(hit).collect();
        results["AML"] = json!({ "score": 93, "hits": hits });
    }
    results
}

fn hit(hit: &Value) -> Value {
    let born = hit["birth_date"].as_str();
    json!({
        "id": format!("hit-{}", hit["hit"]),
        "caption": hit["name"],
        "datasets": [hit["type"]],
        "match_score": hit["match_score"],
        "pep_matches": [],
        "sanction_matches": [],
        "adverse_media_matches": [],
        "properties": {
            "name": [hit["name"]],
            "birthDate": born.map_or(json!([]), |born| json!([born])),
            "country": [hit["country"]],
        },
    })
}
