//! Words of the protocol and of the API. Hiding one of them would break what clients read.

/// One word or phrase a line, in lower case.
const WORDS: &str = "\
jsonrpc
structuredcontent
protocolversion
clientinfo
serverinfo
capabilities
elicitation
elicitation/create
instructions
inputschema
outputschema
inputresponses
inputrequests
input_required
requeststate
requestedschema
resulttype
additionalproperties
description
annotations
readonlyhint
destructivehint
idempotenthint
openworldhint
experimental
subscriptions/listen
subscribe
listchanged
completions
completion/complete
notifications/initialized
notifications/progress
notifications/cancelled
notifications/message
notifications/resources/updated
notifications/tools/list_changed
notifications/subscriptions/acknowledged
initialize
initialized
server/discover
tools/list
tools/call
prompts/list
prompts/get
resources/list
resources/read
resources/subscribe
resources/unsubscribe
resources/templates/list
resourcetemplates
uritemplate
progresstoken
nextcursor
iserror
contents
mimetype
application/json
text/markdown
text/html
image/png
text/plain
application/pdf
io.modelcontextprotocol/protocolversion
io.modelcontextprotocol/clientinfo
io.modelcontextprotocol/clientcapabilities
2024-11-05
2025-03-26
2025-06-18
2025-11-25
2026-07-28
https://verification.didit.me/v3
https://apx.didit.me/auth/v2
https://verify.didit.me
https://json-schema.org/draft/2020-12/schema
127.0.0.1
localhost
didit://session/
didit://reference/
didit identity verification
didit-mcp
not started
in progress
approved
declined
in review
expired
abandoned
kyc expired
resubmitted
awaiting user
not finished
webhook_type
status.updated
data.updated
session_id
session_number
session_token
session_kind
workflow_id
workflow_version
workflow_label
workflow_type
vendor_data
callback_method
contact_details
expected_details
created_at
expires_at
environment
has_api_key
key_works
key_ends_in
key_source
organization
application
base_url
credentials
credentials_file
irreversible
read-only
personal data
simulator
sandbox
warnings
id_verification
id_verifications
liveness_checks
face_matches
aml_screenings
phone_verifications
email_verifications
database_validations
ip_analyses
poa_verifications
nfc_verifications
questionnaires
reviews
features
liveness
face_match
ip_analysis
questionnaire
full_name
first_name
last_name
date_of_birth
document_type
document_number
issuing_state
nationality
verification
verified
balance
currency
auto_refill_enabled
confirmation_token
confirmation
next_cursor
next_steps
untrusted
truncated
retry_after_s
invalid_argument
invalid_arguments
not_found
no_api_key
internal_error
authentication
rate_limited
out_of_credit
unavailable
interrupted
unreachable
unreadable
api_error
cancelled
audit_trail
unknown_tool
parse error
milliseconds
didit_mcp::
invalid request
password
api_key
minimal";

/// The shortest word that tells a text made of words from a random one; six letters in a row seldom come by chance.
const TELLING: usize = 6;

/// Whether a text is one of these words or a part of one, in upper or lower case.
pub fn is_protocol_word(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    !text.is_empty() && WORDS.lines().any(|word| word.contains(&text))
}

/// Whether one of these words stands in a text of letters and digits in lower case.
pub(super) fn holds_word(letters: &str) -> bool {
    WORDS.lines().any(|word| {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        word.len() >= TELLING && letters.contains(&word)
    })
}
