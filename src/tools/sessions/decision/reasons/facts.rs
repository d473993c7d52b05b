//! What Didit measured for a warning, as far as it tells nothing of a person.

use serde_json::{Map, Value};

use crate::{
    didit::Warning,
    tools::{
        PersonalData,
        limits::in_percent,
        personal::{Class, Outlet},
        plain, shape,
    },
};

pub(super) type Facts = Map<String, Value>;

/// Scores, on the scale of the limits beside them.
const SCORES: [&str; 4] = ["score", "similarity", "quality", "luminance"];
const LIMITS: [&str; 3] = ["threshold", "review_threshold", "decline_threshold"];
/// The rest of what Didit documents as free of personal data; everything else may be a birth date, a number or an address.
const OTHERS: [&str; 7] = [
    "attempts",
    "max_attempts",
    "expiration_reason",
    "max_age_months",
    "skip_reason",
    "reason",
    "code",
];

/// The facts of a warning. Where the check shows its score and the limits, they are not repeated.
pub(super) fn of(warning: &Warning, has_score: bool, level: PersonalData) -> Facts {
    let Some(Value::Object(data)) = &warning.additional_data else {
        return Facts::new();
    };
    let number = |key: &str| data.get(key)?.as_f64().filter(|number| number.is_finite());
    let limits = LIMITS.map(number);
    let scores = SCORES.into_iter().filter_map(|key| {
        let scale = limits.into_iter().flatten().next();
        Some((key, in_percent(number(key)?, [scale, None]).0))
    });
    let beside = SCORES.into_iter().find_map(number).unwrap_or(100.0);
    let bounds = LIMITS.into_iter().zip(limits).filter_map(|(key, limit)| {
        let (_, [limit, _]) = in_percent(beside, [limit, None]);
        Some((key, limit?))
    });
    let measured = scores.chain(bounds).filter(|(key, _)| {
        // Quality and luminance are no score of the check itself.
        !has_score || matches!(*key, "quality" | "luminance")
    });
    let others = OTHERS.into_iter().filter_map(|key| {
        let value = match data.get(key)? {
            Value::String(word) if plain::is_word(word) && shape::is_safe_unfenced(word) => level
                .release(Outlet::Conversation, Class::Enumeration, word)?
                .into(),
            value @ (Value::Number(_) | Value::Bool(_)) => value.clone(),
            _ => return None,
        };
        Some((key.to_owned(), value))
    });
    measured
        .map(|(key, value)| (key.to_owned(), value.into()))
        .chain(others)
        .collect()
}

/// `score 55, review threshold 50`.
pub(super) fn words(facts: &Facts) -> String {
    let keys = SCORES.iter().chain(&LIMITS).chain(&OTHERS);
    let words: Vec<String> = keys
        .filter_map(|key| Some((key, facts.get(*key)?)))
        .map(|(key, value)| {
            let value = match value {
                Value::String(word) => word.clone(),
                Value::Number(number) => number.as_f64().unwrap_or_default().to_string(),
                other => other.to_string(),
            };
            format!("{} {value}", key.replace('_', " "))
        })
        .collect();
    words.join(", ")
}
