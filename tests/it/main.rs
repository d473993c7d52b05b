//! Every test that goes through the front door, in one program: it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

#[macro_use]
mod support;

mod bad_input;
mod bad_input_sessions;
mod bad_input_workflows;
mod bundle;
mod cli_account;
mod cli_batch;
mod cli_batch_files;
mod cli_batch_killed;
mod cli_batch_shared;
mod cli_config;
mod cli_desk;
mod cli_errors;
mod cli_help;
mod cli_kyc;
mod cli_link;
mod cli_lists;
mod cli_person;
mod cli_readme;
mod cli_terminal;
mod cli_which;
mod client_answers;
mod client_decision;
mod client_echo;
mod client_errors;
mod client_feature_rules;
mod client_requests;
mod client_retry;
mod client_rules;
mod client_session_requests;
mod client_session_rules;
mod client_simulator;
mod client_simulator_lists;
mod client_transport;
mod confirmation_bound;
mod confirmation_ladder;
mod confirmation_scope;
mod confirmation_shown;
mod contract;
mod contract_requests;
mod decision_expected;
mod decision_proof;
mod decision_settings;
mod decision_truth;
mod decision_verdicts;
mod decision_which;
mod demo;
mod dependencies;
mod desk_follow_up;
mod desk_queue;
mod desk_stats;
mod every_tool;
mod examples;
mod fault_matrix;
mod fuzz_seeds;
mod hostile_answers;
mod hostile_concurrency;
mod hostile_deadlines;
mod hosts;
mod list_oldest;
mod list_truth;
mod odd_answers;
mod packaging;
mod packaging_npm;
mod panicking_tool;
mod process_limits;
mod properties;
mod properties_arguments;
mod properties_sent;
mod readme;
mod receiver_strangers;
mod resources;
mod safety_agreement;
mod safety_audit;
mod safety_credentials;
mod safety_dictionary;
mod safety_fence;
mod safety_files;
mod safety_lines;
mod safety_outlets;
mod safety_paths;
mod safety_people;
mod safety_personal_data;
mod safety_policy;
mod safety_redaction;
mod safety_secrets;
mod safety_stored_account;
mod scoped_keys;
mod search;
mod sent;
mod simulator_accounts;
mod simulator_faults;
mod simulator_guard;
mod simulator_main_flow;
mod simulator_pages;
mod simulator_refusals;
mod simulator_resubmission;
mod simulator_scenarios;
mod simulator_sessions;
mod simulator_webhooks;
mod skill;
mod stdio;
mod stdio_pressure;
mod stdio_settings;
mod surface;
mod tls;
mod tokens;
mod tools_account;
mod tools_aml;
mod tools_billing;
mod tools_blocklist;
mod tools_confirmation;
mod tools_review;
mod tools_review_mail;
mod tools_session_decision;
mod tools_sessions;
mod tools_trail;
mod tools_webhooks;
mod tools_workflow_changes;
mod tools_workflows;
mod verdict_matrix;
mod waiting;
mod webhook_delivery;
mod webhook_signatures;
