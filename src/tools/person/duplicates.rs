//! Where else the face, the document or a contact was seen, and whose session that was.

use serde_json::{Map, Value};

use crate::{
    didit::{Decision, Warning},
    tools::{change::Line, compare::present, personal::Class, plain},
};

const IP_ADDRESS: &str = "IP address";
const DEVICE: &str = "device";
const SOURCES: [&str; 4] = ["session", "imported", "list_entry", "retained_template"];

/// Whose session another one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Whose {
    /// It has the same vendor_data.
    SameCustomer,
    /// It has another vendor_data.
    AnotherCustomer,
    /// One of the two has no vendor_data, or there is no session.
    Unknown,
}

impl Whose {
    /// The word in structured results.
    pub(in crate::tools) fn name(self) -> &'static str {
        match self {
            Self::SameCustomer => "same_customer",
            Self::AnotherCustomer => "another_customer",
            Self::Unknown => "unknown",
        }
    }
}

/// Something of this person that was seen elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tools) struct Duplicate {
    /// What was seen: `face`, `document`, `phone number`, `e-mail address`, `IP address`, `device`, or a newer kind.
    pub kind: String,
    /// Whose session it was.
    pub whose: Whose,
    /// The session, UUID; lists and imports have none.
    pub session_id: Option<String>,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// Its vendor_data.
    pub vendor_data: Option<String>,
    /// Its status.
    pub status: Option<String>,
    /// 0 to 100, of faces.
    pub similarity: Option<f64>,
    /// 0 to 1, of devices and addresses.
    pub confidence: Option<f64>,
    /// `deterministic`, `probabilistic` or `co_occurrence`, of devices and addresses.
    pub match_mode: Option<String>,
    /// `session`, `imported`, `list_entry` or `retained_template`.
    pub source: Option<&'static str>,
    /// Whether it is on the blocklist.
    pub is_blocklisted: bool,
    /// Whether it is on an allowlist.
    pub is_allowlisted: bool,
}

impl Duplicate {
    /// Whether a human should look at it before relying on this person's verification.
    pub(in crate::tools) fn needs_a_look(&self) -> bool {
        self.is_blocklisted
            || (self.whose != Whose::SameCustomer && !self.is_allowlisted && !self.is_only_a_note())
    }

    /// Whether it proves nothing by itself: an address that whole houses share, or a device that is only probably the same.
    pub(in crate::tools) fn is_only_a_note(&self) -> bool {
        let is_sure = match self.match_mode.as_deref() {
            Some(mode) => mode == "deterministic",
            None => self.confidence.is_none_or(|confidence| confidence >= 1.0),
        };
        !self.is_blocklisted && (self.kind == IP_ADDRESS || (self.kind == DEVICE && !is_sure))
    }

    /// The vendor_data of somebody else.
    pub(in crate::tools) fn other_vendor_data(&self) -> Option<&str> {
        self.vendor_data
            .as_deref()
            .filter(|_| self.whose == Whose::AnotherCustomer)
    }

    /// The sentence for a question.
    pub(in crate::tools) fn line(&self) -> Line {
        let [before, after] = self.words();
        let line = Line::new(before);
        match self.other_vendor_data() {
            Some(vendor_data) => line
                .words(", vendor_data ")
                .personal(Class::Words, vendor_data)
                .words(after),
            None => line.words(after),
        }
    }

    /// What is said before and after the other person's vendor_data, in our own words and checked values.
    pub(in crate::tools) fn words(&self) -> [String; 2] {
        let verb = if self.is_blocklisted {
            "is on the blocklist"
        } else {
            "was also seen"
        };
        let mut before = format!("The {} {verb}", self.kind);
        let is_list = self.session_id.is_none() && self.session_number.is_none();
        if !is_list {
            before.push_str(if self.is_blocklisted {
                ", from "
            } else {
                " in "
            });
            before.push_str(match self.whose {
                Whose::SameCustomer => "another session of the same customer",
                Whose::AnotherCustomer if self.is_only_a_note() => "a session of another customer",
                Whose::AnotherCustomer => "a session of ANOTHER customer",
                Whose::Unknown => "a session of somebody, not known whose",
            });
        } else if !self.is_blocklisted {
            before.push_str(match self.source {
                Some("imported") => " in an imported record",
                Some("list_entry") => " on a list",
                Some("retained_template") => " in a face template that was kept",
                _ => " elsewhere",
            });
            before.push_str(match self.whose {
                Whose::SameCustomer => " of the same customer",
                Whose::AnotherCustomer => " of ANOTHER customer",
                Whose::Unknown => ", not known whose",
            });
        }
        let mut after = String::new();
        match (&self.session_id, self.session_number) {
            (Some(id), Some(number)) => after.push_str(&format!(": {id} (#{number})")),
            (Some(id), None) => after.push_str(&format!(": {id}")),
            (None, Some(number)) => after.push_str(&format!(": #{number}")),
            (None, None) => {}
        }
        if let Some(status) = &self.status {
            after.push_str(&format!(", {status}"));
        }
        if let Some(similarity) = self.similarity {
            after.push_str(&format!(", similarity {similarity}"));
        }
        if let Some(confidence) = self.confidence {
            after.push_str(&format!(", confidence {confidence}"));
        }
        if self.is_allowlisted {
            after.push_str(", on an allowlist");
        }
        if self.is_only_a_note() {
            after.push_str(if self.kind == IP_ADDRESS {
                "; only a note, because many people share an IP address"
            } else {
                "; only a note, because it is not surely the same device"
            });
        }
        after.push('.');
        [before, after]
    }
}

/// Everything of this person that was seen elsewhere, what matters most first.
pub(super) fn of(decision: &Decision) -> Vec<Duplicate> {
    let mut all: Vec<Duplicate> = Vec::new();
    let mut add = |kind: &str, matches: &[Map<String, Value>]| {
        for other in matches {
            let duplicate = of_match(decision, kind, other);
            let is_own = duplicate.session_id.is_some()
                && duplicate.session_id == decision.session_id.map(|id| id.to_string());
            let known = all
                .iter_mut()
                .find(|known| known.is_the_same_as(&duplicate));
            match known {
                _ if is_own => {}
                None => all.push(duplicate),
                // Of several opinions on one session, the surest counts.
                Some(known) if known.is_only_a_note() => *known = duplicate,
                Some(_) => {}
            }
        }
    };
    for check in &decision.id_verifications {
        add("document", &check.matches);
    }
    for check in &decision.liveness_checks {
        add("face", &check.matches);
    }
    for check in &decision.phone_verifications {
        add("phone number", &check.matches);
    }
    for check in &decision.email_verifications {
        add("e-mail address", &check.matches);
    }
    for check in &decision.ip_analyses {
        add(DEVICE, &check.matches);
    }
    for check in &decision.other_checks {
        let kind = plain::code(check.feature.as_deref()).to_ascii_lowercase();
        add(&kind.replace('_', " "), &check.matches);
    }
    let steps = decision.steps();
    let warnings = steps.iter().flat_map(|step| step.warnings);
    for warning in warnings.chain(&decision.warnings) {
        add_warning(&mut all, warning);
    }
    all.sort_by_key(|duplicate| {
        (
            !duplicate.is_blocklisted,
            duplicate.is_only_a_note(),
            match duplicate.whose {
                Whose::AnotherCustomer => 0,
                Whose::Unknown => 1,
                Whose::SameCustomer => 2,
            },
        )
    });
    all
}

impl Duplicate {
    fn is_the_same_as(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.session_id == other.session_id
            && self.session_number == other.session_number
            && self.session_id.is_some()
    }
}

fn of_match(decision: &Decision, kind: &str, other: &Map<String, Value>) -> Duplicate {
    let text = |key: &str| present(other.get(key)?.as_str());
    let flag = |key: &str| other.get(key).and_then(Value::as_bool).unwrap_or_default();
    let number = |key: &str| other.get(key)?.as_f64().filter(|number| number.is_finite());
    let own = present(decision.vendor_data.as_deref());
    let vendor_data = text("vendor_data");
    let kind = match text("match_type") {
        Some("ip_address") => IP_ADDRESS,
        Some("device_fingerprint") => DEVICE,
        _ => kind,
    };
    Duplicate {
        kind: kind.to_owned(),
        whose: match (own, vendor_data) {
            (Some(own), Some(other)) if own == other => Whose::SameCustomer,
            (Some(_), Some(_)) => Whose::AnotherCustomer,
            _ => Whose::Unknown,
        },
        session_id: text("session_id").and_then(id),
        session_number: other.get("session_number").and_then(Value::as_i64),
        vendor_data: vendor_data.map(str::to_owned),
        status: text("status").map(plain::status_word),
        similarity: number("similarity_percentage"),
        confidence: number("confidence"),
        match_mode: text("match_mode").map(str::to_owned),
        source: SOURCES
            .into_iter()
            .find(|source| text("source") == Some(source)),
        is_blocklisted: flag("is_blocklisted"),
        is_allowlisted: flag("is_allowlisted"),
    }
}

/// A warning may name the other session where no list of matches does.
fn add_warning(all: &mut Vec<Duplicate>, warning: &Warning) {
    let Some(kind) = warning.risk.as_deref().and_then(kind_of) else {
        return;
    };
    let data = warning.additional_data.as_ref();
    let value = |key: &str| data.and_then(|data| data.get(key));
    let is_blocklisted = warning
        .risk
        .as_deref()
        .is_some_and(|risk| risk.ends_with("_IN_BLOCKLIST"));
    let prefix = if is_blocklisted {
        "blocklisted"
    } else {
        "duplicated"
    };
    let session_id = value(&format!("{prefix}_session_id"))
        .and_then(Value::as_str)
        .and_then(id);
    let session_number = value(&format!("{prefix}_session_number")).and_then(Value::as_i64);
    let known = all.iter_mut().find(|known| {
        known.kind == kind
            && match (&session_id, session_number) {
                (Some(id), _) => known.session_id.as_ref() == Some(id),
                (None, Some(number)) => known.session_number == Some(number),
                // The warning alone says no more than any match of its kind.
                (None, None) => !is_blocklisted || known.is_blocklisted,
            }
    });
    match known {
        Some(known) => known.is_blocklisted |= is_blocklisted,
        None => all.push(Duplicate {
            kind: kind.to_owned(),
            whose: Whose::Unknown,
            session_id,
            session_number,
            vendor_data: None,
            status: None,
            similarity: None,
            confidence: None,
            match_mode: None,
            source: None,
            is_blocklisted,
            is_allowlisted: false,
        }),
    }
}

/// What a warning says was seen elsewhere; `None` for warnings about something else.
fn kind_of(risk: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 8] = [
        ("FACE", "face"),
        ("USER", "document"),
        ("DOCUMENT", "document"),
        ("PHONE", "phone number"),
        ("EMAIL", "e-mail address"),
        ("IP", "IP address"),
        ("DEVICE", "device"),
        ("FINGERPRINT", "device"),
    ];
    let subject = risk
        .strip_suffix("_IN_BLOCKLIST")
        .or_else(|| risk.strip_prefix("DUPLICATED_"))
        .or_else(|| risk.strip_prefix("POSSIBLE_DUPLICATED_"))?;
    let mut words = subject.split('_');
    words.find_map(|word| {
        WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, kind)| *kind)
    })
}

fn id(text: &str) -> Option<String> {
    uuid::Uuid::parse_str(text).ok().map(|id| id.to_string())
}
