//! Checks of a person: documents, face, watch lists, records, answers.

use serde_json::{Map, Value};

use crate::received::{check, found};

check! {
    /// A document. Restricted accounts and unread documents leave nearly every field `None`.
    pub struct IdVerification {
        /// `document`, `id_lookup` or `wallet`.
        pub verification_method: Option<String>,
        /// The display name, such as `Passport` or `Identity Card`.
        pub document_type: Option<String>,
        /// The kind within the type.
        pub document_subtype: Option<String>,
        /// The document's number.
        pub document_number: Option<String>,
        /// The person's number.
        pub personal_number: Option<String>,
        /// ISO 3166-1 alpha-3.
        pub issuing_state: Option<String>,
        /// The country's name.
        pub issuing_state_name: Option<String>,
        /// Given names.
        pub first_name: Option<String>,
        /// Family names.
        pub last_name: Option<String>,
        /// All names.
        pub full_name: Option<String>,
        /// `YYYY-MM-DD`.
        pub date_of_birth: Option<String>,
        /// Years.
        pub age: Option<i64>,
        /// `M`, `F` or `U`.
        pub gender: Option<String>,
        /// ISO 3166-1 alpha-3.
        pub nationality: Option<String>,
        /// More of it, such as `full_name_non_latin`.
        pub extra_fields: Option<Map<String, Value>>,
        /// Where the person was born.
        pub place_of_birth: Option<String>,
        /// The address as printed.
        pub address: Option<String>,
        /// The address as the post would write it.
        pub formatted_address: Option<String>,
        /// `YYYY-MM-DD`.
        pub date_of_issue: Option<String>,
        /// `YYYY-MM-DD`.
        pub expiration_date: Option<String>,
        /// Short-lived link to the portrait.
        pub portrait_image: Option<String>,
        /// Short-lived link to the front.
        pub front_image: Option<String>,
        /// Short-lived link to the back.
        pub back_image: Option<String>,
        /// Other sessions with the same document or person.
        pub matches: Vec<Map<String, Value>>,
    }
}

found! {
    /// What a document's chip says.
    pub struct ChipData {
        /// The document's code.
        pub document_type: Option<String>,
        /// ISO 3166-1 alpha-3.
        pub issuing_country: Option<String>,
        /// The document's number.
        pub document_number: Option<String>,
        /// Given names.
        pub first_name: Option<String>,
        /// Family names.
        pub last_name: Option<String>,
        /// `YYYY-MM-DD`.
        pub birth_date: Option<String>,
        /// `YYYY-MM-DD`.
        pub expiration_date: Option<String>,
        /// ISO 3166-1 alpha-3.
        pub nationality: Option<String>,
        /// `M`, `F` or `U`.
        pub gender: Option<String>,
        /// The address in the chip.
        pub address: Option<String>,
    }
}

check! {
    /// The chip of a document.
    pub struct NfcVerification {
        /// Whether it was not read.
        pub is_nfc_skipped: Option<bool>,
        /// Why it was not read.
        pub skip_reason: Option<String>,
        /// What it says.
        pub chip_data: Option<ChipData>,
        /// `sod_integrity` and `dg_integrity`: whether its signatures hold.
        pub authenticity: Option<Map<String, Value>>,
    }
}

check! {
    /// A selfie.
    pub struct LivenessCheck {
        /// `PASSIVE`, `ACTIVE_3D` or `FLASHING`.
        pub method: Option<String>,
        /// 0 to 100, higher is more alive.
        pub score: Option<f64>,
        /// Years.
        pub age_estimation: Option<f64>,
        /// 0 to 100.
        pub face_quality: Option<f64>,
        /// 0 to 100.
        pub face_luminance: Option<f64>,
        /// Short-lived link to the selfie.
        pub reference_image: Option<String>,
        /// Short-lived link to the video.
        pub video_url: Option<String>,
        /// Other sessions with the same face.
        pub matches: Vec<Map<String, Value>>,
    }
}

check! {
    /// A selfie against a portrait.
    pub struct FaceMatch {
        /// 0 to 100, higher is more alike.
        pub score: Option<f64>,
        /// Short-lived link to the portrait.
        pub source_image: Option<String>,
        /// Short-lived link to the selfie.
        pub target_image: Option<String>,
        /// The session the portrait came from, when it was an earlier one.
        pub source_image_session_id: Option<String>,
    }
}

found! {
    /// Who was looked for on watch lists.
    pub struct ScreenedPerson {
        /// All names.
        pub full_name: Option<String>,
        /// ISO 3166-1 alpha-2.
        pub nationality: Option<String>,
        /// `YYYY-MM-DD`.
        pub date_of_birth: Option<String>,
        /// The document's number.
        pub document_number: Option<String>,
    }
}

found! {
    /// Someone or something on a watch list. The evidence is in the decision's `raw`.
    pub struct AmlHit {
        /// Its id, with which its review is changed.
        pub id: Option<String>,
        /// The name found.
        pub caption: Option<String>,
        /// Such as `PEP`, `Sanctions`, `Adverse Media`.
        pub datasets: Vec<String>,
        /// 0 to 100: how surely it is the same person.
        pub match_score: Option<f64>,
        /// 0 to 100: how grave it is.
        pub risk_score: Option<f64>,
        /// `Unreviewed`, `Confirmed Match`, `False Positive` or `Inconclusive`.
        pub review_status: Option<String>,
        /// Where it was published.
        pub url: Option<String>,
    }
}

check! {
    /// Watch lists.
    pub struct AmlScreening {
        /// How many hits there are.
        pub total_hits: Option<i64>,
        /// `person` or `company`.
        pub entity_type: Option<String>,
        /// 0 to 100, higher is worse.
        pub score: Option<f64>,
        /// Who was looked for.
        pub screened_data: Option<ScreenedPerson>,
        /// What was found.
        pub hits: Vec<AmlHit>,
        /// Whether later hits are reported.
        pub is_ongoing_monitoring_enabled: Option<bool>,
    }
}

check! {
    /// Government records.
    pub struct DatabaseValidation {
        /// ISO 3166-1 alpha-3.
        pub issuing_state: Option<String>,
        /// `one_by_one`, `two_by_two` or `not_enabled`.
        pub validation_type: Option<String>,
        /// `no_match`, `partial_match` or `full_match`.
        pub match_type: Option<String>,
        /// What was asked for.
        pub screened_data: Option<Map<String, Value>>,
        /// What each service said.
        pub validations: Vec<Map<String, Value>>,
        /// What each service failed with.
        pub errors: Vec<Map<String, Value>>,
    }
}

check! {
    /// Answers to a questionnaire.
    pub struct Questionnaire {
        /// The questionnaire.
        pub questionnaire_id: Option<String>,
        /// Its title.
        pub title: Option<String>,
        /// Its version.
        pub version: Option<i64>,
        /// Sections with `items`, each with its `title` and `answer`.
        pub sections: Vec<Map<String, Value>>,
    }
}

check! {
    /// Other documents, read by a model.
    pub struct DocumentAi {
        /// The documents with `extracted_data` and their own status.
        pub items: Vec<Map<String, Value>>,
    }
}
