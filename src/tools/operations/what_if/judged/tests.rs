//! Sessions judged by hand.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};

use super::{Judgement, Unknown, Weight, judge};
use crate::{
    didit::Decision,
    tools::{limits::WorkflowLimits, operations::what_if::thresholds::Thresholds},
};

fn judged(decision: Value, wanted: Value) -> Judgement {
    let decision = Decision::from_value(&decision).unwrap();
    let wanted: Thresholds = serde_json::from_value(wanted).unwrap();
    judge(&decision, &wanted, None)
}

fn warning(risk: &str, log_type: &str) -> Value {
    json!({ "risk": risk, "log_type": log_type })
}

/// A decision with one face match.
fn face(session: &str, status: &str, score: f64, warnings: &[Value]) -> Value {
    json!({
        "status": session,
        "status_override": null,
        "features": ["FACE_MATCH"],
        "face_matches": [{ "status": status, "score": score, "warnings": warnings }],
    })
}

fn to(judgement: &Judgement) -> Option<(Weight, Weight)> {
    match judgement {
        Judgement::Other { from, to, .. } => Some((*from, *to)),
        _ => None,
    }
}

const REVIEW: &str = "face_match_score_review_threshold";
const DECLINE: &str = "face_match_score_decline_threshold";
const LOW: &str = "LOW_FACE_MATCH_SIMILARITY";

#[test]
fn both_scales_are_compared_and_the_limit_itself_passes() {
    for (score, limit, changes) in [
        (79.9, 80, true),
        (80.0, 80, false),
        (0.79, 80, true),
        (0.8, 80, false),
    ] {
        let judgement = judged(
            face("Approved", "Approved", score, &[]),
            json!({ REVIEW: limit }),
        );
        let expected = changes.then_some((Weight::Approved, Weight::InReview));
        assert_eq!(to(&judgement), expected, "{score} {limit}");
    }
    // All, or nearly nothing: nobody can tell.
    let odd = judged(
        face("Approved", "Approved", 1.0, &[]),
        json!({ REVIEW: 80 }),
    );
    assert_eq!(odd, Judgement::Unknown(Unknown::NoScore));
    let risk = |score: f64| {
        json!({
            "status": "Approved", "status_override": null, "features": ["AML"],
            "aml_screenings": [{ "status": "Approved", "score": score, "total_hits": 1 }],
        })
    };
    let wanted = json!({ "aml_score_approve_threshold": 60 });
    assert_eq!(judged(risk(60.0), wanted.clone()), Judgement::Same);
    assert_eq!(judged(risk(1.0), wanted.clone()), Judgement::Same);
    assert_eq!(
        to(&judged(risk(60.1), wanted)),
        Some((Weight::Approved, Weight::InReview))
    );
}

#[test]
fn other_reasons_stay_and_a_decline_beats_a_review() {
    let low = warning(LOW, "warning");
    let other = warning("FACE_COVERED", "warning");
    let kept = face("In Review", "In Review", 60.0, &[low.clone(), other]);
    assert_eq!(judged(kept, json!({ REVIEW: 50 })), Judgement::Same);
    let mut of_session = face("In Review", "In Review", 60.0, &[low]);
    of_session["warnings"] = json!([warning("SOMETHING_ELSE", "warning")]);
    assert_eq!(judged(of_session, json!({ REVIEW: 50 })), Judgement::Same);
    let mut declined = face("Declined", "Approved", 75.0, &[]);
    declined["id_verifications"] = json!([{
        "status": "Declined", "warnings": [warning("DOCUMENT_EXPIRED", "error")],
    }]);
    assert_eq!(judged(declined, json!({ REVIEW: 80 })), Judgement::Same);
}

#[test]
fn what_cannot_be_known_is_not_guessed() {
    let low = warning(LOW, "error");
    let declined = face("Declined", "Declined", 45.0, std::slice::from_ref(&low));
    // Whether it is in review depends on a threshold that nobody told.
    assert_eq!(
        judged(declined.clone(), json!({ DECLINE: 40 })),
        Judgement::Unknown(Unknown::OtherLimit)
    );
    assert_eq!(
        to(&judged(
            declined.clone(),
            json!({ DECLINE: 40, REVIEW: 42 })
        )),
        Some((Weight::Declined, Weight::Approved))
    );
    let mut stopped = declined.clone();
    stopped["features"] = json!(["FACE_MATCH", "AML"]);
    assert_eq!(
        judged(stopped, json!({ DECLINE: 40, REVIEW: 42 })),
        Judgement::Unknown(Unknown::LaterSteps)
    );
    // No reason, and no limit that explains it.
    assert_eq!(
        judged(
            face("In Review", "In Review", 60.0, &[]),
            json!({ REVIEW: 50 })
        ),
        Judgement::Unknown(Unknown::OtherReasons)
    );
    // Something else had declined it.
    assert_eq!(
        judged(
            face("Declined", "Approved", 75.0, &[]),
            json!({ REVIEW: 80 })
        ),
        Judgement::Unknown(Unknown::OtherReasons)
    );
    let mut triaged = json!({
        "status": "Approved", "status_override": null, "features": ["AML"],
        "aml_screenings": [{ "status": "Approved", "score": 90.0, "total_hits": 1,
            "hits": [{ "review_status": "False Positive" }] }],
    });
    let wanted = json!({ "aml_score_approve_threshold": 60 });
    assert_eq!(
        judged(triaged.clone(), wanted.clone()),
        Judgement::Unknown(Unknown::Triaged)
    );
    triaged["aml_screenings"][0]["hits"] = json!([]);
    triaged["aml_screenings"][0]["total_hits"] = json!(0);
    assert_eq!(
        judged(triaged, wanted),
        Judgement::Unknown(Unknown::NoScore)
    );
}

#[test]
fn the_checks_count_where_a_human_decided() {
    let mut overruled = face("Approved", "In Review", 60.0, &[warning(LOW, "warning")]);
    overruled["status_override"] = json!({ "automatic_status": "In Review" });
    assert_eq!(
        to(&judged(overruled.clone(), json!({ DECLINE: 65 }))),
        Some((Weight::InReview, Weight::Declined))
    );
    overruled["status_override"] = json!({});
    assert_eq!(
        judged(overruled.clone(), json!({ DECLINE: 65 })),
        Judgement::Unknown(Unknown::ByHand)
    );
    let answer = overruled.as_object_mut().unwrap();
    answer.remove("status_override");
    answer.insert(
        "reviews".to_owned(),
        json!([{ "new_status": "Approved", "created_at": "2026-01-01T00:00:00Z" }]),
    );
    assert_eq!(
        judged(overruled, json!({ DECLINE: 65 })),
        Judgement::Unknown(Unknown::ByHand)
    );
    let mut expired = face("Kyc Expired", "Approved", 75.0, &[]);
    assert_eq!(
        to(&judged(expired.clone(), json!({ REVIEW: 80 }))),
        Some((Weight::Approved, Weight::InReview))
    );
    expired["face_matches"] = Value::Null;
    assert_eq!(
        judged(expired, json!({ REVIEW: 80 })),
        Judgement::Unknown(Unknown::NoScore)
    );
}

/// A session with one screening of these hits, each with how well it matches and how it is marked.
fn screened(hits: &[(f64, &str)]) -> Value {
    let hits = hits
        .iter()
        .map(|(score, status)| json!({ "match_score": score, "review_status": status }));
    json!({
        "status": "Approved", "status_override": null, "features": ["AML"], "workflow_version": 1,
        "aml_screenings": [{ "status": "Approved", "score": 65, "hits": hits.collect::<Vec<_>>() }],
    })
}

/// Limits of version 1 of a workflow.
fn limits(settings: Value) -> WorkflowLimits {
    let mut workflow = json!({
        "uuid": "5b1f3c9a-0000-4000-8000-000000000001", "version": 1, "features": [],
    });
    for (name, value) in settings.as_object().unwrap() {
        workflow[name] = value.clone();
    }
    WorkflowLimits::of_workflow(&serde_json::from_value(workflow).unwrap())
}

#[test]
fn what_didit_ruled_out_by_itself_is_no_judgement_of_a_human() {
    let limits = limits(json!({ "aml_match_score_threshold": 85 }));
    let wanted: Thresholds =
        serde_json::from_value(json!({ "aml_score_approve_threshold": 60 })).unwrap();
    for (hits, is_judged) in [
        (&[(93.0, "Unreviewed"), (61.0, "False Positive")][..], true),
        (&[(93.0, "Unreviewed"), (88.0, "False Positive")], false),
        (&[(98.0, "False Positive")], false),
        (&[(61.0, "False Positive")], true),
        (&[(93.0, "Confirmed Match")], false),
    ] {
        let decision = Decision::from_value(&screened(hits)).unwrap();
        let judgement = judge(&decision, &wanted, Some(&limits));
        let expected = match is_judged {
            true => Some((Weight::Approved, Weight::InReview)),
            false => None,
        };
        assert_eq!(to(&judgement), expected, "{hits:?}: {judgement:?}");
    }
    // Where the threshold is not known, what matches worst of what counts has to do.
    let lone = judged(
        screened(&[(98.0, "False Positive")]),
        json!({ "aml_score_approve_threshold": 60 }),
    );
    assert_eq!(lone, Judgement::Unknown(Unknown::Triaged));
}

#[test]
fn limits_that_were_set_since_say_nothing_of_how_it_ended() {
    let of_version = |version: i64| {
        let mut decision = face("Declined", "Declined", 45.0, &[warning(LOW, "error")]);
        decision["workflow_version"] = version.into();
        Decision::from_value(&decision).unwrap()
    };
    let wanted: Thresholds = serde_json::from_value(json!({ DECLINE: 40 })).unwrap();
    let strict = limits(json!({ REVIEW: 70, DECLINE: 50 }));
    assert_eq!(
        to(&judge(&of_version(1), &wanted, Some(&strict))),
        Some((Weight::Declined, Weight::InReview))
    );
    assert_eq!(
        judge(&of_version(2), &wanted, Some(&strict)),
        Judgement::Unknown(Unknown::OtherLimit)
    );
}

#[test]
fn a_status_that_its_reasons_do_not_explain_is_not_turned() {
    let odd = face("Declined", "Declined", 60.0, &[warning(LOW, "warning")]);
    assert_eq!(
        judged(odd, json!({ REVIEW: 55 })),
        Judgement::Unknown(Unknown::OtherReasons)
    );
}

#[test]
fn a_check_that_ran_and_tells_no_score_leaves_the_session_open() {
    let mut decision = face("Approved", "Approved", 96.0, &[]);
    decision["liveness_checks"] = json!([{ "status": "Approved", "score": null }]);
    let wanted = json!({ REVIEW: 20, "face_liveness_score_review_threshold": 99 });
    assert_eq!(
        judged(decision.clone(), wanted.clone()),
        Judgement::Unknown(Unknown::NoScore)
    );
    decision["liveness_checks"][0]["score"] = 99.5.into();
    assert_eq!(judged(decision, wanted), Judgement::Same);
}
