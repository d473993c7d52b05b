//! Risk codes in plain words.

/// Known warnings in plain words; Didit adds new ones, which keep their own short description.
pub(in crate::tools) const WARNINGS: [(&str, &str); 75] = [
    ("DOCUMENT_EXPIRED", "the document has expired"),
    (
        "DOCUMENT_NOT_SUPPORTED_FOR_APPLICATION",
        "this kind of document is not accepted by the workflow",
    ),
    (
        "COULD_NOT_RECOGNIZE_DOCUMENT",
        "no document could be recognised in the photo",
    ),
    (
        "COULD_NOT_DETECT_DOCUMENT_TYPE",
        "the kind of document could not be recognised",
    ),
    (
        "PORTRAIT_IMAGE_NOT_DETECTED",
        "no portrait was found on the document",
    ),
    (
        "MRZ_VALIDATION_FAILED",
        "the machine-readable lines of the document do not check out",
    ),
    (
        "MRZ_NOT_DETECTED",
        "the machine-readable lines of the document could not be read",
    ),
    (
        "DATA_INCONSISTENT",
        "the document's data contradict each other",
    ),
    (
        "SCREEN_CAPTURE_DETECTED",
        "the document seems to be shown on a screen",
    ),
    (
        "PRINTED_COPY_DETECTED",
        "the document seems to be a printed copy",
    ),
    (
        "PORTRAIT_MANIPULATION_DETECTED",
        "the portrait on the document seems to be replaced",
    ),
    (
        "POSSIBLE_DUPLICATED_USER",
        "the document was seen in another session",
    ),
    (
        "ID_DOCUMENT_IN_BLOCKLIST",
        "the document is on the blocklist",
    ),
    ("FACE_IN_BLOCKLIST", "the face is on the blocklist"),
    ("POSSIBLE_FACE_IN_BLOCKLIST", "the face is on the blocklist"),
    (
        "PHONE_NUMBER_IN_BLOCKLIST",
        "the phone number is on the blocklist",
    ),
    (
        "EMAIL_IN_BLOCKLIST",
        "the e-mail address is on the blocklist",
    ),
    (
        "MINIMUM_AGE_NOT_MET",
        "the person is younger than the workflow allows",
    ),
    (
        "AGE_BELOW_MINIMUM",
        "the person is younger than the workflow allows",
    ),
    (
        "FULL_NAME_MISMATCH_WITH_PROVIDED",
        "the name differs from the one expected",
    ),
    (
        "DOB_MISMATCH_WITH_PROVIDED",
        "the birth date differs from the one expected",
    ),
    (
        "NATIONALITY_MISMATCH_WITH_PROVIDED",
        "the nationality differs from the one expected",
    ),
    (
        "COUNTRY_MISMATCH_WITH_PROVIDED",
        "the document's country differs from the one expected",
    ),
    ("NO_FACE_DETECTED", "no face was seen in the selfie"),
    (
        "LIVENESS_FACE_ATTACK",
        "the selfie looks like an attack (a photo, a screen or a mask)",
    ),
    (
        "LOW_LIVENESS_SCORE",
        "it is unclear whether the selfie shows a live person",
    ),
    (
        "MULTIPLE_FACES_DETECTED",
        "more than one face was seen in the selfie",
    ),
    ("DUPLICATED_FACE", "the face was seen in another session"),
    (
        "POSSIBLE_DUPLICATED_FACE",
        "the face was seen in another session",
    ),
    (
        "NO_REFERENCE_IMAGE",
        "there was no portrait to compare the selfie with",
    ),
    (
        "LOW_FACE_MATCH_SIMILARITY",
        "the selfie does not look enough like the portrait",
    ),
    (
        "NFC_CHIP_NOT_VERIFIED",
        "the document's chip could not be verified",
    ),
    ("SKIPPED_NFC_VALIDATION", "the chip was not read"),
    (
        "POSSIBLE_MATCH_FOUND",
        "the name may be on a sanctions, PEP or adverse-media list",
    ),
    (
        "COULD_NOT_PERFORM_AML_SCREENING",
        "the lists could not be searched because data were missing",
    ),
    (
        "DATABASE_VALIDATION_NO_MATCH",
        "the data were not found in the official register",
    ),
    (
        "DATABASE_VALIDATION_PARTIAL_MATCH",
        "the data match the official register only in part",
    ),
    (
        "NAME_MISMATCH_WITH_PROVIDED",
        "the name on the proof of address differs from the one expected",
    ),
    (
        "NAME_MISMATCH_ID_VERIFICATION",
        "the name on the proof of address differs from the document's",
    ),
    (
        "GENDER_MISMATCH_WITH_PROVIDED",
        "the gender differs from the one expected",
    ),
    (
        "IDENTIFICATION_NUMBER_MISMATCH_WITH_PROVIDED",
        "the document's number differs from the one expected",
    ),
    (
        "POA_COUNTRY_MISMATCH_WITH_PROVIDED",
        "the country of the proof of address differs from the one expected",
    ),
    (
        "DUPLICATED_FACE_NAME_MISMATCH",
        "the face was seen in another session under another name",
    ),
    (
        "FRONT_CAMERA_FACE_IN_BLOCKLIST",
        "the face beside the document is on the blocklist",
    ),
    (
        "DUPLICATED_PHONE_NUMBER",
        "the phone number was seen in another session",
    ),
    (
        "DUPLICATED_EMAIL",
        "the e-mail address was seen in another session",
    ),
    (
        "DUPLICATED_DEVICE_FINGERPRINT",
        "the device was seen in another session",
    ),
    (
        "IP_ADDRESS_IN_BLOCKLIST",
        "the IP address is on the blocklist",
    ),
    (
        "CUSTOM_STATUS_RULE_TRIGGERED",
        "a rule of the workflow applies",
    ),
    (
        "ADDRESS_MISMATCH_WITH_PROVIDED",
        "the address differs from the one expected",
    ),
    ("POA_DOCUMENT_EXPIRED", "the proof of address is too old"),
    (
        "UNDELIVERABLE_EMAIL_DETECTED",
        "the e-mail address cannot receive mail",
    ),
    (
        "DISPOSABLE_EMAIL_DETECTED",
        "the e-mail address is disposable",
    ),
    (
        "BREACHED_EMAIL_DETECTED",
        "the e-mail address was in a known data breach",
    ),
    (
        "VERIFICATION_CODE_ATTEMPTS_EXCEEDED",
        "the code was entered wrongly too often",
    ),
    (
        "EMAIL_CODE_ATTEMPTS_EXCEEDED",
        "the code was entered wrongly too often",
    ),
    (
        "PRIVATE_NETWORK_DETECTED",
        "the connection came through a VPN or Tor",
    ),
    (
        "COUNTRY_FROM_DOCUMENT_DOES_NOT_MATCH_COUNTRY_FROM_IP",
        "the connection came from another country than the document",
    ),
    (
        "DUPLICATED_IP_ADDRESS",
        "another session came from the same IP address",
    ),
    ("QR_NOT_DETECTED", "no QR code was found on the document"),
    (
        "BARCODE_NOT_DETECTED",
        "no bar code was found on the document",
    ),
    ("LOW_FACE_QUALITY", "the picture of the face is too poor"),
    ("LOW_FACE_LUMINANCE", "the picture of the face is too dark"),
    (
        "HIGH_FACE_LUMINANCE",
        "the picture of the face is too bright",
    ),
    (
        "LOCATION_VPN_DETECTED",
        "the location was measured behind a VPN",
    ),
    (
        "LOCATION_TOR_DETECTED",
        "the location was measured behind Tor",
    ),
    (
        "LOCATION_PROXY_DETECTED",
        "the location was measured behind a proxy",
    ),
    (
        "LOCATION_EMULATOR_DETECTED",
        "the location comes from an emulated device",
    ),
    (
        "POA_NAME_MISMATCH_BETWEEN_DOCUMENTS",
        "the proofs of address bear different names",
    ),
    (
        "ID_VERIFICATION_DATA_MISMATCH_BETWEEN_DOCUMENTS",
        "the identity documents contradict each other",
    ),
    (
        "DOCUMENT_SIDES_MISMATCH",
        "front and back are not of the same document",
    ),
    (
        "DOCUMENT_NUMBER_FORMAT_MISMATCH",
        "the document's number does not have the form of its country",
    ),
    (
        "PERSONAL_NUMBER_FORMAT_MISMATCH",
        "the personal number does not have the form of its country",
    ),
    (
        "DOCUMENT_METADATA_MISMATCH",
        "the file of the document does not fit what it should be",
    ),
    (
        "DOCUMENT_AI_NAME_MISMATCH",
        "the name on another document differs",
    ),
];

/// A known warning in plain words.
pub(in crate::tools) fn plain_words(risk: &str) -> Option<&'static str> {
    WARNINGS
        .iter()
        .find(|(code, _)| *code == risk)
        .map(|(_, meaning)| *meaning)
}
