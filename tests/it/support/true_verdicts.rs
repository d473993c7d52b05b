//! What is true of every outcome of the sandbox, written by hand.

/// An outcome of the sandbox: its name, the list of the check, the status of that check, the risk, and what is true: decided
/// by the checks, by hand against them, and both once more where a check of an unknown kind failed too.
pub type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    [&'static str; 4],
);

pub const ROWS: [Row; 16] = [
    (
        "approve",
        "id_verifications",
        "Approved",
        "",
        [
            "Approved: every check passed.",
            "Declined by a reviewer; no check had failed.",
            "Declined: location failed.",
            "Approved by a reviewer; location was declined.",
        ],
    ),
    (
        "decline_aml_hit",
        "aml_screenings",
        "Declined",
        "POSSIBLE_MATCH_FOUND",
        [
            "Declined: watch lists (AML) failed.",
            "Approved by a reviewer; watch lists (AML) was declined.",
            "Declined: watch lists (AML) and location failed.",
            "Approved by a reviewer; watch lists (AML) was declined, location was declined.",
        ],
    ),
    (
        "decline_could_not_recognize_document",
        "id_verifications",
        "Declined",
        "COULD_NOT_RECOGNIZE_DOCUMENT",
        [
            "Declined: document failed.",
            "Approved by a reviewer; document was declined.",
            "Declined: document and location failed.",
            "Approved by a reviewer; document was declined, location was declined.",
        ],
    ),
    (
        "decline_database_no_match",
        "database_validations",
        "Declined",
        "DATABASE_VALIDATION_NO_MATCH",
        [
            "Declined: database failed.",
            "Approved by a reviewer; database was declined.",
            "Declined: database and location failed.",
            "Approved by a reviewer; database was declined, location was declined.",
        ],
    ),
    (
        "decline_document_expired",
        "id_verifications",
        "Declined",
        "DOCUMENT_EXPIRED",
        [
            "Declined: document failed.",
            "Approved by a reviewer; document was declined.",
            "Declined: document and location failed.",
            "Approved by a reviewer; document was declined, location was declined.",
        ],
    ),
    (
        "decline_face_match_low_similarity",
        "face_matches",
        "Declined",
        "LOW_FACE_MATCH_SIMILARITY",
        [
            "Declined: face match failed.",
            "Approved by a reviewer; face match was declined.",
            "Declined: face match and location failed.",
            "Approved by a reviewer; face match was declined, location was declined.",
        ],
    ),
    (
        "decline_ip_blocklist",
        "ip_analyses",
        "Declined",
        "IP_ADDRESS_IN_BLOCKLIST",
        [
            "Declined: network and device failed.",
            "Approved by a reviewer; network and device was declined.",
            "Declined: network and device and location failed.",
            "Approved by a reviewer; network and device was declined, location was declined.",
        ],
    ),
    (
        "decline_kyb_registry_mismatch",
        "registry_checks",
        "Declined",
        "KYB_REGISTRY_DATA_MISMATCH",
        [
            "Declined: company register failed.",
            "Approved by a reviewer; company register was declined.",
            "Declined: company register and location failed.",
            "Approved by a reviewer; company register was declined, location was declined.",
        ],
    ),
    (
        "decline_liveness_attack",
        "liveness_checks",
        "Declined",
        "LIVENESS_FACE_ATTACK",
        [
            "Declined: liveness failed.",
            "Approved by a reviewer; liveness was declined.",
            "Declined: liveness and location failed.",
            "Approved by a reviewer; liveness was declined, location was declined.",
        ],
    ),
    (
        "decline_minimum_age",
        "id_verifications",
        "Declined",
        "MINIMUM_AGE_NOT_MET",
        [
            "Declined: document failed.",
            "Approved by a reviewer; document was declined.",
            "Declined: document and location failed.",
            "Approved by a reviewer; document was declined, location was declined.",
        ],
    ),
    (
        "decline_mrz_validation",
        "id_verifications",
        "Declined",
        "MRZ_VALIDATION_FAILED",
        [
            "Declined: document failed.",
            "Approved by a reviewer; document was declined.",
            "Declined: document and location failed.",
            "Approved by a reviewer; document was declined, location was declined.",
        ],
    ),
    (
        "decline_nfc_chip_not_verified",
        "nfc_verifications",
        "Declined",
        "NFC_CHIP_NOT_VERIFIED",
        [
            "Declined: chip failed.",
            "Approved by a reviewer; chip was declined.",
            "Declined: chip and location failed.",
            "Approved by a reviewer; chip was declined, location was declined.",
        ],
    ),
    (
        "decline_poa_address_mismatch",
        "poa_verifications",
        "Declined",
        "ADDRESS_MISMATCH_WITH_PROVIDED",
        [
            "Declined: address failed.",
            "Approved by a reviewer; address was declined.",
            "Declined: address and location failed.",
            "Approved by a reviewer; address was declined, location was declined.",
        ],
    ),
    (
        "review_aml_possible_match",
        "aml_screenings",
        "In Review",
        "POSSIBLE_MATCH_FOUND",
        [
            "In review: watch lists (AML) could not be decided automatically.",
            "Approved by a reviewer; watch lists (AML) was in review.",
            "Declined: location failed.",
            "Approved by a reviewer; watch lists (AML) was in review, location was declined.",
        ],
    ),
    (
        "review_face_match_borderline",
        "face_matches",
        "In Review",
        "LOW_FACE_MATCH_SIMILARITY",
        [
            "In review: face match could not be decided automatically.",
            "Approved by a reviewer; face match was in review.",
            "Declined: location failed.",
            "Approved by a reviewer; face match was in review, location was declined.",
        ],
    ),
    (
        "review_poa_partial_match",
        "poa_verifications",
        "In Review",
        "NAME_MISMATCH_ID_VERIFICATION",
        [
            "In review: address could not be decided automatically.",
            "Approved by a reviewer; address was in review.",
            "Declined: location failed.",
            "Approved by a reviewer; address was in review, location was declined.",
        ],
    ),
];
