//! Which steps of a session a person is asked to redo.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    didit::{
        self, InvalidValue, NodeToResubmit, StatusUpdate, Step,
        features::{Feature, FeatureName},
    },
    tools::{
        change::{Line, Setting, quoted},
        error::ToolError,
        untrusted::clean,
        verdict,
    },
};

/// A step by its id in the session.
#[derive(Deserialize, JsonSchema)]
pub(super) struct NodeInput {
    node_id: String,
    /// Such as OCR; found by the node id when absent.
    feature: Option<String>,
}

/// Turns words and node ids into what Didit takes, by the steps that the session has. What a step is comes from the session
/// alone: a feature that the caller names beside a node must be the true one.
pub(super) fn chosen(
    words: &[String],
    nodes: &[NodeInput],
    steps: &[Step<'_>],
) -> Result<Vec<NodeToResubmit>, ToolError> {
    let mut chosen: Vec<NodeToResubmit> = Vec::new();
    let mut add = |node: NodeToResubmit| {
        if !chosen.contains(&node) {
            chosen.push(node);
        }
    };
    for node in nodes {
        let node_id = node.node_id.trim();
        let step = steps
            .iter()
            .find(|step| step.node_id == Some(node_id))
            .ok_or_else(|| {
                ToolError::invalid(
                    "nodes_to_resubmit",
                    format!(
                        "The session has no step {}. Nothing was sent.",
                        quoted(node_id)
                    ),
                )
                .with_allowed(steps.iter().filter_map(|step| step.node_id).map(clean))
            })?;
        if let Some(named) = &node.feature
            && !is_meant(named, step)
        {
            return Err(ToolError::invalid(
                "nodes_to_resubmit",
                format!(
                    "The step {} is {}, not {}. Nothing was sent.",
                    quoted(node_id),
                    step.feature,
                    quoted(named.trim())
                ),
            ));
        }
        add(redo(node_id, step)?);
    }
    for word in words {
        let mut found = false;
        for step in steps.iter().filter(|step| is_meant(word, step)) {
            if let Some(node_id) = step.node_id {
                found = true;
                add(redo(node_id, step)?);
            }
        }
        if !found {
            return Err(ToolError::invalid(
                "steps",
                format!(
                    "The session has no step {} that can be redone. Nothing was sent.",
                    quoted(word)
                ),
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

/// The request for a step of the session. Didit takes some checks again, and others not.
fn redo(node_id: &str, step: &Step<'_>) -> Result<NodeToResubmit, didit::Error> {
    let refused = |error: InvalidValue| error.at("nodes_to_resubmit");
    Ok(NodeToResubmit {
        node_id: node_id.parse().map_err(refused)?,
        feature: step.feature.as_str().parse().map_err(refused)?,
    })
}

fn is_meant(word: &str, step: &Step<'_>) -> bool {
    let word = word.trim();
    if step.node_id == Some(word) || step.feature.as_str().eq_ignore_ascii_case(word) {
        return true;
    }
    let features: &[Feature] = match word.to_lowercase().replace(['_', '-'], " ").as_str() {
        "document" | "id" | "id document" | "passport" | "id verification" => &[Feature::Ocr],
        // The person takes one selfie, and both checks look at it.
        "selfie" | "face" | "photo" => &[
            Feature::Liveness,
            Feature::FaceMatch,
            Feature::AgeEstimation,
        ],
        "liveness" => &[Feature::Liveness],
        "face match" => &[Feature::FaceMatch],
        "age" => &[Feature::AgeEstimation],
        "address" | "proof of address" | "poa" => &[Feature::ProofOfAddress],
        "phone" => &[Feature::Phone],
        "email" | "e mail" => &[Feature::Email],
        "chip" | "nfc" => &[Feature::Nfc],
        "questionnaire" | "questions" => &[Feature::Questionnaire],
        "database" | "register" => &[Feature::DatabaseValidation],
        "aml" | "watch lists" | "sanctions" => &[Feature::Aml],
        "ip" | "network" | "device" => &[Feature::IpAnalysis],
        _ => &[],
    };
    step.feature
        .known()
        .is_some_and(|known| features.contains(&known))
}

fn word_of(feature: FeatureName<&str>) -> &'static str {
    match feature.known() {
        Some(Feature::Aml) => "aml",
        Some(Feature::IpAnalysis) => "ip",
        _ => plain_name(feature),
    }
}

/// The steps in the words of people; `None` without any.
pub(super) fn names(nodes: &[NodeToResubmit]) -> Option<String> {
    let names: Vec<_> = nodes
        .iter()
        .map(|node| plain_name(FeatureName::read(&*node.feature)))
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The steps that Didit chooses when none are named: all that are not approved.
pub(super) fn all_open(steps: &[Step<'_>]) -> Setting {
    let open: Vec<&str> = steps
        .iter()
        .filter(|step| step.status != Some("Approved"))
        .map(|step| word_of(step.feature))
        .collect();
    let names = if open.is_empty() {
        "none is known".to_owned()
    } else {
        open.join(", ")
    };
    Setting::new(
        "Steps, as Didit chooses them (all that are not approved)",
        Line::new(names),
        None,
    )
}

/// Warns if a check depends on a step to redo but is not redone with it, and so keeps its old result.
pub(super) fn left_behind(steps: &[Step<'_>], update: &StatusUpdate) -> Vec<Line> {
    let redone = |feature: Feature| {
        let mut nodes = update.nodes_to_resubmit.iter();
        nodes.any(|node| *node.feature == *feature.name())
    };
    [
        (Feature::Ocr, Feature::FaceMatch),
        (Feature::Ocr, Feature::Nfc),
        (Feature::Ocr, Feature::Aml),
        (Feature::Ocr, Feature::DatabaseValidation),
        (Feature::Liveness, Feature::FaceMatch),
    ]
    .into_iter()
    .filter(|(first, second)| {
        redone(*first)
            && !redone(*second)
            && steps
                .iter()
                .any(|step| step.feature == *second && step.status.is_some())
    })
    .map(|(first, second)| {
        Line::new(format!(
            "The check {} depends on {}, but is not redone with it and keeps its old result.",
            second.facts().plain_name,
            first.facts().plain_name
        ))
    })
    .collect()
}

/// A step in the words of people.
fn plain_name(feature: FeatureName<&str>) -> &'static str {
    verdict::plain_name(&feature).unwrap_or("another check")
}
