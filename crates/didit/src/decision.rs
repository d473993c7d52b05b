//! The decision: everything a session found out.
//!
//! <https://docs.didit.me/sessions-api/retrieve-session>

mod business;
mod contact;
mod identity;
mod other;

pub use business::{CompanyDocuments, KeyPeople, RegisteredCompany, RegistryCheck};
pub use contact::{Carrier, EmailVerification, IpAnalysis, PhoneVerification, ProofOfAddress};
pub use identity::{
    AmlHit, AmlScreening, ChipData, DatabaseValidation, DocumentAi, FaceMatch, IdVerification,
    LivenessCheck, NfcVerification, Questionnaire, ScreenedPerson,
};
pub use other::OtherCheck;

use reqwest::Method;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::features::Feature;
use super::http::{Answer, Call, Client, unreadable};
use super::ids::{SessionId, WorkflowId};
use super::received::{Fields, found};
use super::rules;
use super::status::SessionStatus;

found! {
    /// Something that was noticed. How it counted is in `log_type`.
    pub struct Warning {
        /// The feature, in a third vocabulary: `FACEMATCH`, `PROOF_OF_ADDRESS`, `EMAIL`, `LOCATION` and others.
        pub feature: Option<String>,
        /// The risk code, such as `DOCUMENT_EXPIRED`; the set is open.
        pub risk: Option<String>,
        /// More about it, such as the session it duplicates.
        pub additional_data: Option<Value>,
        /// `error` (declined it), `warning` (put it in review) or `information`.
        pub log_type: Option<String>,
        /// A few words.
        pub short_description: Option<String>,
        /// A sentence or two.
        pub long_description: Option<String>,
        /// The step.
        pub node_id: Option<String>,
    }
}

found! {
    /// A human's decision about the session.
    pub struct Review {
        /// Who.
        pub user: Option<String>,
        /// `STATUS_UPDATED`, `DETAIL_VIEWED` and others, where the answer tells kinds of entries apart.
        pub activity_type: Option<String>,
        /// What.
        pub new_status: Option<String>,
        /// Why.
        pub comment: Option<String>,
        /// ISO 8601.
        pub created_at: Option<String>,
    }
}

/// What every kind of check has.
pub trait Check {
    /// Which step of the workflow it is.
    fn node_id(&self) -> Option<&str>;
    /// Its status.
    fn status(&self) -> Option<&str>;
    /// What was noticed.
    fn warnings(&self) -> &[Warning];
}

/// One step of the workflow, as it went.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step<'a> {
    /// The feature's name in a workflow, such as `OCR`; of a kind that this client does not know, Didit's own name for it.
    pub feature: &'a str,
    /// The step's id, such as `feature_ocr_1`.
    pub node_id: Option<&'a str>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<&'a str>,
    /// What was noticed.
    pub warnings: &'a [Warning],
}

/// A session with everything it found out. Features that did not run yet have no item.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The session.
    pub session_id: Option<SessionId>,
    /// `user` or `business`.
    pub session_kind: Option<String>,
    /// Its number within the application.
    pub session_number: Option<i64>,
    /// The link for the person.
    pub session_url: Option<String>,
    /// Where it stands.
    pub status: SessionStatus,
    /// `live` or `sandbox`.
    pub environment: Option<String>,
    /// The workflow's group id.
    pub workflow_id: Option<WorkflowId>,
    /// Display names of the workflow's features, such as `ID_VERIFICATION`.
    pub features: Vec<String>,
    /// Your own reference.
    pub vendor_data: Option<String>,
    /// Your own data.
    pub metadata: Option<Value>,
    /// What the documents should say.
    pub expected_details: Option<Map<String, Value>>,
    /// How to reach the person.
    pub contact_details: Option<Map<String, Value>>,
    /// Where the person goes afterwards.
    pub callback: Option<String>,
    /// Documents (`OCR`).
    pub id_verifications: Vec<IdVerification>,
    /// Chips of documents (`NFC`).
    pub nfc_verifications: Vec<NfcVerification>,
    /// Why the chip was not read.
    pub nfc_skip_reason: Option<String>,
    /// Selfies (`LIVENESS`, `AGE_ESTIMATION`).
    pub liveness_checks: Vec<LivenessCheck>,
    /// Selfie against portrait (`FACE_MATCH`).
    pub face_matches: Vec<FaceMatch>,
    /// Phone numbers (`PHONE_VERIFICATION`).
    pub phone_verifications: Vec<PhoneVerification>,
    /// E-mail addresses (`EMAIL_VERIFICATION`).
    pub email_verifications: Vec<EmailVerification>,
    /// Bills and statements (`PROOF_OF_ADDRESS`).
    pub poa_verifications: Vec<ProofOfAddress>,
    /// Other documents (`DOCUMENT_AI`).
    pub document_ai_documents: Vec<DocumentAi>,
    /// Answers (`QUESTIONNAIRE`).
    pub questionnaire_responses: Vec<Questionnaire>,
    /// Watch lists (`AML`).
    pub aml_screenings: Vec<AmlScreening>,
    /// Network and device (`IP_ANALYSIS`).
    pub ip_analyses: Vec<IpAnalysis>,
    /// Government records (`DATABASE_VALIDATION`).
    pub database_validations: Vec<DatabaseValidation>,
    /// Business registers (`KYB_REGISTRY`).
    pub registry_checks: Vec<RegistryCheck>,
    /// Business documents (`KYB_DOCUMENTS`).
    pub document_verifications: Vec<CompanyDocuments>,
    /// Officers and owners (`KYB_KEY_PEOPLE`).
    pub key_people_checks: Vec<KeyPeople>,
    /// Checks of kinds that this client does not know.
    pub other_checks: Vec<OtherCheck>,
    /// What was noticed about the session as a whole.
    pub warnings: Vec<Warning>,
    /// Human decisions.
    pub reviews: Vec<Review>,
    /// ISO 8601.
    pub created_at: Option<String>,
    /// ISO 8601.
    pub expires_at: Option<String>,
    /// Every other key, and known keys whose value has an unexpected type.
    pub extra: Map<String, Value>,
    /// The whole answer, as the JSON text that came; where that was not quite JSON, as it was read.
    pub raw: String,
    /// What was odd about the text, as short sentences without any value of it: numbers that are none and count as absent,
    /// half characters. Empty for nearly every answer.
    pub oddities: Vec<String>,
}

impl Decision {
    /// Reads the JSON text of a decision, such as the `raw` of an earlier one.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the text is not the JSON of an object, or nests deeper than 128 levels.
    pub fn from_json(text: impl Into<String>) -> Result<Self, Error> {
        Self::read(Answer::new(200, text.into()))
    }

    /// Reads a decision that is a value already, such as the `decision` of a webhook.
    ///
    /// # Errors
    /// Those of [`Decision::from_json`].
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        Self::from_json(value.to_string())
    }

    fn read(answer: Answer) -> Result<Self, Error> {
        let decision = answer.read(Self::from_fields)?;
        let (raw, oddities) = answer.into_json();
        Ok(Self {
            raw,
            oddities,
            ..decision
        })
    }

    fn from_fields(mut fields: Fields<'_>) -> Result<Self, &'static str> {
        Ok(Self {
            session_id: fields.take("session_id")?,
            session_kind: fields.take("session_kind")?,
            session_number: fields.take("session_number")?,
            session_url: fields.take("session_url")?,
            status: fields.take("status")?,
            environment: fields.take("environment")?,
            workflow_id: fields.take("workflow_id")?,
            features: fields.take("features")?,
            vendor_data: fields.take("vendor_data")?,
            metadata: fields.take("metadata")?,
            expected_details: fields.take("expected_details")?,
            contact_details: fields.take("contact_details")?,
            callback: fields.take("callback")?,
            id_verifications: fields.take("id_verifications")?,
            nfc_verifications: fields.take("nfc_verifications")?,
            nfc_skip_reason: fields.take("nfc_skip_reason")?,
            liveness_checks: fields.take("liveness_checks")?,
            face_matches: fields.take("face_matches")?,
            phone_verifications: fields.take("phone_verifications")?,
            email_verifications: fields.take("email_verifications")?,
            poa_verifications: fields.take("poa_verifications")?,
            document_ai_documents: fields.take("document_ai_documents")?,
            questionnaire_responses: fields.take("questionnaire_responses")?,
            aml_screenings: fields.take("aml_screenings")?,
            ip_analyses: fields.take("ip_analyses")?,
            database_validations: fields.take("database_validations")?,
            registry_checks: fields.take("registry_checks")?,
            document_verifications: fields.take("document_verifications")?,
            key_people_checks: fields.take("key_people_checks")?,
            warnings: fields.take("warnings")?,
            reviews: fields.take("reviews")?,
            created_at: fields.take("created_at")?,
            expires_at: fields.take("expires_at")?,
            other_checks: OtherCheck::all(&fields),
            extra: fields.rest(),
            raw: String::new(),
            oddities: Vec::new(),
        })
    }

    /// Every check that ran or is waiting, in the order of the answer's lists.
    pub fn steps(&self) -> Vec<Step<'_>> {
        // Age estimation has no list of its own; without LIVENESS in the workflow a selfie can only be one.
        let lists = |name: &str| self.features.iter().any(|feature| feature == name);
        let selfie = if lists("AGE_ESTIMATION") && !lists("LIVENESS") {
            "AGE_ESTIMATION"
        } else {
            "LIVENESS"
        };
        let mut steps = Vec::new();
        add(&mut steps, "OCR", &self.id_verifications);
        add(&mut steps, "NFC", &self.nfc_verifications);
        add(&mut steps, selfie, &self.liveness_checks);
        add(&mut steps, "FACE_MATCH", &self.face_matches);
        add(&mut steps, "PHONE_VERIFICATION", &self.phone_verifications);
        add(&mut steps, "EMAIL_VERIFICATION", &self.email_verifications);
        add(&mut steps, "PROOF_OF_ADDRESS", &self.poa_verifications);
        add(&mut steps, "DOCUMENT_AI", &self.document_ai_documents);
        add(&mut steps, "QUESTIONNAIRE", &self.questionnaire_responses);
        add(&mut steps, "AML", &self.aml_screenings);
        add(&mut steps, "IP_ANALYSIS", &self.ip_analyses);
        add(
            &mut steps,
            "DATABASE_VALIDATION",
            &self.database_validations,
        );
        add(&mut steps, "KYB_REGISTRY", &self.registry_checks);
        add(&mut steps, "KYB_DOCUMENTS", &self.document_verifications);
        add(&mut steps, "KYB_KEY_PEOPLE", &self.key_people_checks);
        for check in &self.other_checks {
            let feature = check.feature.as_deref().unwrap_or_default();
            add(&mut steps, feature, std::slice::from_ref(check));
        }
        steps
    }

    /// Whether a human changed the status: `None` where the answer does not say.
    pub fn is_overridden(&self) -> Option<bool> {
        match self.extra.get("status_override")? {
            Value::Null => Some(false),
            Value::Object(_) => Some(true),
            _ => None,
        }
    }

    /// What the checks had decided before a human changed the status, such as `In Review`.
    pub fn automatic_status(&self) -> Option<&str> {
        self.extra
            .get("status_override")?
            .get("automatic_status")?
            .as_str()
    }

    /// The features of the workflow, as Didit names them, of which there is no result.
    pub fn features_without_result(&self) -> Vec<&str> {
        let steps = self.steps();
        self.features
            .iter()
            .map(String::as_str)
            .filter(|name| !steps.iter().any(|step| is_result_of(step.feature, name)))
            .collect()
    }
}

/// Whether a step is the result of a feature, of which Didit has several vocabularies.
fn is_result_of(step: &str, feature: &str) -> bool {
    let known = |name: &str| {
        let name = name.trim();
        match name.to_ascii_uppercase().as_str() {
            "EMAIL" => Some("EMAIL_VERIFICATION"),
            "FACEMATCH" => Some("FACE_MATCH"),
            // Both look at the same selfie, and their results are in the same list.
            "AGE_ESTIMATION" | "FACE_SEARCH" => Some("LIVENESS"),
            _ => Feature::find(name).map(|feature| feature.name),
        }
    };
    match (known(step), known(feature)) {
        (Some(step), Some(feature)) => step == feature,
        (None, None) => {
            // A list such as `geolocation_checks` holds the results of `GEOLOCATION`.
            let (step, feature) = (step.to_ascii_lowercase(), feature.to_ascii_lowercase());
            step.contains(&feature) || feature.contains(&step)
        }
        _ => false,
    }
}

fn add<'a, C: Check>(steps: &mut Vec<Step<'a>>, feature: &'a str, checks: &'a [C]) {
    steps.extend(checks.iter().map(|check| Step {
        feature,
        node_id: check.node_id(),
        status: check.status(),
        warnings: check.warnings(),
    }));
}

impl Client {
    /// A session with everything it found out, at any status. Links to media in it live about an hour.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown session, whatever the key.
    pub async fn decision(&self, session: &SessionId) -> Result<Decision, Error> {
        let answer = self
            .json(Call::api(Method::GET, &[&"session", session, &"decision"]))
            .await?;
        let status = answer.status;
        let mut decision = Decision::read(answer)?;
        if rules::drop_unless_web_link(&mut decision.session_url) {
            let left_out = "`session_url` is not an https address; it is left out.";
            decision.oddities.push(left_out.to_owned());
        }
        // Whatever stands in between may mix up answers, and one person's verdict must not become another's.
        match (&decision.session_id, decision.status.as_str().trim()) {
            (None, _) => Err(unreadable(
                status,
                "it does not name its session (`session_id`), so it is no verdict about this one",
            )),
            (Some(other), _) if other != session => {
                Err(unreadable(status, "it is about another session"))
            }
            (_, "") => Err(unreadable(
                status,
                "it has no `status`, so it is no verdict",
            )),
            _ => Ok(decision),
        }
    }
}
