//! What the endpoints of the API and of the simulator itself answer.

pub mod accounts;
pub mod aml;
pub mod applications;
pub mod billing;
pub mod blocklist;
pub mod control;
pub mod lists;
pub mod search;
pub mod sessions;
pub mod update_status;
pub mod users;
pub mod webhooks;
pub mod workflows;

use crate::{call::Call, model::State, reply::Answer};

pub type Handler = fn(&mut State, &Call) -> Answer;

/// The operations of the API that are played, by their ids in the table.
pub const PLAYED: &[(&str, Handler)] = &[
    ("account_register", accounts::register),
    ("account_code_resend", accounts::resend_code),
    ("account_verify_email", accounts::verify_email),
    ("account_login", accounts::login),
    ("account_second_factor", accounts::second_factor),
    ("account_organization_list", applications::organizations),
    ("account_application_list", applications::list),
    ("account_application_create", applications::create),
    ("account_application_get", applications::get),
    ("account_application_update", applications::update),
    ("workflow_list", workflows::list),
    ("workflow_create", workflows::create),
    ("workflow_get", workflows::get),
    ("workflow_update", workflows::update),
    ("workflow_delete", workflows::delete),
    ("session_create", sessions::create),
    ("session_list", search::list),
    ("session_delete_many", sessions::delete_many),
    ("session_review_list", sessions::list_reviews),
    ("session_review_add", sessions::add_review),
    ("session_decision_get", sessions::decision),
    ("session_delete", sessions::delete_one),
    ("session_update_status", update_status::update_status),
    ("session_resubmission_preview", update_status::preview),
    ("session_report_get", sessions::generate_pdf),
    ("aml_hit_update", aml::update_one),
    ("aml_hit_update_many", aml::update_many),
    ("sandbox_session_arm", sessions::arm),
    ("billing_balance_get", billing::balance),
    ("billing_top_up", billing::top_up),
    ("list_list", lists::list),
    ("list_create", lists::create),
    ("list_get", lists::get),
    ("list_update", lists::update),
    ("list_delete", lists::delete),
    ("list_entry_list", lists::list_entries),
    ("list_entry_add", lists::add_entry),
    ("list_face_upload", lists::upload_face),
    ("list_entry_remove", lists::remove_entry),
    ("blocklist_list", blocklist::list),
    ("blocklist_add", blocklist::add),
    ("blocklist_remove", blocklist::remove),
    ("user_list", users::list),
    ("webhook_destination_list", webhooks::list),
    ("webhook_destination_create", webhooks::create),
    ("webhook_destination_get", webhooks::get),
    ("webhook_destination_update", webhooks::update),
    ("webhook_destination_delete", webhooks::delete),
];
