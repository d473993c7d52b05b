//! One gate and one fence for every way out: each tool, resource, prompt, completion, progress message, log line and audit line
//! is searched for values of a person that its level keeps back, and for orders of strangers outside the fence.

use std::collections::BTreeSet;

use crate::support::{
    scripted::Scripted,
    server::Era,
    stuffed::{LEVELS, ORDERS, body, marking_api, order, outside, stuffed},
    ways_out::every_way_out,
};
use serde_json::{Value, json};

/// Tools whose texts tell what a decision holds, in words of their own; tests of the decision read those.
const OF_DECISIONS: [&str; 4] = [
    "didit_session_get_decision",
    "didit_session_wait_for_decision",
    "didit_session_update_status",
    "didit_session_delete",
];
/// What a text of an answer tells, written down by hand: the last names of its path, and from which level on a conversation
/// shows it. `3` is never.
const CLASSES: [(u8, &[&str]); 4] = [
    // Ours, Didit's own words, and what sessions and lists are found by.
    (
        0,
        &[
            "decision.vendor_data",
            "decision.environment",
            "decision.session_url",
            "decision.created_at",
            "decision.expires_at",
            "decision.session_kind",
            "reviews.created_at",
            "reviews.new_status",
            "node_id",
            "risk",
            "session.url",
            "session.vendor_data",
            "session.callback",
            "session.created_at",
            "session.session_kind",
            "workflow.workflow_label",
            "workflow.workflow_url",
            "workflow.documents_allowed.XKA",
            "workflow.face_liveness_method",
            "entry.created_at",
            "own_entry.value",
            "own_entry.created_at",
            "face_retention_outcome",
            "destination.label",
            "destination.url",
            "destination.subscribed_events",
            "destination.webhook_version",
            "checkout.checkout_session_id",
            "checkout.checkout_session_url",
            "application.name",
            "application.mode",
            "other.name",
            "other.mode",
            "user_list.vendor_data",
            "user_list.didit_internal_id",
            "user_list.last_session_at",
            "session_review_add.created_at",
            "session_review_list.activity_type",
            "session_review_list.actor_type",
            "session_review_list.new_status",
            "session_review_list.previous_status",
            "session_review_list.created_at",
        ],
    ),
    // What a verdict needs, and the words of people who decide.
    (
        1,
        &[
            "id_verifications.full_name",
            "id_verifications.date_of_birth",
            "chip_data.first_name",
            "chip_data.last_name",
            "name_on_document",
            "id_verifications.document_type",
            "id_verifications.issuing_state",
            "id_verifications.date_of_issue",
            "id_verifications.expiration_date",
            "id_verifications.nationality",
            "id_verifications.gender",
            "poa_verifications.issuing_state",
            "poa_verifications.issue_date",
            "phone_verifications.country_code",
            "ip_analyses.ip_country_code",
            "ip_analyses.platform",
            "database_validations.issuing_state",
            "company.company_name",
            "company.country_code",
            "company.registration_number",
            "expected_details.first_name",
            "expected_details.last_name",
            "hits.caption",
            "entry.comment",
            "entry.display_label",
            "entry.added_by",
            "properties.name",
            "properties.alias",
            "properties.birthDate",
            "properties.nationality",
            "sanction_matches.reason",
            "screened_data.full_name",
            "session_review_list.actor_display",
            "session_review_list.comment",
            "session_review_list.changed_fields",
            "user_list.effective_name",
            "reviews.comment",
            // What should be an item of a list, and is not in it.
            "short_description",
            "carrier.type",
            "poa_verifications.document_type",
            "match_type",
            "questionnaire_id",
            "registry_status",
            "risk_level",
            "review_status",
            "datasets",
            "skip_reason",
            "liveness_checks.method",
        ],
    ),
    // Numbers and addresses, which are masked or kept back below.
    (
        2,
        &[
            "expected_details.address",
            "id_verifications.document_number",
            "id_verifications.personal_number",
            "id_verifications.formatted_address",
            "id_verifications.place_of_birth",
            "poa_verifications.poa_formatted_address",
            "phone_verifications.full_number",
            "email_verifications.email",
            "ip_analyses.ip_address",
            "entry.value",
            "session_review_list.actor_email",
        ],
    ),
    (3, &[""]),
];

fn least_level(path: &str) -> u8 {
    let path = format!("{path}.").replace(".results.", ".");
    let is_named = |names: &&[&str]| names.iter().any(|name| path.contains(&format!("{name}.")));
    CLASSES
        .iter()
        .find(|(_, names)| is_named(names))
        .map_or(3, |(level, _)| *level)
}

#[test]
fn nothing_marked_leaves_where_it_must_not() {
    for era in Era::BOTH {
        for (level, name) in (0_u8..).zip(LEVELS) {
            let (api, marks) = marking_api();
            let written = every_way_out(era, name, &api);
            let marks = marks.lock().unwrap();
            assert!(marks.len() > 80, "{marks:?}");
            let mut shown = BTreeSet::new();
            for (what, message) in &written.answers {
                let message = message.to_string();
                let found = marks.iter().filter(|(mark, _)| message.contains(*mark));
                shown.extend(found.map(|(_, path)| (path, what)));
            }
            assert!(
                shown.len() > 20,
                "the answers hold what they may: {shown:?}"
            );
            shown.retain(|(path, _)| least_level(path) > level);
            assert!(shown.is_empty(), "at {name}: {shown:#?}");
            for (mark, path) in marks.iter() {
                assert!(!written.log.contains(mark), "{path}: {}", written.log);
                assert!(!written.audit.contains(mark), "{path}: {}", written.audit);
            }
            assert!(
                !written.audit.is_empty() && written.log.contains("call"),
                "both are written"
            );
            // A report and a whole answer are files from the middle level on, beside the folder of an audit's pack, which is masked;
            // only the highest lets a report into a conversation.
            assert_eq!(
                written.files.len(),
                if level > 0 { 3 } else { 1 },
                "{:?}",
                written.files
            );
            let reports = written
                .answers
                .iter()
                .filter(|(_, message)| message["result"]["contents"][0]["blob"].is_string());
            assert_eq!(reports.count(), usize::from(level > 1), "{name}");
        }
    }
}

/// Every text of a message that a model or a host reads as the program's own words.
fn own_words(message: &Value) -> Vec<String> {
    fn texts(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::String(text) => into.push(outside(text)),
            Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
            Value::Object(entries) => entries
                .iter()
                .filter(|(name, _)| *name != "untrusted")
                .for_each(|(name, value)| {
                    into.push(name.clone());
                    texts(value, into);
                }),
            _ => {}
        }
    }
    let mut all = Vec::new();
    texts(message, &mut all);
    all
}

/// An API whose every text is an order; statuses only where they are told to be, because the rest depends on them.
fn ordering_api(shift: usize, with_statuses: bool) -> Scripted {
    Scripted::start(move |request| {
        let (what, body) = body(request);
        let choose = |path: &str, _: &str| {
            let is_kept = path.ends_with(".status") && !with_statuses;
            (!is_kept).then(|| order(path, path.len() + shift))
        };
        (200, stuffed(what, body, &choose))
    })
}

#[test]
fn no_order_stands_outside_the_fence() {
    for (shift, era) in (0..).zip([Era::BOTH[0], Era::BOTH[1], Era::BOTH[0], Era::BOTH[1]]) {
        let api = ordering_api(shift, shift % 2 == 1);
        let written = every_way_out(era, "full", &api);
        let mut fenced = 0;
        for (what, message) in &written.answers {
            let result = &message["result"];
            let is_of_decision =
                OF_DECISIONS.contains(&what.as_str()) || what.ends_with("/decision");
            let read = if is_of_decision {
                &result["structuredContent"]
            } else {
                message
            };
            for text in own_words(read) {
                for order in ORDERS {
                    assert!(!text.contains(order), "{what}: {text}\n{message}");
                }
            }
            let untrusted = result["structuredContent"]["untrusted"].to_string();
            fenced += usize::from(ORDERS.iter().any(|order| untrusted.contains(order)));
        }
        assert!(fenced > 10, "the orders are behind the fence: {fenced}");
        for order in ORDERS {
            assert!(!written.log.contains(order), "{}", written.log);
            assert!(!written.audit.contains(order), "{}", written.audit);
        }
    }
}

#[test]
fn what_didit_says_of_an_error_is_fenced_or_kept_back() {
    for era in Era::BOTH {
        for (level, name) in (0_u8..).zip(LEVELS) {
            for status in [400, 401, 403, 404, 409, 500] {
                let api = Scripted::start(move |_| {
                    let said = format!("{} QMZERROR {}", ORDERS[0], ORDERS[1]);
                    (status, json!({ "detail": said, (said.clone()): [said] }))
                });
                let written = every_way_out(era, name, &api);
                let said = written
                    .answers
                    .iter()
                    .filter(|(_, message)| message.to_string().contains("QMZERROR"));
                assert_eq!(said.count() > 10, level > 0, "{name} {status}");
                for (what, message) in &written.answers {
                    if level == 0 {
                        assert!(
                            !message.to_string().contains("QMZERROR"),
                            "{what}: {message}"
                        );
                    }
                    for text in own_words(message) {
                        for order in ORDERS {
                            assert!(!text.contains(order), "{what}: {text}");
                        }
                    }
                }
                assert!(!written.log.contains("QMZERROR"), "{}", written.log);
                assert!(!written.audit.contains("QMZERROR"), "{}", written.audit);
            }
        }
    }
}
