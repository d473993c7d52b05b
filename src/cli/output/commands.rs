//! Which command does what a tool does, for advice that names tools.

/// The command of a tool, with its arguments in capitals.
pub(super) fn of(tool: &str) -> Option<&'static str> {
    Some(match tool {
        "didit_account_status" => "account status --check",
        "didit_account_register" => "account register EMAIL",
        "didit_account_verify_email" => "account verify CODE",
        "didit_account_login" => "account login",
        "didit_workflow_list" => "kyc workflows",
        "didit_workflow_create" => "kyc setup",
        "didit_session_create" => "kyc session",
        "didit_session_list" => "kyc list",
        "didit_session_get_decision" => "kyc decision SESSION",
        "didit_session_wait_for_decision" => "kyc decision SESSION --wait",
        "didit_review_queue" => "kyc queue",
        "didit_session_stats" => "kyc stats",
        "didit_session_follow_up" => "kyc follow-up --send",
        "didit_workflow_what_if" => "workflow what-if WORKFLOW",
        "didit_rehearse" => "rehearse",
        "didit_duplicates" => "duplicates",
        "didit_audit_pack" => "audit pack",
        "didit_session_generate_pdf" => "kyc pdf SESSION",
        "didit_blocklist_list" => "blocklist list",
        "didit_blocklist_add" => "blocklist add --session SESSION",
        "didit_blocklist_remove" => "blocklist remove",
        "didit_billing_get_balance" => "billing balance",
        "didit_billing_top_up" => "billing top-up DOLLARS",
        _ => return None,
    })
}

/// A command that can be copied as it stands, and what it does.
pub(super) fn with_purpose(command: &str, purpose: &str) -> String {
    format!("didit-mcp {command}  # {purpose}")
}
