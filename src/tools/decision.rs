//! A session's result in plain terms: verdict, checks, reasons, what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Context, PersonalData,
    advice::{self, plain_words},
    change::Environment,
    compare::present,
    detail,
    error::{Stop, ToolError},
    files,
    limits::{self, Score},
    person::{Duplicate, Mismatch, PersonFacts, field_of},
    personal::{Class, Outlet},
    plain, shape,
    untrusted::clean_link,
    verdict::{self, Verdict, counts},
};
use crate::didit::{Decision, SessionId, SessionStatus, Warning};

/// Other sessions that a concise answer names.
pub(super) const MAX_DUPLICATES: usize = 5;

/// The arguments of a look at a session.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DecisionInput {
    /// Session UUID.
    session_id: String,
    #[serde(default)]
    detail: Detail,
    /// Also save Didit's whole answer, with all personal data, under this name (`*.json`) in the output folder.
    raw_file: Option<String>,
}

/// How much to show.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Detail {
    /// Verdict, checks and reasons.
    #[default]
    Concise,
    /// All findings, with numbers masked.
    Detailed,
}

/// Didit's whole answer.
const RAW_FILE: files::Kind = files::Kind {
    field: "raw_file",
    extension: ".json",
};

/// Reads a session and explains it.
pub(super) async fn get(context: &Context, input: DecisionInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let level = context.connection.settings().personal_data;
    if let Some(name) = &input.raw_file {
        if level == PersonalData::None {
            return Err(ToolError::invalid(
                "raw_file",
                "Didit's whole answer holds personal data, and the operator lets none out (personal data level none), so it \
                 is not saved to a file either.",
            )
            .with_advice("the call without `raw_file` works; the operator can choose --pii minimal.")
            .into());
        }
        files::free_name(&context.connection.settings().output_dir, name, RAW_FILE)?;
    }
    let decision = context.client()?.decision(&id).await?;
    let mut answer = explain(context, &decision).await;
    if input.detail == Detail::Detailed {
        answer = detail::add(answer, &decision, level);
    }
    if let Some(name) = input.raw_file {
        let folder = &context.connection.settings().output_dir;
        let path = files::write_new(folder, &name, decision.raw.into_bytes(), RAW_FILE).await?;
        answer.text.push_str(&format!(
            "\nSaved Didit's whole answer, with all personal data, to {}.",
            path.display()
        ));
    }
    Ok(answer)
}

/// What an explanation depends on besides the decision.
pub(super) struct View {
    pub level: PersonalData,
    pub environment: Environment,
    /// In the order of [`Decision::steps`].
    pub scores: Vec<Option<Score>>,
}

/// The result as most callers need it. The person's own data are limited to what a verdict needs (name,
/// birth date, document type and country), or left out by the operator's choice.
pub(super) async fn explain(context: &Context, decision: &Decision) -> Answer {
    let connection = &context.connection;
    let view = View {
        level: connection.settings().personal_data,
        environment: connection.environment_of(decision.environment.as_deref()),
        scores: limits::scores(context, decision).await,
    };
    concise(decision, &view)
}

#[derive(Serialize)]
struct DecisionData {
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    status: String,
    is_final: bool,
    verdict: String,
    /// `checks`, `reviewer` or `unknown`, once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<&'static str>,
    /// Whether a human should look before anybody relies on an approval.
    needs_a_look: bool,
    what_to_do: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    environment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_url: Option<String>,
    /// Whether a human can approve, decline or ask again now.
    can_be_decided: bool,
    checks: Vec<CheckData>,
    /// Features of the workflow without a result.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without_result: Vec<String>,
    reasons: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<ExpectedData>,
    /// Other sessions with the same face, document or contact, and hits of the blocklist.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seen_elsewhere: Vec<Elsewhere>,
    /// What was decided by hand, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<ReviewData>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    odd: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct CheckData {
    feature: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<String>,
    status: String,
    /// How sure the check is, from 0 to 100, where it gives a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// The score beyond which it is in review.
    #[serde(skip_serializing_if = "Option::is_none")]
    review_limit: Option<f64>,
    /// The score beyond which it is declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_limit: Option<f64>,
}

/// A status that a human set. Who did and why are left to the detailed answer.
#[derive(Serialize)]
struct ReviewData {
    new_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

/// Why a check did not simply pass.
#[derive(Serialize)]
struct Reason {
    check: String,
    risk: String,
    log_type: &'static str,
    meaning: String,
}

/// What was expected against what was found.
#[derive(Serialize)]
struct ExpectedData {
    /// `match`, `differs` or `unsure`: the worst of all fields.
    result: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differs: Vec<FieldData>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsure: Vec<FieldData>,
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    matching: Vec<String>,
}

/// One field. Values that could be a sentence are among the untrusted ones.
#[derive(Serialize)]
struct FieldData {
    field: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    told_by_didit: bool,
}

#[derive(Serialize)]
struct Elsewhere {
    what: String,
    whose: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    on_blocklist: bool,
}

/// The explanation itself.
pub(super) fn concise(decision: &Decision, view: &View) -> Answer {
    let facts = PersonFacts::of(decision);
    let verdict = verdict::of(decision, &facts);
    let reasons = reasons(decision);
    let link = decision
        .session_url
        .as_deref()
        .filter(|_| is_open(&decision.status))
        .map(clean_link);
    let mut text = verdict.line.clone();
    text.push_str(&compared(&facts, view.level));
    text.push_str(&heading(decision, view.environment));
    text.push_str(&checks(decision, view));
    for reason in &reasons {
        if text.lines().all(|line| line != "Reasons:") {
            text.push_str("\nReasons:");
        }
        text.push_str(&format!(
            "\n- {} ({}): {} [{}]",
            reason.check,
            weight(reason.log_type),
            reason.meaning,
            reason.risk
        ));
    }
    text.push_str(&elsewhere(&facts));
    let notes = notes(decision).count();
    if notes > 0 {
        text.push_str(&format!(
            "\nDidit also notes {notes} without consequences in this workflow (detail: detailed shows them)."
        ));
    }
    let odd = odd(decision);
    if !odd.is_empty() {
        text.push_str(&format!("\nOdd in Didit's answer: {}.", odd.join("; ")));
    }
    text.push_str(&format!("\nWhat to do: {}", verdict.advice));
    if let Some(link) = &link {
        text.push_str(&format!("\nLink for the person: {link}"));
    }
    let answer =
        Answer::new(text).with_data(&data(decision, view, &facts, &verdict, reasons, link, odd));
    let answer = with_words(answer, decision, &facts, view.level);
    let answer = if verdict.needs_a_look {
        advice::with_second_look(answer)
    } else {
        answer
    };
    advice::with_next_steps(answer, &decision.status)
}

fn data(
    decision: &Decision,
    view: &View,
    facts: &PersonFacts,
    verdict: &Verdict,
    reasons: Vec<Reason>,
    session_url: Option<String>,
    odd: Vec<String>,
) -> DecisionData {
    let time = |text: &Option<String>| text.clone().filter(|text| plain::is_time(text));
    let steps = decision.steps();
    let names = verdict::names_of(&steps);
    DecisionData {
        session_id: decision.session_id.map(|id| id.to_string()),
        session_number: decision.session_number,
        status: plain::status(&decision.status),
        is_final: decision.status.is_final(),
        verdict: verdict.line.clone(),
        decided_by: verdict.decided_by.map(verdict::DecidedBy::name),
        needs_a_look: verdict.needs_a_look,
        what_to_do: verdict.advice.clone(),
        workflow_id: decision.workflow_id.map(|id| id.to_string()),
        vendor_data: decision
            .vendor_data
            .clone()
            .filter(|vendor_data| shape::is_plain(vendor_data)),
        environment: view.environment.name(),
        can_be_decided: decision.status.can_be_updated(),
        session_url,
        checks: steps
            .iter()
            .zip(names)
            .zip(&view.scores)
            .map(|((step, name), score)| CheckData {
                feature: plain::code(Some(step.feature)),
                name,
                node_id: step
                    .node_id
                    .filter(|node| plain::is_word(node))
                    .map(str::to_owned),
                status: plain::check_status(step),
                score: score.as_ref().map(|score| score.score),
                review_limit: score.as_ref().and_then(|score| score.review),
                decline_limit: score.as_ref().and_then(|score| score.decline),
            })
            .collect(),
        without_result: shown_without_result(decision),
        reasons,
        expected: expected(facts, view.level),
        seen_elsewhere: facts.duplicates.iter().map(Elsewhere::from).collect(),
        reviews: decision
            .reviews
            .iter()
            .filter(|review| verdict::sets_a_status(review))
            .filter_map(|review| {
                Some(ReviewData {
                    new_status: plain::status_word(review.new_status.as_deref()?),
                    created_at: time(&review.created_at),
                })
            })
            .collect(),
        odd,
        created_at: time(&decision.created_at),
        expires_at: time(&decision.expires_at),
    }
}

fn heading(decision: &Decision, environment: Environment) -> String {
    let mut text = String::new();
    if let Some(id) = decision.session_id {
        text.push_str(&format!("\nSession: {id}"));
    }
    if let Some(number) = decision.session_number {
        text.push_str(&format!(" (#{number})"));
    }
    text.push_str(&format!(
        ", status {}, {}",
        plain::status(&decision.status),
        environment.words()
    ));
    let vendor_data = decision.vendor_data.as_deref();
    if let Some(vendor_data) = vendor_data.filter(|vendor_data| shape::is_plain(vendor_data)) {
        text.push_str(&format!(", vendor_data {vendor_data}"));
    }
    text
}

/// What a human has to compare, and the values whose shape leaves no room for a sentence; all others stand in the fence.
fn compared(facts: &PersonFacts, level: PersonalData) -> String {
    let mut text = String::new();
    if !facts.unsure.is_empty() {
        text.push_str(&format!(
            "\nCompare by eye, not surely the same: {}.",
            verdict::places(&facts.unsure)
        ));
    }
    for field in facts.mismatches.iter().chain(&facts.unsure) {
        if let [Some(expected), Some(found)] = values(field, level) {
            let place = field.place();
            text.push_str(&format!("\n- {place}: expected {expected}, found {found}"));
        }
    }
    text
}

/// The two values as they may stand among our own words. One name in capitals looks like a code, so names never do.
fn values(field: &Mismatch, level: PersonalData) -> [Option<String>; 2] {
    let is_words = matches!(field.field.as_str(), "name" | "address" | "document type");
    [&field.expected, &field.found].map(|value| {
        let shown = level.release(Outlet::Conversation, field.class, value.as_deref()?)?;
        (!is_words && shape::is_plain(&shown)).then_some(shown)
    })
}

fn checks(decision: &Decision, view: &View) -> String {
    let steps = decision.steps();
    let mut text = if steps.is_empty() {
        "\nChecks: none has run yet.".to_owned()
    } else {
        "\nChecks:".to_owned()
    };
    for ((step, name), score) in steps
        .iter()
        .zip(verdict::names_of(&steps))
        .zip(&view.scores)
    {
        let status = plain::check_status(step);
        text.push_str(&format!("\n- {name}: {status}"));
        if let Some(score) = score.as_ref().filter(|_| status != "Approved") {
            text.push_str(&format!(", score {}", score.words(&status)));
        }
    }
    let missing = shown_without_result(decision);
    if !missing.is_empty() {
        text.push_str(&format!("\nNo result: {}.", missing.join(", ")));
    }
    text
}

/// The features without a result, once nothing more is to come.
fn shown_without_result(decision: &Decision) -> Vec<String> {
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

fn expected(facts: &PersonFacts, level: PersonalData) -> Option<ExpectedData> {
    let result = match (facts.mismatches.is_empty(), facts.unsure.is_empty()) {
        (false, _) => "differs",
        (true, false) => "unsure",
        (true, true) if facts.matching.is_empty() => return None,
        (true, true) => "match",
    };
    let fields = |all: &[Mismatch]| -> Vec<FieldData> {
        all.iter()
            .map(|field| {
                let [expected, found] = values(field, level);
                FieldData {
                    field: field.field.clone(),
                    source: field.source.clone(),
                    expected,
                    found,
                    told_by_didit: field.is_told_by_didit,
                }
            })
            .collect()
    };
    Some(ExpectedData {
        result,
        differs: fields(&facts.mismatches),
        unsure: fields(&facts.unsure),
        matching: facts.matching.clone(),
    })
}

fn elsewhere(facts: &PersonFacts) -> String {
    let mut text = String::new();
    for duplicate in facts.duplicates.iter().take(MAX_DUPLICATES) {
        if text.is_empty() {
            text.push_str("\nSeen elsewhere:");
        }
        text.push_str(&elsewhere_line(duplicate));
    }
    let more = facts.duplicates.len().saturating_sub(MAX_DUPLICATES);
    if more > 0 {
        text.push_str(&format!("\n- and {more} more (detail: detailed)."));
    }
    text
}

/// One line on another session.
pub(super) fn elsewhere_line(duplicate: &Duplicate) -> String {
    let [before, after] = duplicate.words();
    let whose = match duplicate.other_vendor_data() {
        Some(vendor_data) if shape::is_plain(vendor_data) => format!(", {vendor_data}"),
        Some(_) => ", vendor_data below".to_owned(),
        None => String::new(),
    };
    format!("\n- {before}{whose}{after}")
}

impl From<&Duplicate> for Elsewhere {
    fn from(duplicate: &Duplicate) -> Self {
        Self {
            what: duplicate.kind.clone(),
            whose: duplicate.whose.name(),
            session_id: duplicate.session_id.clone(),
            session_number: duplicate.session_number,
            vendor_data: duplicate
                .vendor_data
                .clone()
                .filter(|vendor_data| shape::is_plain(vendor_data)),
            status: duplicate.status.clone(),
            similarity: duplicate.similarity,
            on_blocklist: duplicate.is_blocklisted,
        }
    }
}

/// What others wrote, as far as the operator lets it out: the two sides of a difference first.
fn with_words(
    answer: Answer,
    decision: &Decision,
    facts: &PersonFacts,
    level: PersonalData,
) -> Answer {
    let mut words = Words { answer, level };
    for field in facts.mismatches.iter().chain(&facts.unsure) {
        let [expected, found] = values(field, level);
        if expected.is_none() {
            let label = format!("Expected {}", field.field);
            words.add_once(&label, field.class, field.expected.as_deref());
        }
        let is_the_name = field.field == "name" && field.source == "document";
        if found.is_none() && !is_the_name {
            let label = format!("{} {}", capital(&field.source), field.field);
            words.add_once(&label, field.class, field.found.as_deref());
        }
    }
    words.add_once("Name", Class::Identity, facts.name.as_deref());
    for (source, name) in &facts.other_names {
        let label = format!("{} name", capital(source));
        words.add_once(&label, Class::Identity, Some(name));
    }
    for (place, document) in decision.id_verifications.iter().enumerate() {
        let (birth, kind, country) = if place == 0 {
            let own = ["Birth date", "Document type", "Document country"];
            own.map(str::to_owned).into()
        } else {
            let number = place + 1;
            let own = ["birth date", "type", "country"];
            own.map(|what| format!("Document {number} {what}")).into()
        };
        words.add_once(&birth, Class::Identity, document.date_of_birth.as_deref());
        words.add_once(&kind, Class::Identity, document.document_type.as_deref());
        words.add_once(&country, Class::Identity, document.issuing_state.as_deref());
    }
    for registry in &decision.registry_checks {
        let company = registry.company.as_ref();
        let name = company.and_then(|company| company.company_name.as_deref());
        words.add_once("Company", Class::Identity, name);
        let country = company.and_then(|company| company.country_code.as_deref());
        words.add_once("Company country", Class::Identity, country);
    }
    let vendor_data = present(decision.vendor_data.as_deref());
    let vendor_data = vendor_data.filter(|vendor_data| !shape::is_plain(vendor_data));
    words.add_once("vendor_data", Class::Words, vendor_data);
    for duplicate in facts.duplicates.iter().take(MAX_DUPLICATES) {
        let other = duplicate
            .other_vendor_data()
            .filter(|vendor_data| !shape::is_plain(vendor_data));
        words.add_once("Other vendor_data", Class::Words, other);
    }
    if let SessionStatus::Other(status) = &decision.status
        && !plain::is_word(status)
    {
        words.add_once("Status in Didit's words", Class::Words, Some(status));
    }
    for warning in all_warnings(decision).filter(|warning| is_reason(warning)) {
        let (label, description) = own_words(warning);
        words.add_once(&label, Class::Words, description);
    }
    let comment = verdict::latest_decision(decision)
        .or(decision.reviews.last())
        .and_then(|review| review.comment.as_deref());
    words.add_once("Last review comment", Class::Words, comment);
    words.answer
}

struct Words {
    answer: Answer,
    level: PersonalData,
}

impl Words {
    /// Adds a value unless it is there already, or must not leave.
    fn add_once(&mut self, label: &str, class: Class, value: Option<&str>) {
        let Some(value) = present(value) else {
            return;
        };
        let Some(shown) = self.level.release(Outlet::Conversation, class, value) else {
            return;
        };
        let is_there = self
            .answer
            .untrusted
            .iter()
            .any(|fact| fact.label == label && fact.value == shown);
        if !is_there {
            let answer = std::mem::take(&mut self.answer);
            self.answer = answer.with_untrusted(label, Some(&shown));
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// Every warning with the name of its check.
fn warnings_of(decision: &Decision) -> Vec<(String, &Warning)> {
    let steps = decision.steps();
    let names = verdict::names_of(&steps);
    let of_checks = steps.iter().zip(names).flat_map(|(step, name)| {
        step.warnings
            .iter()
            .map(move |warning| (name.clone(), warning))
    });
    let of_session = decision
        .warnings
        .iter()
        .map(|warning| ("session".to_owned(), warning));
    of_checks.chain(of_session).collect()
}

fn all_warnings(decision: &Decision) -> impl Iterator<Item = &Warning> {
    warnings_of(decision)
        .into_iter()
        .map(|(_, warning)| warning)
}

/// Whether a warning is shown as a reason: it changed the result, or should change what is done.
fn is_reason(warning: &Warning) -> bool {
    let risk = warning.risk.as_deref().unwrap_or_default();
    counts(warning) || field_of(risk).is_some() || risk.ends_with("_IN_BLOCKLIST")
}

/// The warnings that changed nothing, each with the name of its check.
pub(super) fn notes(decision: &Decision) -> impl Iterator<Item = (String, &Warning)> {
    warnings_of(decision)
        .into_iter()
        .filter(|(_, warning)| !is_reason(warning))
}

fn reasons(decision: &Decision) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = warnings_of(decision)
        .into_iter()
        .filter(|(_, warning)| is_reason(warning))
        .map(|(check, warning)| Reason {
            check,
            risk: plain::code(warning.risk.as_deref()),
            log_type: log_type(warning),
            meaning: describe(warning),
        })
        .collect();
    reasons.sort_by_key(|reason| match reason.log_type {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    });
    reasons
}

/// What a warning says, where its code is known. Didit's own words for newer ones are shown apart.
pub(super) fn describe(warning: &Warning) -> String {
    let risk = warning.risk.as_deref();
    if risk == Some("CUSTOM_STATUS_RULE_TRIGGERED") {
        return rule(warning);
    }
    risk.and_then(plain_words)
        .unwrap_or("a warning that this version does not know")
        .to_owned()
}

/// A rule of the workflow, by the field that it is about. The values in it may be the person's.
fn rule(warning: &Warning) -> String {
    let data = warning.additional_data.as_ref();
    let word = |key: &str| {
        let text = data?.get(key)?.as_str()?;
        shape::is_plain(text).then(|| text.to_owned())
    };
    match (word("field"), word("operator")) {
        (Some(field), Some(operator)) => format!(
            "a rule of the workflow applies: {field} {}",
            operator.replace('_', " ")
        ),
        _ => "a rule of the workflow applies".to_owned(),
    }
}

/// Didit's own words for a warning that this version does not know, with a label.
pub(super) fn own_words(warning: &Warning) -> (String, Option<&str>) {
    let is_known = warning.risk.as_deref().and_then(plain_words).is_some();
    let label = format!("Didit on {}", plain::code(warning.risk.as_deref()));
    let words = warning.short_description.as_deref();
    (label, words.filter(|_| !is_known))
}

fn log_type(warning: &Warning) -> &'static str {
    match warning.log_type.as_deref() {
        Some("error") => "error",
        Some("warning") => "warning",
        Some("information") => "information",
        _ => "unknown",
    }
}

fn weight(log_type: &str) -> &str {
    match log_type {
        "error" => "declines",
        "warning" => "needs review",
        "information" => "noted, without consequences in this workflow",
        _ => "of unknown weight",
    }
}

/// Parts of the answer that should be lists of checks and are something else.
fn odd(decision: &Decision) -> Vec<String> {
    const LISTS: [&str; 16] = [
        "id_verifications",
        "nfc_verifications",
        "liveness_checks",
        "face_matches",
        "phone_verifications",
        "email_verifications",
        "poa_verifications",
        "document_ai_documents",
        "questionnaire_responses",
        "aml_screenings",
        "ip_analyses",
        "database_validations",
        "registry_checks",
        "document_verifications",
        "key_people_checks",
        "reviews",
    ];
    LISTS
        .into_iter()
        .filter(|list| decision.extra.contains_key(*list))
        .map(|list| format!("{list} cannot be read"))
        .collect()
}

fn is_open(status: &SessionStatus) -> bool {
    matches!(
        status,
        SessionStatus::NotStarted
            | SessionStatus::InProgress
            | SessionStatus::Resubmitted
            | SessionStatus::AwaitingUser
    )
}

/// A step in the words of people.
pub(super) fn plain_name(feature: &str) -> &'static str {
    verdict::plain_name(feature).unwrap_or("another check")
}
