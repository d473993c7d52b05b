//! Calls, with answers that fit what was asked and answers that do not.

use std::pin::Pin;

use super::refusals::{text, value};
use didit_mcp::didit::{
    AccessToken, BlocklistItems, BulkDeletion, Client, DestinationChange, Error, ListFilter,
    NewDestination, NewEntry, NewList, NewStatus, PageRequest, Password, Registration,
    SessionDeletion, SessionFilter, SessionRequest, SessionToken, StatusUpdate, TopUp,
    WorkflowRequest,
};
use serde_json::{Value, json};

pub const ID: &str = "5b1f3c9a-0000-4000-8000-00000000000a";
pub const OTHER: &str = "5b1f3c9a-0000-4000-8000-00000000000b";
pub const GROUP: &str = "5b1f3c9a-0000-4000-8000-00000000000c";
pub const LINK: &str = "https://verify.didit.me/session/test-token-0";

pub type Called<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;
pub type Call = for<'a> fn(&'a Client) -> Called<'a>;

/// A call, answers that fit it, and answers that do not, each with the key that the error names.
pub struct Case {
    pub name: &'static str,
    pub call: Call,
    pub fit: Vec<Value>,
    pub misfit: Vec<(Value, &'static str)>,
}

macro_rules! call {
    (|$client:ident| $call:expr) => {
        |$client: &Client| -> Called<'_> { Box::pin(async move { $call.await.map(drop) }) }
    };
}

pub fn id<T: std::str::FromStr<Err = Error>>() -> T {
    ID.parse().unwrap()
}

pub fn session(vendor_data: Option<&str>) -> SessionRequest {
    SessionRequest {
        vendor_data: vendor_data.map(value),
        callback: text("https://shop.test"),
        ..SessionRequest::new(id())
    }
}

fn destination() -> NewDestination {
    NewDestination {
        enabled: Some(false),
        ..NewDestination::new(value("Ours"), value("https://Shop.test/hook"))
    }
}

fn change() -> DestinationChange {
    let NewDestination {
        url,
        subscribed_events,
        enabled,
        ..
    } = destination();
    DestinationChange {
        url: Some(url),
        enabled,
        subscribed_events: Some(subscribed_events),
        ..DestinationChange::default()
    }
}

fn entry(held: &str) -> NewEntry {
    NewEntry {
        value: text(held),
        ..NewEntry::default()
    }
}

pub fn page(row: Value) -> Value {
    json!({ "count": 1, "next": null, "previous": null, "results": [row] })
}

pub fn sessions() -> Vec<Case> {
    vec![
        Case {
            name: "update_status",
            call: call!(
                |client| client.update_status(&id(), &StatusUpdate::new(NewStatus::Approved))
            ),
            fit: vec![json!({ "session_id": ID })],
            misfit: vec![
                (json!({ "session_id": OTHER }), "session_id"),
                (json!({}), "session_id"),
                (json!({ "session_id": null }), "session_id"),
            ],
        },
        Case {
            name: "create_session",
            call: call!(|client| client.create_session(&session(Some("c-1")))),
            fit: vec![
                json!({ "session_id": OTHER, "url": LINK }),
                json!({ "session_id": OTHER, "url": LINK, "vendor_data": "c-1", "workflow_id": ID, "callback": "https://shop.test" }),
                json!({ "session_id": OTHER, "url": LINK, "vendor_data": null, "callback": "https://SHOP.test/" }),
            ],
            misfit: vec![
                (
                    json!({ "session_id": OTHER, "url": LINK, "vendor_data": "c-9" }),
                    "vendor_data",
                ),
                (
                    json!({ "session_id": OTHER, "url": LINK, "callback": "https://evil.example/" }),
                    "callback",
                ),
                (
                    json!({ "session_id": OTHER, "url": "javascript:alert(1)" }),
                    "url",
                ),
                (
                    json!({ "session_id": OTHER, "url": "http://verify.didit.me/session/x" }),
                    "url",
                ),
                (
                    json!({ "session_id": OTHER, "url": "https://verify.didit.me@evil.example/x" }),
                    "url",
                ),
                (json!({ "url": LINK }), "session_id"),
            ],
        },
        Case {
            name: "create_session without a reference",
            call: call!(|client| client.create_session(&session(None))),
            fit: vec![json!({ "session_id": OTHER, "url": LINK, "vendor_data": "" })],
            misfit: vec![(
                json!({ "session_id": OTHER, "url": LINK, "vendor_data": "c-9" }),
                "vendor_data",
            )],
        },
        Case {
            name: "decision",
            call: call!(|client| client.decision(&id())),
            fit: vec![json!({ "session_id": ID, "status": "Newly Invented" })],
            misfit: vec![
                (json!({ "status": "Approved" }), "session_id"),
                (
                    json!({ "session_id": null, "status": "Approved" }),
                    "session_id",
                ),
                (
                    json!({ "session_id": "x", "status": "Approved" }),
                    "session_id",
                ),
                (
                    json!({ "session_id": OTHER, "status": "Approved" }),
                    "another session",
                ),
                (json!({ "session_id": ID }), "status"),
                (json!({ "session_id": ID, "status": " " }), "status"),
            ],
        },
        Case {
            name: "list_sessions",
            call: call!(|client| client.list_sessions(&SessionFilter {
                vendor_data: text("c-1"),
                ..SessionFilter::default()
            })),
            fit: vec![
                page(json!({ "vendor_data": "c-1" })),
                page(json!({})),
                json!([]),
            ],
            misfit: vec![(page(json!({ "vendor_data": "c-10" })), "vendor_data")],
        },
        Case {
            name: "find_sessions",
            call: call!(|client| client.find_sessions(&SessionFilter {
                vendor_data: text("c-1"),
                ..SessionFilter::default()
            })),
            fit: vec![page(json!({ "vendor_data": "c-1" }))],
            misfit: vec![(page(json!({ "vendor_data": "C-1" })), "vendor_data")],
        },
        Case {
            name: "delete_session",
            call: call!(|client| client.delete_session(&id(), &SessionDeletion::default())),
            fit: vec![json!({}), json!({ "session_id": ID })],
            misfit: vec![(json!({ "session_id": OTHER }), "session_id")],
        },
        Case {
            name: "delete_sessions",
            call: call!(|client| client.delete_sessions(&BulkDeletion {
                session_numbers: vec![value("7")],
                ..BulkDeletion::default()
            })),
            fit: vec![json!({}), json!({ "results": [{ "session_number": 7 }] })],
            misfit: vec![(
                json!({ "results": [{ "session_number": 7 }, { "session_number": 8 }] }),
                "session_number",
            )],
        },
        Case {
            name: "arm_sandbox_session",
            call: call!(|client| client.arm_sandbox_session(
                &id(),
                &SessionToken::new("test-token-0"),
                &value("approve")
            )),
            fit: vec![
                json!({}),
                json!({ "session_id": ID, "scenario": "approve" }),
            ],
            misfit: vec![
                (json!({ "session_id": OTHER }), "session_id"),
                (
                    json!({ "session_id": ID, "scenario": "decline_aml_hit" }),
                    "scenario",
                ),
            ],
        },
    ]
}

pub fn lists() -> Vec<Case> {
    vec![
        Case {
            name: "list_lists",
            call: call!(|client| client.list_lists(&ListFilter {
                list_type: text("blocklist"),
                entry_type: text("face"),
                ..ListFilter::default()
            })),
            fit: vec![
                page(json!({ "list_type": "Blocklist", "entry_type": "face" })),
                page(json!({ "entry_type": "face" })),
            ],
            misfit: vec![
                (
                    page(json!({ "list_type": "allowlist", "entry_type": "face" })),
                    "list_type",
                ),
                (
                    page(json!({ "list_type": "blocklist", "entry_type": "email" })),
                    "entry_type",
                ),
            ],
        },
        Case {
            name: "create_list",
            call: call!(|client| client.create_list(&NewList {
                name: value("n"),
                list_type: "custom".to_owned(),
                entry_type: "email".to_owned(),
                description: None
            })),
            fit: vec![json!({ "uuid": ID, "list_type": "custom" })],
            misfit: vec![
                (json!({ "uuid": ID, "list_type": "allowlist" }), "list_type"),
                (json!({ "uuid": ID, "entry_type": "phone" }), "entry_type"),
                (json!({}), "uuid"),
            ],
        },
        Case {
            name: "create_entry",
            call: call!(|client| client.create_entry(&id(), &entry("+34 600 000 000"))),
            fit: vec![
                json!({ "uuid": OTHER }),
                json!({ "uuid": OTHER, "value": "+34600000000", "list": ID }),
            ],
            misfit: vec![
                (json!({}), "uuid"),
                (json!({ "uuid": OTHER, "value": "+34600000001" }), "value"),
                (json!({ "uuid": OTHER, "list": OTHER }), "list"),
            ],
        },
        Case {
            name: "create_entry of a session",
            call: call!(|client| client.create_entry(
                &id(),
                &NewEntry {
                    reference_session_id: Some(id()),
                    ..NewEntry::default()
                }
            )),
            fit: vec![json!({ "uuid": OTHER, "value": "anything", "reference_session_id": ID })],
            misfit: vec![(
                json!({ "uuid": OTHER, "reference_session_id": OTHER }),
                "reference_session_id",
            )],
        },
        Case {
            name: "delete_entry",
            call: call!(|client| client.delete_entry(&id(), &id())),
            fit: vec![json!({}), json!({ "uuid": ID })],
            misfit: vec![(json!({ "uuid": OTHER }), "uuid")],
        },
        Case {
            name: "legacy_blocklist",
            call: call!(|client| client.legacy_blocklist(Some("face"), &PageRequest::default())),
            fit: vec![page(json!({ "type": "face" }))],
            misfit: vec![(page(json!({ "type": "email" })), "type")],
        },
        Case {
            name: "legacy_blocklist_add",
            call: call!(|client| client.legacy_blocklist_add(
                &id(),
                BlocklistItems {
                    face: true,
                    ..BlocklistItems::default()
                }
            )),
            fit: vec![json!({ "message": "Done." }), json!({ "session_id": ID })],
            misfit: vec![(
                json!({ "message": "Done.", "session_id": OTHER }),
                "session_id",
            )],
        },
    ]
}

pub fn settings() -> Vec<Case> {
    let created = |key: &str, value: Value| {
        let mut answer = json!({ "uuid": ID, "url": "https://shop.test/hook", "enabled": false,
            "subscribed_events": ["data.updated", "status.updated"] });
        answer[key] = value;
        answer
    };
    let misfits = || {
        vec![
            (created("uuid", Value::Null), "uuid"),
            (created("url", json!("https://evil.example/hook")), "url"),
            (created("enabled", json!(true)), "enabled"),
            (
                created("subscribed_events", json!(["status.updated"])),
                "subscribed_events",
            ),
        ]
    };
    let mut changed = misfits();
    changed.push((created("uuid", json!(OTHER)), "uuid"));
    vec![
        Case {
            name: "create_destination",
            call: call!(|client| client.create_destination(&destination())),
            fit: vec![created("label", json!("Ours")), json!({ "uuid": OTHER })],
            misfit: misfits(),
        },
        Case {
            name: "update_destination",
            call: call!(|client| client.update_destination(&id(), &change())),
            fit: vec![created("label", json!("Ours"))],
            misfit: changed,
        },
        Case {
            name: "destination",
            call: call!(|client| client.destination(&id())),
            fit: vec![json!({ "uuid": ID })],
            misfit: vec![(json!({ "uuid": OTHER }), "uuid"), (json!({}), "uuid")],
        },
        Case {
            name: "delete_destination",
            call: call!(|client| client.delete_destination(&id())),
            fit: vec![Value::Null, json!({ "uuid": ID })],
            misfit: vec![(json!({ "uuid": OTHER }), "uuid")],
        },
        Case {
            name: "workflow",
            call: call!(|client| client.workflow(&id())),
            fit: vec![
                json!({ "uuid": ID }),
                json!({ "uuid": OTHER, "workflow_id": ID }),
            ],
            misfit: vec![(json!({ "uuid": OTHER, "workflow_id": GROUP }), "uuid")],
        },
        Case {
            name: "update_workflow",
            call: call!(|client| client.update_workflow(
                &id(),
                &WorkflowRequest {
                    workflow_label: text("KYC"),
                    ..WorkflowRequest::default()
                }
            )),
            fit: vec![json!({ "uuid": ID })],
            misfit: vec![(json!({ "uuid": OTHER, "workflow_id": GROUP }), "uuid")],
        },
        Case {
            name: "delete_workflow",
            call: call!(|client| client.delete_workflow(&id())),
            fit: vec![Value::Null],
            misfit: vec![(json!({ "uuid": OTHER }), "uuid")],
        },
        Case {
            name: "balance",
            call: call!(|client| client.balance()),
            fit: vec![json!({ "balance": "0.0000" })],
            misfit: vec![
                (json!({}), "balance"),
                (json!({ "balance": null }), "balance"),
            ],
        },
        Case {
            name: "top_up",
            call: call!(|client| client.top_up(&TopUp {
                amount_in_dollars: value("50"),
                success_url: None,
                cancel_url: None
            })),
            fit: vec![json!({ "checkout_session_url": "https://checkout.stripe.test/pay" })],
            misfit: vec![
                (json!({}), "checkout_session_url"),
                (
                    json!({ "checkout_session_url": "javascript:alert(1)" }),
                    "checkout_session_url",
                ),
                (
                    json!({ "checkout_session_url": "http://checkout.stripe.test/pay" }),
                    "checkout_session_url",
                ),
            ],
        },
        Case {
            name: "register",
            call: call!(|client| client.register(&Registration {
                email: "ada@mail.test".to_owned(),
                password: Password::new("Fake-passw0rd")
            })),
            fit: vec![json!({}), json!({ "email": "Ada@Mail.test" })],
            misfit: vec![(json!({ "email": "mallory@mail.test" }), "email")],
        },
        Case {
            name: "application",
            call: call!(|client| client.application(
                &AccessToken::new("test-token-0"),
                &id(),
                &id()
            )),
            fit: vec![json!({}), json!({ "uuid": ID })],
            misfit: vec![(json!({ "uuid": OTHER }), "uuid")],
        },
    ]
}

pub(crate) use call;
