//! One step of a workflow, as it went, and where each kind of check tells it.

use super::{
    AmlScreening, CompanyDocuments, DatabaseValidation, DocumentAi, EmailVerification, FaceMatch,
    IdVerification, IpAnalysis, KeyPeople, LivenessCheck, NfcVerification, OtherCheck,
    PhoneVerification, ProofOfAddress, Questionnaire, RegistryCheck, Warning,
};
use crate::features::FeatureName;

/// What every kind of check has.
pub trait Check {
    /// Which step of the workflow it is.
    fn node_id(&self) -> Option<&str>;
    /// Its status.
    fn status(&self) -> Option<&str>;
    /// What was noticed.
    fn warnings(&self) -> &[Warning];
}

/// Implements [`Check`] for structs that have these three fields.
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
    pub feature: FeatureName<&'a str>,
    /// The step's id, such as `feature_ocr_1`.
    pub node_id: Option<&'a str>,
    /// `Not Finished`, `Approved`, `Declined`, `In Review`, `Resub Requested`, `Expired`; the set is open.
    pub status: Option<&'a str>,
    /// What was noticed.
    pub warnings: &'a [Warning],
}

pub(super) fn step<'a>(feature: FeatureName<&'a str>, check: &'a impl Check) -> Step<'a> {
    Step {
        feature,
        node_id: check.node_id(),
        status: check.status(),
        warnings: check.warnings(),
    }
}
