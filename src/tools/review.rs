//! Deciding about a session, its report, and deleting it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, Context, advice,
    consent::{Agreement, Effect},
    decision::{self, plain_name},
    error::{Stop, ToolError},
    files,
    untrusted::{clean, clean_link},
};
use crate::didit::{
    Client, Decision, NewStatus, NodeToResubmit, SessionDeletion, SessionId, SessionStatus,
    StatusUpdate, Step,
};

/// The tool that saves reports.
pub(super) const PDF_TOOL: &str = "didit_session_generate_pdf";

/// The longest comment that the question to a human shows.
const MAX_QUOTED_CHARACTERS: usize = 200;

/// The arguments of a decision about a person.
#[derive(Deserialize, JsonSchema)]
pub(super) struct UpdateInput {
    /// Session UUID.
    session_id: String,
    new_status: Verdict,
    /// Why, for the record.
    comment: Option<String>,
    /// For Resubmitted, in words: document, selfie, address, phone, email, chip, questionnaire, database, aml; all that is not
    /// approved when absent.
    steps: Option<Vec<String>>,
    /// The same by node id, exactly.
    nodes_to_resubmit: Option<Vec<NodeInput>>,
    /// Tell the person by e-mail; needs email_address.
    send_email: Option<bool>,
    email_address: Option<String>,
    /// Language of that e-mail.
    email_language: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
enum Verdict {
    Approved,
    Declined,
    Resubmitted,
}

#[derive(Deserialize, JsonSchema)]
struct NodeInput {
    node_id: String,
    /// Such as OCR; found by the node id when absent.
    feature: Option<String>,
}

/// The arguments of a report.
#[derive(Deserialize, JsonSchema)]
pub(super) struct PdfInput {
    /// Session UUID.
    session_id: String,
    /// Name of the new file; made from the session when absent.
    file_name: Option<String>,
}

/// The arguments of a deletion.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DeleteInput {
    /// Session UUID.
    session_id: String,
    /// Record it as the person's own demand for erasure.
    #[serde(default)]
    privacy_erasure: bool,
    /// Your reference of the instruction.
    instruction_id: Option<String>,
}

/// Approves, declines or asks for steps again.
pub(super) async fn update(context: &Context, input: UpdateInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let new_status = match input.new_status {
        Verdict::Approved => NewStatus::Approved,
        Verdict::Declined => NewStatus::Declined,
        Verdict::Resubmitted => NewStatus::Resubmitted,
    };
    let by_steps = input.steps.as_ref().is_some_and(|steps| !steps.is_empty())
        || input
            .nodes_to_resubmit
            .as_ref()
            .is_some_and(|nodes| !nodes.is_empty());
    if by_steps && new_status != NewStatus::Resubmitted {
        return Err(
            ToolError::invalid("steps", "Steps go with new_status Resubmitted only.").into(),
        );
    }
    let mut update = StatusUpdate {
        comment: input.comment,
        send_email: input.send_email,
        email_address: input.email_address,
        email_language: input.email_language,
        ..StatusUpdate::new(new_status)
    };
    update.validate()?;
    let client = context.client()?;
    // The session is read right before the decision, so that a human agrees to what is true now.
    let before = client.decision(&id).await?;
    refuse_wrong_moment(&before, new_status)?;
    let steps = before.steps();
    update.nodes_to_resubmit = chosen_nodes(input.steps, input.nodes_to_resubmit, &steps)?;
    update.validate()?;
    let effect = |decision: &Decision| effect(context, &id, decision, &update);
    agree(context, &client, &id, &before, effect).await?;
    client.update_status(&id, &update).await?;
    let chosen = names(&update.nodes_to_resubmit);
    let text = match new_status {
        NewStatus::Resubmitted => format!(
            "Asked the person to redo {}. The data of those steps are gone, and the same link works again.{}",
            chosen
                .as_deref()
                .unwrap_or("every step that is not approved"),
            before
                .session_url
                .as_deref()
                .map(|link| format!("\nLink for the person: {}", clean_link(link)))
                .unwrap_or_default()
        ),
        decided => format!(
            "Session {id} is now {decided}; it was {}.",
            clean(before.status.as_str())
        ),
    };
    let text = match (update.send_email, &update.email_address) {
        (Some(true), Some(address)) => format!("{text}\nDidit writes to {address}."),
        _ => text,
    };
    let answer = Answer::new(text).with_data(&json!({
        "session_id": id.to_string(),
        "previous_status": clean(before.status.as_str()),
        "status": new_status.to_string(),
        "nodes_to_resubmit": update.nodes_to_resubmit,
    }));
    let now: SessionStatus = new_status.to_string().parse()?;
    Ok(advice::with_next_steps(answer, &now))
}

fn refuse_wrong_moment(before: &Decision, new_status: NewStatus) -> Result<(), ToolError> {
    let advice = advice::meaning(&before.status).advice;
    // A status that this version does not know is left to Didit to judge.
    let unknown = matches!(before.status, SessionStatus::Other(_));
    if !unknown && !before.status.can_be_updated() {
        return Err(ToolError::new(
            "not_allowed_now",
            format!(
                "The session is {}, and only Approved, Declined, In Review, Kyc Expired, Abandoned and Resubmitted ones can be \
                 decided by hand. Nothing was changed.",
                clean(before.status.as_str())
            ),
        )
        .with_advice(advice));
    }
    if before.status.as_str() == new_status.to_string() {
        return Err(ToolError::new(
            "already_so",
            format!("The session is {new_status} already. Nothing was changed."),
        ));
    }
    Ok(())
}

/// Turns words and node ids into what Didit takes, by the steps that the session has.
fn chosen_nodes(
    words: Option<Vec<String>>,
    nodes: Option<Vec<NodeInput>>,
    steps: &[Step<'_>],
) -> Result<Vec<NodeToResubmit>, ToolError> {
    let mut chosen: Vec<NodeToResubmit> = Vec::new();
    let mut add = |node: NodeToResubmit| {
        if !chosen.contains(&node) {
            chosen.push(node);
        }
    };
    for node in nodes.unwrap_or_default() {
        let known = steps
            .iter()
            .find(|step| step.node_id == Some(node.node_id.as_str()));
        let feature = node
            .feature
            .or_else(|| known.map(|step| step.feature.to_owned()))
            .ok_or_else(|| {
                ToolError::invalid(
                    "nodes_to_resubmit",
                    format!("The session has no step \"{}\".", node.node_id),
                )
                .with_allowed(steps.iter().filter_map(|step| step.node_id).map(clean))
            })?;
        add(NodeToResubmit {
            node_id: node.node_id,
            feature: feature.trim().to_uppercase(),
        });
    }
    for word in words.unwrap_or_default() {
        let mut found = false;
        for step in steps.iter().filter(|step| is_meant(&word, step)) {
            if let Some(node_id) = step.node_id {
                found = true;
                add(NodeToResubmit {
                    node_id: node_id.to_owned(),
                    feature: step.feature.to_owned(),
                });
            }
        }
        if !found {
            return Err(ToolError::invalid(
                "steps",
                format!("The session has no step \"{word}\" that can be redone."),
            )
            .with_allowed(
                steps
                    .iter()
                    .filter(|step| step.node_id.is_some())
                    .map(|step| word_of(step.feature)),
            ));
        }
    }
    Ok(chosen)
}

fn is_meant(word: &str, step: &Step<'_>) -> bool {
    let word = word.trim();
    if step.node_id == Some(word) || step.feature.eq_ignore_ascii_case(word) {
        return true;
    }
    let features: &[&str] = match word.to_lowercase().replace(['_', '-'], " ").as_str() {
        "document" | "id" | "id document" | "passport" | "id verification" => &["OCR"],
        // The person takes one selfie, and both checks look at it.
        "selfie" | "face" | "photo" => &["LIVENESS", "FACE_MATCH", "AGE_ESTIMATION"],
        "liveness" => &["LIVENESS"],
        "face match" => &["FACE_MATCH"],
        "age" => &["AGE_ESTIMATION"],
        "address" | "proof of address" | "poa" => &["PROOF_OF_ADDRESS"],
        "phone" => &["PHONE_VERIFICATION"],
        "email" | "e mail" => &["EMAIL_VERIFICATION"],
        "chip" | "nfc" => &["NFC"],
        "questionnaire" | "questions" => &["QUESTIONNAIRE"],
        "database" | "register" => &["DATABASE_VALIDATION"],
        "aml" | "watch lists" | "sanctions" => &["AML"],
        "ip" | "network" | "device" => &["IP_ANALYSIS"],
        _ => &[],
    };
    features.contains(&step.feature)
}

fn word_of(feature: &str) -> String {
    match feature {
        "AML" => "aml".to_owned(),
        "IP_ANALYSIS" => "ip".to_owned(),
        other => plain_name(other).to_owned(),
    }
}

fn names(nodes: &[NodeToResubmit]) -> Option<String> {
    let names: Vec<_> = nodes.iter().map(|node| plain_name(&node.feature)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn effect(context: &Context, id: &SessionId, before: &Decision, update: &StatusUpdate) -> Effect {
    let (action, consequence) = match update.new_status {
        NewStatus::Approved => (
            "Approve this person's identity verification.".to_owned(),
            "The person counts as verified from now on.",
        ),
        NewStatus::Declined => (
            "Decline this person's identity verification.".to_owned(),
            "The person counts as not verified from now on.",
        ),
        NewStatus::Resubmitted => (
            format!(
                "Ask this person to redo {}.",
                names(&update.nodes_to_resubmit)
                    .unwrap_or_else(|| "every step that is not approved".to_owned())
            ),
            "The data of those steps are deleted, and the person's link works again.",
        ),
    };
    let told = match (&update.send_email, &update.email_address) {
        (Some(true), Some(address)) => format!(" Didit tells {} by e-mail.", clean(address)),
        _ => String::new(),
    };
    let comment = update
        .comment
        .as_deref()
        .map(|comment| format!(" Comment for the record: {}.", quoted(comment)))
        .unwrap_or_default();
    Effect {
        action,
        consequence: format!("{consequence}{told}{comment}"),
        target: target(id, before),
        person: decision::person(context, before),
        environment: environment(context, before),
    }
}

/// The caller's own words, as a quotation that they cannot end.
fn quoted(words: &str) -> String {
    let words = clean(words).replace('"', "'");
    match words.char_indices().nth(MAX_QUOTED_CHARACTERS) {
        Some((end, _)) => format!("\"{}\" [cut]", words.get(..end).unwrap_or_default()),
        None => format!("\"{words}\""),
    }
}

fn target(id: &SessionId, decision: &Decision) -> String {
    format!("session {id}, now {}", clean(decision.status.as_str()))
}

/// Asks for agreement to what `effect` says of the session. A human may think for minutes, so what was agreed to must still
/// be true afterwards.
async fn agree(
    context: &Context,
    client: &Client,
    id: &SessionId,
    before: &Decision,
    effect: impl Fn(&Decision) -> Effect,
) -> Result<(), Stop> {
    let shown = effect(before);
    if context.consent.ask(&shown).await? != Agreement::Human {
        return Ok(());
    }
    if effect(&client.decision(id).await?) == shown {
        return Ok(());
    }
    Err(ToolError::new(
        "changed_meanwhile",
        "The session changed while the human was asked. Nothing was changed by this call.",
    )
    .with_advice("the same call asks about the session as it is now.")
    .into())
}

fn environment(context: &Context, before: &Decision) -> String {
    match &before.environment {
        Some(environment) if context.connection.settings().mode == super::Mode::Didit => {
            clean(environment)
        }
        _ => context.connection.environment(),
    }
}

/// Saves the report of a finished session.
pub(super) async fn pdf(context: &Context, input: PdfInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let folder = &context.connection.settings().output_dir;
    if let Some(name) = &input.file_name {
        files::free_name(folder, name, "file_name")?;
    }
    let report = context.client()?.generate_pdf(&id).await?;
    let path = match &input.file_name {
        Some(name) => files::write_new(folder, name, &report.bytes, "file_name")?,
        None => files::write_numbered(folder, &report.file_name, &report.bytes, "file_name")?,
    };
    let environment = context.connection.environment_of(None);
    Ok(Answer::new(format!(
        "Saved the report of session {id} ({} bytes) to {}. It holds personal data. Environment: {}.",
        report.bytes.len(),
        path.display(),
        environment.words()
    ))
    .with_data(&json!({
        "session_id": id.to_string(),
        "environment": environment.name(),
        "path": path.display().to_string(),
        "bytes": report.bytes.len(),
    })))
}

/// Deletes a session for good.
pub(super) async fn delete(context: &Context, input: DeleteInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let deletion = SessionDeletion {
        deletion_instruction: input.privacy_erasure.then(|| "privacy_erasure".to_owned()),
        instruction_id: input.instruction_id,
        ..SessionDeletion::default()
    };
    deletion.validate()?;
    let record = match (&deletion.deletion_instruction, &deletion.instruction_id) {
        (Some(_), Some(id)) => format!(
            " It is recorded as the person's own demand for erasure, instruction {}.",
            quoted(id)
        ),
        (Some(_), None) => " It is recorded as the person's own demand for erasure.".to_owned(),
        (None, _) => " It is not recorded as a demand for erasure.".to_owned(),
    };
    let client = context.client()?;
    let before = client.decision(&id).await?;
    let effect = |decision: &Decision| Effect {
        action: "Delete this session with everything it collected.".to_owned(),
        consequence: format!(
            "The documents, photos and results are gone for good; there is no undo and no refund.{record}"
        ),
        target: target(&id, decision),
        person: decision::person(context, decision),
        environment: environment(context, decision),
    };
    agree(context, &client, &id, &before, effect).await?;
    let deleted = client.delete_session(&id, &deletion).await?;
    let face = deleted
        .face_retention_outcome
        .map(|outcome| format!(" Face template: {}.", clean(&outcome)))
        .unwrap_or_default();
    Ok(Answer::new(format!("Deleted session {id}.{face}"))
        .with_next("didit_session_list", "shows what is left."))
}
