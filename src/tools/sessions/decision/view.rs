//! What an explanation depends on besides the decision, and what stands the same in its text and in its data.

use crate::{
    didit::{Decision, SessionStatus},
    tools::{
        environment::Environment,
        limits::Limits,
        person::{Duplicate, Mismatch},
        personal::{Outlet, PersonalData},
        shape, verdict,
    },
};

/// Other sessions that a concise answer names.
pub(super) const MAX_DUPLICATES: usize = 5;

/// What an explanation depends on besides the decision.
pub(super) struct View {
    pub(super) level: PersonalData,
    pub(super) environment: Environment,
    pub(super) limits: Limits,
}

/// The two values as they may stand among our own words. One name in capitals looks like a code, so names never do.
pub(super) fn values(field: &Mismatch, level: PersonalData) -> [Option<String>; 2] {
    let is_words = matches!(field.field.as_str(), "name" | "address" | "document type");
    [&field.expected, &field.found].map(|value| {
        let shown = level.release(Outlet::Conversation, field.class, value.as_deref()?)?;
        (!is_words && shape::is_safe_unfenced(&shown)).then_some(shown)
    })
}

/// The features without a result, once nothing more is to come.
pub(super) fn shown_without_result(decision: &Decision) -> Vec<String> {
    let is_over = matches!(
        decision.status,
        SessionStatus::Approved | SessionStatus::Declined | SessionStatus::InReview
    );
    if is_over {
        verdict::without_result(decision)
    } else {
        Vec::new()
    }
}

/// One line on another session.
pub(super) fn elsewhere_line(duplicate: &Duplicate) -> String {
    let [before, after] = duplicate.words();
    let whose = match duplicate.other_vendor_data() {
        Some(vendor_data) if shape::is_safe_unfenced(vendor_data) => format!(", {vendor_data}"),
        Some(_) => ", vendor_data below".to_owned(),
        None => String::new(),
    };
    format!("\n- {before}{whose}{after}")
}
