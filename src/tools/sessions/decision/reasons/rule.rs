//! A rule that the owner of the workflow wrote: `kyc.issuing_state not in ESP, PRT`.

use serde::Serialize;
use serde_json::Value;

use crate::{
    didit::Warning,
    tools::{
        PersonalData,
        personal::{Class, Outlet},
        plain, shape,
    },
};

pub(super) const RULE: &str = "CUSTOM_STATUS_RULE_TRIGGERED";
/// Values of one rule that are shown.
const MAX_VALUES: usize = 10;
/// Fields that tell nothing of a person.
const OF_A_CHECK: [&str; 6] = [
    "status",
    "verification_method",
    "assurance",
    "match_type",
    "risk_level",
    "total_hits",
];

/// What the values of a field can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Two or three capital letters.
    Country,
    /// A word of one of Didit's lists.
    Code,
    /// Anything, a name or a birth date among them, so only numbers of the rule itself are shown.
    Number,
}

#[derive(Serialize)]
pub(super) struct Rule {
    field: String,
    operator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_status: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    actual_value: Option<Value>,
}

impl Rule {
    /// The rule behind a warning, as far as it tells no more of a person than the operator lets out.
    pub(super) fn of(warning: &Warning, level: PersonalData) -> Option<Self> {
        if warning.risk.as_deref() != Some(RULE) {
            return None;
        }
        let data = warning.additional_data.as_ref()?;
        let word = |key: &str| {
            let text = data.get(key)?.as_str()?;
            // Fields and operators are words and dots, which leave no room for a link or an address.
            text.split('.').all(plain::is_word).then(|| text.to_owned())
        };
        let (field, operator) = (word("field")?, word("operator")?);
        let name = field.rsplit('.').next().unwrap_or_default();
        let is_of_check = OF_A_CHECK.contains(&name);
        let is_shown = is_of_check || level.allows(Outlet::Conversation, Class::Identity);
        let kind = match name {
            "issuing_state" | "nationality" | "country" => Kind::Country,
            "document_type" | "document_subtype" => Kind::Code,
            _ if is_of_check => Kind::Code,
            _ => Kind::Number,
        };
        let value = data.get("rule_value").filter(|_| is_shown);
        let is_free = kind != Kind::Number;
        let actual = data.get("actual_value").filter(|_| is_shown && is_free);
        Some(Self {
            value: value.and_then(|value| shown(value, kind)),
            target_status: data
                .get("target_status")
                .and_then(Value::as_str)
                .map(plain::status_word),
            actual_value: actual.and_then(|value| shown(value, kind)),
            field,
            operator,
        })
    }

    /// `: kyc.issuing_state not in ESP, PRT, so In Review; found FRA`.
    pub(super) fn words(&self) -> String {
        let mut words = format!(": {} {}", self.field, self.operator.replace('_', " "));
        if let Some(value) = &self.value {
            words.push_str(&format!(" {}", text(value)));
        }
        if let Some(status) = &self.target_status {
            words.push_str(&format!(", so {status}"));
        }
        if let Some(value) = &self.actual_value {
            words.push_str(&format!("; found {}", text(value)));
        }
        words
    }
}

/// A value that leaves no room for a sentence.
fn shown(value: &Value, kind: Kind) -> Option<Value> {
    let fits = |code: &str| match kind {
        Kind::Country => {
            matches!(code.len(), 2 | 3) && code.bytes().all(|letter| letter.is_ascii_uppercase())
        }
        Kind::Code => code.len() <= 40 && shape::is_safe_unfenced(code),
        Kind::Number => false,
    };
    match value {
        Value::Number(_) | Value::Bool(_) => Some(value.clone()),
        Value::String(code) if fits(code) => Some(value.clone()),
        Value::Array(values) => values
            .iter()
            .take(MAX_VALUES)
            .map(|value| shown(value, kind).filter(|value| !value.is_array()))
            .collect(),
        _ => None,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(code) => code.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
