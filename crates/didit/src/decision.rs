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

pub use super::lenient::Items;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::features::Feature;
use super::http::{Answer, Call, Client, unreadable};
use super::ids::{SessionId, WorkflowId};
use super::lenient;
use super::rules;
use super::status::SessionStatus;

/// Something that was noticed. How it counted is in `log_type`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Warning {
    /// The feature, in a third vocabulary: `FACEMATCH`, `PROOF_OF_ADDRESS`, `EMAIL`, `LOCATION` and others.
    #[serde(deserialize_with = "lenient::scalar")]
    pub feature: Option<String>,
    /// The risk code, such as `DOCUMENT_EXPIRED`; the set is open.
    #[serde(deserialize_with = "lenient::scalar")]
    pub risk: Option<String>,
    /// More about it, such as the session it duplicates.
    pub additional_data: Option<Value>,
    /// `error` (declined it), `warning` (put it in review) or `information`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub log_type: Option<String>,
    /// A few words.
    #[serde(deserialize_with = "lenient::scalar")]
    pub short_description: Option<String>,
    /// A sentence or two.
    #[serde(deserialize_with = "lenient::scalar")]
    pub long_description: Option<String>,
    /// The step.
    #[serde(deserialize_with = "lenient::scalar")]
    pub node_id: Option<String>,
}

/// A human's decision about the session.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Review {
    /// Who.
    #[serde(deserialize_with = "lenient::scalar")]
    pub user: Option<String>,
    /// `STATUS_UPDATED`, `DETAIL_VIEWED` and others, where the answer tells kinds of entries apart.
    #[serde(deserialize_with = "lenient::scalar")]
    pub activity_type: Option<String>,
    /// What.
    #[serde(deserialize_with = "lenient::scalar")]
    pub new_status: Option<String>,
    /// Why.
    #[serde(deserialize_with = "lenient::scalar")]
    pub comment: Option<String>,
    /// ISO 8601.
    #[serde(deserialize_with = "lenient::scalar")]
    pub created_at: Option<String>,
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

/// Says of structs that have these three fields where they are.
macro_rules! checks {
    ($($name:ident)*) => {$(
        impl Check for $name {
            fn node_id(&self) -> Option<&str> {
                self.node_id.as_deref()
            }

            fn status(&self) -> Option<&str> {
                self.status.as_deref()
            }

            fn warnings(&self) -> &[Warning] {
                &self.warnings
            }
        }
    )*};
}

checks! {
    IdVerification NfcVerification LivenessCheck FaceMatch PhoneVerification EmailVerification ProofOfAddress DocumentAi
    Questionnaire AmlScreening IpAnalysis DatabaseValidation RegistryCheck CompanyDocuments KeyPeople OtherCheck
}

/// One step of the workflow, as it went.
#[derive(Debug, Clone, Copy, PartialEq)]
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// The session.
    #[serde(deserialize_with = "lenient::scalar")]
    pub session_id: Option<SessionId>,
    /// `user` or `business`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub session_kind: Option<String>,
    /// Its number within the application.
    #[serde(deserialize_with = "lenient::scalar")]
    pub session_number: Option<i64>,
    /// The link for the person.
    #[serde(deserialize_with = "lenient::scalar")]
    pub session_url: Option<String>,
    /// Where it stands.
    #[serde(deserialize_with = "lenient::or_default")]
    pub status: SessionStatus,
    /// `live` or `sandbox`.
    #[serde(deserialize_with = "lenient::scalar")]
    pub environment: Option<String>,
    /// The workflow's group id.
    #[serde(deserialize_with = "lenient::scalar")]
    pub workflow_id: Option<WorkflowId>,
    /// Display names of the workflow's features, such as `ID_VERIFICATION`.
    #[serde(deserialize_with = "lenient::texts")]
    pub features: Vec<String>,
    /// Your own reference.
    #[serde(deserialize_with = "lenient::scalar")]
    pub vendor_data: Option<String>,
    /// Your own data.
    pub metadata: Option<Value>,
    /// What the documents should say.
    #[serde(deserialize_with = "lenient::object")]
    pub expected_details: Option<Map<String, Value>>,
    /// How to reach the person.
    #[serde(deserialize_with = "lenient::object")]
    pub contact_details: Option<Map<String, Value>>,
    /// Where the person goes afterwards.
    #[serde(deserialize_with = "lenient::scalar")]
    pub callback: Option<String>,
    /// Documents (`OCR`).
    pub id_verifications: Items<IdVerification>,
    /// Chips of documents (`NFC`).
    pub nfc_verifications: Items<NfcVerification>,
    /// Why the chip was not read.
    #[serde(deserialize_with = "lenient::scalar")]
    pub nfc_skip_reason: Option<String>,
    /// Selfies (`LIVENESS`, `AGE_ESTIMATION`).
    pub liveness_checks: Items<LivenessCheck>,
    /// Selfie against portrait (`FACE_MATCH`).
    pub face_matches: Items<FaceMatch>,
    /// Phone numbers (`PHONE_VERIFICATION`).
    pub phone_verifications: Items<PhoneVerification>,
    /// E-mail addresses (`EMAIL_VERIFICATION`).
    pub email_verifications: Items<EmailVerification>,
    /// Bills and statements (`PROOF_OF_ADDRESS`).
    pub poa_verifications: Items<ProofOfAddress>,
    /// Other documents (`DOCUMENT_AI`).
    pub document_ai_documents: Items<DocumentAi>,
    /// Answers (`QUESTIONNAIRE`).
    pub questionnaire_responses: Items<Questionnaire>,
    /// Watch lists (`AML`).
    pub aml_screenings: Items<AmlScreening>,
    /// Network and device (`IP_ANALYSIS`).
    pub ip_analyses: Items<IpAnalysis>,
    /// Government records (`DATABASE_VALIDATION`).
    pub database_validations: Items<DatabaseValidation>,
    /// Business registers (`KYB_REGISTRY`).
    pub registry_checks: Items<RegistryCheck>,
    /// Business documents (`KYB_DOCUMENTS`).
    pub document_verifications: Items<CompanyDocuments>,
    /// Officers and owners (`KYB_KEY_PEOPLE`).
    pub key_people_checks: Items<KeyPeople>,
    /// Checks of kinds that this client does not know.
    #[serde(skip)]
    pub other_checks: Vec<OtherCheck>,
    /// What was noticed about the session as a whole.
    #[serde(deserialize_with = "lenient::objects")]
    pub warnings: Vec<Warning>,
    /// Human decisions.
    pub reviews: Items<Review>,
    /// ISO 8601.
    #[serde(deserialize_with = "lenient::scalar")]
    pub created_at: Option<String>,
    /// ISO 8601.
    #[serde(deserialize_with = "lenient::scalar")]
    pub expires_at: Option<String>,
    /// Every key that is not named here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// The whole answer, as the JSON text that came; where that was not quite JSON, as it was read.
    #[serde(skip)]
    pub raw: String,
    /// What was odd about the text, as short sentences without any value of it: numbers that are none and count as absent,
    /// half characters. Empty for nearly every answer.
    #[serde(skip)]
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
        let mut decision: Self = answer.read()?;
        decision.other_checks = OtherCheck::all(&decision.extra);
        (decision.raw, decision.oddities) = answer.into_json();
        Ok(decision)
    }

    /// The lists of the answer that are none, by their names: what they say is not in this struct.
    pub fn unreadable_lists(&self) -> Vec<&'static str> {
        let lists = [
            ("id_verifications", self.id_verifications.is_unreadable()),
            ("nfc_verifications", self.nfc_verifications.is_unreadable()),
            ("liveness_checks", self.liveness_checks.is_unreadable()),
            ("face_matches", self.face_matches.is_unreadable()),
            (
                "phone_verifications",
                self.phone_verifications.is_unreadable(),
            ),
            (
                "email_verifications",
                self.email_verifications.is_unreadable(),
            ),
            ("poa_verifications", self.poa_verifications.is_unreadable()),
            (
                "document_ai_documents",
                self.document_ai_documents.is_unreadable(),
            ),
            (
                "questionnaire_responses",
                self.questionnaire_responses.is_unreadable(),
            ),
            ("aml_screenings", self.aml_screenings.is_unreadable()),
            ("ip_analyses", self.ip_analyses.is_unreadable()),
            (
                "database_validations",
                self.database_validations.is_unreadable(),
            ),
            ("registry_checks", self.registry_checks.is_unreadable()),
            (
                "document_verifications",
                self.document_verifications.is_unreadable(),
            ),
            ("key_people_checks", self.key_people_checks.is_unreadable()),
            ("reviews", self.reviews.is_unreadable()),
        ];
        let unreadable = lists
            .into_iter()
            .filter(|(_, is_unreadable)| *is_unreadable);
        unreadable.map(|(name, _)| name).collect()
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
