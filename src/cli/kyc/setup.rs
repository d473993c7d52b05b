//! `kyc setup`: a workflow from switches.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::{
    cli::runner::{Outcome, Runner, unprinted},
    didit::features::Feature,
    tools::{ToolError, ToolOutput},
};

/// What the new workflow checks; without a switch: document, passive liveness and face match.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Name of the workflow [default: KYC].
    #[arg(long, visible_alias = "workflow-label", value_name = "TEXT")]
    label: Option<String>,
    /// Use it for sessions that name no workflow.
    #[arg(long)]
    default: bool,
    /// Keep it as a draft, which makes no sessions yet.
    #[arg(long)]
    draft: bool,
    #[command(flatten)]
    checks: Checks,
}

/// The switches of a workflow.
#[derive(Debug, Args)]
#[command(next_help_heading = "Checks")]
pub(super) struct Checks {
    /// Check that the selfie shows a live person (on by default).
    #[arg(long, overrides_with = "no_liveness")]
    liveness: bool,
    /// Leave the liveness check out.
    #[arg(long)]
    no_liveness: bool,
    /// How liveness is proved: PASSIVE, ACTIVE_3D or FLASHING [default: PASSIVE].
    #[arg(long, value_name = "METHOD")]
    liveness_method: Option<String>,
    /// Check that the selfie matches the document's portrait (on by default).
    #[arg(long, overrides_with = "no_face_match")]
    face_match: bool,
    /// Leave the face match out.
    #[arg(long)]
    no_face_match: bool,
    /// Similarity below which the face match is declined [default: 50].
    #[arg(long, value_name = "0-100")]
    face_match_threshold: Option<u32>,
    /// Screen sanctions, PEP and adverse-media lists.
    #[arg(long)]
    aml: bool,
    /// AML risk above which a person is declined.
    #[arg(long, value_name = "0-100", requires = "aml")]
    aml_threshold: Option<u32>,
    /// Read the chip of the document.
    #[arg(long)]
    nfc: bool,
    /// Send a code to the person's phone.
    #[arg(long)]
    phone: bool,
    /// Send a code to the person's e-mail address.
    #[arg(long)]
    email: bool,
    /// Ask for a proof of address.
    #[arg(long)]
    proof_of_address: bool,
    /// Estimate the age from the selfie.
    #[arg(long)]
    age_estimation: bool,
    /// Compare with public databases.
    #[arg(long)]
    database_validation: bool,
    /// Analyse the network and the device.
    #[arg(long)]
    ip_analysis: bool,
    /// How often a declined person may try again [default: 3].
    #[arg(long, value_name = "NUMBER")]
    max_retries: Option<u32>,
}

impl Checks {
    /// The features that were asked for or left out, and whether they are to be there.
    pub(super) fn wanted(&self) -> Vec<(Feature, bool)> {
        let mut wanted = vec![];
        for (feature, on, off) in [
            (Feature::Liveness, self.liveness, self.no_liveness),
            (Feature::FaceMatch, self.face_match, self.no_face_match),
            (Feature::Aml, self.aml, false),
            (Feature::Nfc, self.nfc, false),
            (Feature::Phone, self.phone, false),
            (Feature::Email, self.email, false),
            (Feature::ProofOfAddress, self.proof_of_address, false),
            (Feature::AgeEstimation, self.age_estimation, false),
            (Feature::DatabaseValidation, self.database_validation, false),
            (Feature::IpAnalysis, self.ip_analysis, false),
        ] {
            if on || off {
                wanted.push((feature, !off));
            }
        }
        wanted
    }

    /// What was asked for beyond on and off: the feature, or none for the workflow itself; the setting; and its value.
    pub(super) fn settings(&self) -> Vec<(Option<Feature>, &'static str, Value)> {
        [
            (
                Some(Feature::Liveness),
                "face_liveness_method",
                json!(self.liveness_method),
            ),
            (
                Some(Feature::FaceMatch),
                "face_match_score_decline_threshold",
                json!(self.face_match_threshold),
            ),
            (
                Some(Feature::Aml),
                "aml_score_review_threshold",
                json!(self.aml_threshold),
            ),
            (None, "max_retry_attempts", json!(self.max_retries)),
        ]
        .into_iter()
        .filter(|(_, _, value)| !value.is_null())
        .collect()
    }

    /// The arguments of the tool that makes a workflow.
    fn arguments(&self) -> Value {
        let on = |flag: bool| flag.then_some(true);
        let off = |flag: bool| flag.then_some(false);
        json!({
            "liveness": on(self.liveness).or(off(self.no_liveness)),
            "liveness_method": self.liveness_method,
            "face_match": on(self.face_match).or(off(self.no_face_match)),
            "face_match_score_decline_threshold": self.face_match_threshold,
            "aml": on(self.aml),
            "aml_score_review_threshold": self.aml_threshold,
            "nfc": on(self.nfc),
            "phone": on(self.phone),
            "email": on(self.email),
            "proof_of_address": on(self.proof_of_address),
            "age_estimation": on(self.age_estimation),
            "database_validation": on(self.database_validation),
            "ip_analysis": on(self.ip_analysis),
            "max_retry_attempts": self.max_retries,
        })
    }
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let answer = create(
        runner,
        arguments.label.as_deref(),
        &arguments.checks,
        arguments.default,
        arguments.draft,
    )
    .await?;
    runner.output().answer(&answer).map_err(unprinted)?;
    runner.note_simulator_end()?;
    Ok(ExitCode::SUCCESS)
}

/// Makes a workflow.
pub(super) async fn create(
    runner: &Runner,
    label: Option<&str>,
    checks: &Checks,
    default: bool,
    draft: bool,
) -> Result<ToolOutput, ToolError> {
    let mut tool_arguments = checks.arguments();
    if let Some(entries) = tool_arguments.as_object_mut() {
        entries.insert("workflow_label".into(), json!(label));
        entries.insert("is_default".into(), json!(default.then_some(true)));
        entries.insert("status".into(), json!(draft.then_some("draft")));
    }
    runner.call("didit_workflow_create", tool_arguments).await
}
