//! The hits of a session side by side with the person's own data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Field, Hit, Subject, hits_of};
use crate::{
    didit::{Decision, HitReview, SessionId},
    tools::{
        Context, PersonalData, Tool, ToolOutput, Toolset,
        compare::Likeness,
        error::NotDone,
        input::Combined,
        limits,
        paging::{self, Row},
        personal::{Class, Outlet},
        plain,
        sessions::which::Which,
        untrusted::{mark_untrusted, mark_untrusted_code},
    },
};

pub(in crate::tools::reviews) fn tool() -> Tool {
    Tool::read("didit_aml_get_hits", Toolset::Reviews)
        .title("Compare watch-list hits")
        .description(
            "Shows a session's AML hits beside the person's own data: name, birth date and country as same, differs or \
             unknown, scores against limits, review status.",
        )
        .example(|world| json!({ "session_id": world.session_id }))
        .search_words("sanctions, PEP, adverse media, screening matches, false positives, triage")
        .run(list)
}

#[derive(Deserialize, JsonSchema)]
struct HitsInput {
    /// Only the hits marked so.
    review_status: Option<HitReview>,
}

/// What the workflow does with the scores of hits.
#[derive(Default, Serialize)]
struct Limits {
    /// Hits below count as False Positive by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    match_score: Option<f64>,
    /// A hit above leads to a review.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_review: Option<f64>,
    /// A hit above is declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_decline: Option<f64>,
    /// Whether they held when the session ran.
    is_certain: bool,
}

#[derive(Serialize)]
struct HitRow {
    number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    lists: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review_status: Option<String>,
    name: FieldRow,
    birth_date: FieldRow,
    country: FieldRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    match_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_score: Option<f64>,
    /// What Didit makes of each field, 0 to 100; a field that weighed nothing is not there.
    #[serde(skip_serializing_if = "Value::is_null")]
    score_parts: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    listed_for: Vec<String>,
}

#[derive(Serialize)]
struct FieldRow {
    /// `same`, `differs` or `unknown`.
    result: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    of_the_hit: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

async fn list(
    context: Context,
    Combined(which, input): Combined<Which, HitsInput>,
) -> Result<ToolOutput, NotDone> {
    let level = context.connection.settings().personal_data;
    let (id, others) = which.find(&context).await?;
    let decision = context.client()?.decision(&id).await?;
    let subject = Subject::of(&decision);
    let limits = Limits::of(&context, &decision).await;
    let mut hits = hits_of(&decision, &subject);
    let found = hits.len();
    if let Some(wanted) = input.review_status {
        hits.retain(|hit| hit.hit.review_status.as_deref() == Some(wanted.as_str()));
    }
    let wanted = hits.len();
    let rows = hits.iter().map(|hit| HitRow::of(hit, level)).collect();
    let (rows, lines) = paging::fitting(rows);
    let mut text = heading(&context, &id, &decision, found);
    if wanted < found {
        text.push_str(&format!("\n{wanted} of them are marked as asked for."));
    }
    for note in notes(&decision, found, wanted - rows.len()) {
        text.push_str(&format!("\n{note}"));
    }
    if found > 0 {
        text.push_str(&person_line(&subject, &decision, level));
        text.push_str(&limits.line());
    }
    text.push_str(&lines);
    let environment = context
        .connection
        .environment_of(decision.environment.as_deref());
    let answer = ToolOutput::new(text).with_data(&json!({
        "session_id": id.to_string(),
        "session_number": decision.session_number,
        "status": plain::status(&decision.status),
        "environment": environment.name(),
        "person": PersonRow::of(&subject, level),
        "limits": limits,
        "items": rows,
        "total": found,
    }));
    let answer = others.add(answer);
    Ok(if found == 0 {
        answer.with_next("didit_session_get_decision", "explains the session.")
    } else {
        answer.with_next(
            "didit_aml_update_hits",
            "marks hits, once a human has decided which are whose.",
        )
    })
}

fn heading(context: &Context, id: &SessionId, decision: &Decision, found: usize) -> String {
    let number = decision
        .session_number
        .map(|number| format!(" (#{number})"))
        .unwrap_or_default();
    let environment = context
        .connection
        .environment_of(decision.environment.as_deref());
    let hits = match found {
        0 if decision.aml_screenings.is_empty() => "watch lists were not searched".to_owned(),
        0 => "no hit on watch lists".to_owned(),
        1 => "1 hit on watch lists".to_owned(),
        several => format!("{several} hits on watch lists"),
    };
    format!(
        "Session {id}{number}, {}, {}: {hits}.",
        plain::known_status(&decision.status),
        environment.words()
    )
}

/// What the rows do not say.
fn notes(decision: &Decision, found: usize, left_out: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if decision.aml_screenings.is_unreadable() {
        notes.push("The hits in Didit's answer cannot be read.".to_owned());
    }
    let counts = decision.aml_screenings.iter();
    let counted: i64 = counts.filter_map(|screening| screening.total_hits).sum();
    if usize::try_from(counted).is_ok_and(|counted| counted > found) {
        notes.push(format!(
            "Didit counts {counted} hits and shows {found} of them."
        ));
    }
    if left_out > 0 {
        notes.push(format!(
            "{left_out} further hits do not fit here; `review_status` narrows them down."
        ));
    }
    notes
}

/// The person's own data, and what the lists were searched with where that is something else.
fn person_line(subject: &Subject, decision: &Decision, level: PersonalData) -> String {
    let mut line = format!("\nPerson: {}", in_words(subject, level));
    let Some(screened) = Subject::screened(decision) else {
        return line;
    };
    let is_other = |own: &Option<String>, other: &Option<String>| match (own, other) {
        (Some(own), Some(other)) => {
            !own.eq_ignore_ascii_case(other) && super::same_country(own, other) != Likeness::Match
        }
        _ => false,
    };
    let differs = is_other(&subject.name, &screened.name)
        || is_other(&subject.birth_date, &screened.birth_date)
        || is_other(&subject.country, &screened.country);
    if differs {
        line.push_str(&format!(
            "\nThe lists were searched with: {}",
            in_words(&screened, level)
        ));
    }
    line
}

fn in_words(subject: &Subject, level: PersonalData) -> String {
    let told = |what: &str, value: &Option<String>| match value {
        None => format!("{what} not known"),
        Some(value) => match level.release(Outlet::Conversation, Class::Identity, value) {
            Some(value) => format!("{what} {}", mark_untrusted(&value)),
            None => format!("{what} not shown"),
        },
    };
    let source = match subject.source {
        "" => String::new(),
        source => format!(" ({source})"),
    };
    format!(
        "{}, {}, {}{source}.",
        told("name", &subject.name),
        told("birth date", &subject.birth_date),
        told("country", &subject.country),
    )
}

/// The person's own data, as far as they may leave.
#[derive(Serialize)]
struct PersonRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    /// Where they stand.
    source: &'static str,
}

impl PersonRow {
    fn of(subject: &Subject, level: PersonalData) -> Self {
        let shown = |value: &Option<String>| {
            level.release(Outlet::Conversation, Class::Identity, value.as_deref()?)
        };
        Self {
            name: shown(&subject.name),
            birth_date: shown(&subject.birth_date),
            country: shown(&subject.country),
            source: subject.source,
        }
    }
}

impl Limits {
    async fn of(context: &Context, decision: &Decision) -> Self {
        let screening = decision.aml_screenings.first();
        let node_id = screening.and_then(|screening| screening.node_id.as_deref());
        let mut limits = Self::default();
        if screening.is_none() {
            return limits;
        }
        for (key, limit) in [
            ("aml_match_score_threshold", &mut limits.match_score),
            ("aml_score_approve_threshold", &mut limits.risk_review),
            ("aml_score_review_threshold", &mut limits.risk_decline),
        ] {
            let found = limits::number_of(context, decision, node_id, key).await;
            if let Some((number, is_certain)) = found {
                *limit = Some(number);
                limits.is_certain = is_certain;
            }
        }
        limits
    }

    fn line(&self) -> String {
        let limits: Vec<String> = [
            (
                "match score below {} counts as False Positive by itself",
                self.match_score,
            ),
            ("risk score above {} in review", self.risk_review),
            ("risk score above {} declined", self.risk_decline),
        ]
        .into_iter()
        .filter_map(|(words, limit)| Some(words.replace("{}", &limit?.to_string())))
        .collect();
        if limits.is_empty() {
            return "\nLimits of the workflow: not known.".to_owned();
        }
        let today = if self.is_certain {
            ""
        } else {
            " today, perhaps not when the session ran"
        };
        format!("\nLimits of the workflow{today}: {}.", limits.join("; "))
    }
}

impl HitRow {
    fn of(hit: &Hit<'_>, level: PersonalData) -> Self {
        let words = |value: &str| level.release(Outlet::Conversation, Class::Words, value);
        let field = |field: &Field| FieldRow {
            result: field.result.word(),
            of_the_hit: field
                .values
                .iter()
                .filter_map(|value| words(value))
                .collect(),
            reason: field.reason,
        };
        let review = hit.hit.review_status.as_deref();
        Self {
            number: hit.number,
            node_id: hit.node_id.map(str::to_owned),
            // The id of an entry leads to whom it is about.
            id: hit.hit.id.as_deref().and_then(words),
            lists: hit.kinds(level),
            review_status: review.map(|review| {
                let shown = level.release(Outlet::Conversation, Class::Enumeration, review);
                shown.unwrap_or_else(|| "other".to_owned())
            }),
            name: field(&hit.name),
            birth_date: field(&hit.birth_date),
            country: field(&hit.country),
            match_score: hit.hit.match_score.filter(|score| score.is_finite()),
            risk_score: hit.hit.risk_score.filter(|score| score.is_finite()),
            score_parts: scores(hit),
            listed_for: hit.listed.iter().filter_map(|text| words(text)).collect(),
        }
    }
}

/// What Didit's match score is made of.
fn scores(hit: &Hit<'_>) -> Value {
    let Some(breakdown) = &hit.hit.score_breakdown else {
        return Value::Null;
    };
    let number = |key: String| breakdown.get(&key).and_then(Value::as_f64);
    let scores: serde_json::Map<String, Value> = [
        ("name", "name"),
        ("dob", "birth_date"),
        ("country", "country"),
    ]
    .into_iter()
    .filter_map(|(key, name)| {
        let weight = number(format!("{key}_weight_normalized"));
        let score = number(format!("{key}_score"))?;
        (weight != Some(0.0)).then(|| (name.to_owned(), score.into()))
    })
    .collect();
    if scores.is_empty() {
        Value::Null
    } else {
        scores.into()
    }
}

impl Row for HitRow {
    fn line(&self) -> String {
        let mut line = format!("hit {}", self.number);
        if let Some(id) = &self.id {
            line.push_str(&format!(", id {}", mark_untrusted(id)));
        }
        for list in &self.lists {
            line.push_str(&format!(", {}", mark_untrusted_code(list)));
        }
        if let Some(review) = &self.review_status {
            line.push_str(&format!(", {}", mark_untrusted_code(review)));
        }
        for (name, field) in [
            ("name", &self.name),
            ("birth date", &self.birth_date),
            ("country", &self.country),
        ] {
            line.push_str(&format!("; {name} {}", field.result));
            let values = field.of_the_hit.iter();
            let values: Vec<String> = values.map(|value| mark_untrusted(value)).collect();
            if !values.is_empty() {
                line.push_str(&format!(": {}", values.join(", ")));
            }
            if let Some(reason) = field.reason {
                line.push_str(&format!(" ({reason})"));
            }
        }
        for (name, score) in [
            ("match score", self.match_score),
            ("risk score", self.risk_score),
        ] {
            if let Some(score) = score {
                line.push_str(&format!("; {name} {score}"));
            }
        }
        if let Value::Object(scores) = &self.score_parts {
            let scores = scores.iter();
            let scores: Vec<String> = scores
                .filter_map(|(name, score)| Some((name, score.as_f64()?)))
                .map(|(name, score)| format!("{} {score}", name.replace('_', " ")))
                .collect();
            line.push_str(&format!(" (by Didit: {})", scores.join(", ")));
        }
        for text in &self.listed_for {
            line.push_str(&format!("; listed for {}", mark_untrusted(text)));
        }
        line
    }
}
