//! What the client refuses before anything is sent, and how it says so.

use crate::support::refusals::{ID, read, refused, text, value};
use didit_mcp::didit::{
    ApiKey, BulkDeletion, Client, DestinationChange, Error, ListFilter, NewDestination, NewEntry,
    NewStatus, PageRequest, Password, SessionId, TopUp, WorkflowRequest, read_request, values::Usd,
    webhooks::EVENTS,
};
use serde_json::{Value, json};

#[test]
fn ids_are_hyphenated_uuids_in_any_case() {
    let id: SessionId = " 5B1F3C9A-0000-4000-8000-00000000000A\n".parse().unwrap();
    assert_eq!(id.to_string(), ID);
    assert_eq!(serde_json::to_value(id).unwrap(), json!(ID));
    for bad in [
        "",
        "5b1f3c9a00004000800000000000000a",
        "{5b1f3c9a-0000-4000-8000-00000000000a}",
        "urn:uuid:5b1f3c9a-0000-4000-8000-00000000000a",
        "5b1f3c9a-0000-4000-8000-00000000000g",
        "5b1f3c9a-0000-4000-8000-00000000000a/../x",
        "5b1f3c9a-0000-4000-8000-0000000000",
    ] {
        assert_eq!(refused(bad.parse::<SessionId>()).0, "session_id", "{bad}");
    }
}

#[test]
fn keys_must_fit_in_a_header() {
    assert_eq!(
        ApiKey::parse(" test-key-0000-abcd\n")
            .unwrap()
            .expose_secret(),
        "test-key-0000-abcd"
    );
    for bad in ["", "  ", "test key", "test\nkey", "clé"] {
        refused(ApiKey::parse(bad));
    }
    assert_eq!(ApiKey::new("test-key-0000-abcd").last_four(), "abcd");
    assert_eq!(
        ApiKey::new("short-key").last_four(),
        "",
        "a short secret shows nothing"
    );
}

#[test]
fn passwords_meet_every_rule() {
    for (password, word) in [
        ("Aa1!aaa", "8 characters"),
        ("aa1!aaaa", "upper-case"),
        ("AA1!AAAA", "lower-case"),
        ("Aab!aaaa", "digit"),
        ("Aab1aaaa", "one of"),
    ] {
        let Err(Error::Invalid { message, .. }) = Password::new(password).check() else {
            panic!("{password}")
        };
        assert!(message.contains(word), "{message}");
    }
    assert!(Password::new("Fake-passw0rd").check().is_ok());
    let (one, other) = (Password::generate().unwrap(), Password::generate().unwrap());
    assert!(one.check().is_ok() && one.expose_secret().len() == 24);
    assert_ne!(one.expose_secret(), other.expose_secret());
}

/// These have no `validate` of their own. The client has no key, so a refusal proves that the rule comes before sending.
#[tokio::test]
async fn calls_refuse_before_they_send() {
    let client = Client::builder().build().unwrap();
    let numbers = |numbers: &[&str], all| BulkDeletion {
        session_numbers: numbers.iter().map(|number| value(number)).collect(),
        delete_all: all,
        ..BulkDeletion::default()
    };
    for (deletion, field) in [
        (numbers(&[], None), "session_numbers"),
        (numbers(&[], Some(false)), "session_numbers"),
        (numbers(&["12"], Some(true)), "session_numbers"),
    ] {
        assert_eq!(refused(client.delete_sessions(&deletion).await).0, field);
    }
    for code in ["", "12345", "1234567", "A3K9F!", "Ä3K9F"] {
        assert_eq!(
            refused(client.verify_email("ada@mail.test", code).await.map(drop)).0,
            "code",
            "{code}"
        );
    }
    assert_eq!(
        refused(client.login("ada", &Password::new("x")).await.map(drop)).0,
        "email"
    );
    let none = WorkflowRequest::default();
    assert_eq!(refused(client.create_workflow(&none).await).0, "features");
    assert_eq!(
        refused(client.update_workflow(&ID.parse().unwrap(), &none).await).0,
        "request"
    );
    let filter = ListFilter {
        list_type: text("greylist"),
        ..ListFilter::default()
    };
    assert_eq!(refused(client.list_lists(&filter).await).0, "list_type");
    assert_eq!(
        refused(
            client
                .create_entry(&ID.parse().unwrap(), &NewEntry::default())
                .await
        )
        .0,
        "value"
    );
    assert_eq!(
        refused(
            client
                .legacy_blocklist(Some("fingerprint"), &PageRequest::default())
                .await
        )
        .0,
        "item_type"
    );
    let items = didit_mcp::didit::BlocklistItems::default();
    assert_eq!(
        refused(
            client
                .legacy_blocklist_add(&ID.parse().unwrap(), items)
                .await
        )
        .0,
        "items"
    );
}

#[tokio::test]
async fn destinations_are_checked() {
    let client = Client::builder().build().unwrap();
    let whole = NewDestination::new(value("Production"), value("https://shop.test/hook"));
    assert_eq!(
        client.create_destination(&whole).await,
        Err(Error::MissingApiKey),
        "the whole one would be sent"
    );
    let refusal = |name: &str, instead: Value| {
        let mut request = json!({
            "label": "Production",
            "url": "https://shop.test/hook",
            "subscribed_events": ["status.updated"],
        });
        request[name] = instead;
        let created = refused(read::<NewDestination>(request.clone()));
        assert_eq!(refused(read::<DestinationChange>(request)), created);
        created
    };
    for url in ["shop.test", "ftp://shop.test", "http://shop.test"] {
        assert_eq!(refusal("url", json!(url)).0, "url");
    }
    let longest = "x".repeat(256);
    for label in ["", " ", &longest] {
        assert_eq!(refusal("label", json!(label)).0, "label");
    }
    assert_eq!(
        refusal("subscribed_events", json!([])),
        (
            "subscribed_events".to_owned(),
            EVENTS.map(str::to_owned).to_vec()
        )
    );
    assert_eq!(
        refusal("subscribed_events", json!(["status.updated", "*"])),
        (
            "subscribed_events[1]".to_owned(),
            EVENTS.map(str::to_owned).to_vec()
        )
    );
    let nothing = DestinationChange::default();
    let id = ID.parse().unwrap();
    assert_eq!(
        refused(client.update_destination(&id, &nothing).await).0,
        "request"
    );
}

#[test]
fn a_top_up_is_fifty_to_ten_thousand_dollars_in_whole_cents() {
    let top_up = |amount: Value| {
        read_request(json!({ "amount_in_dollars": amount }))
            .and_then(|top_up: TopUp| top_up.validate())
    };
    for amount in [
        json!(49.99),
        json!(0),
        json!(-50),
        json!(50.001),
        json!(1e300),
        json!(10_000.01),
        json!("50"),
    ] {
        assert_eq!(
            refused(top_up(amount.clone())).0,
            "amount_in_dollars",
            "{amount}"
        );
    }
    for amount in [50.0, 50.01, 10_000.0, 99.99, 70.07] {
        assert_eq!(top_up(json!(amount)), Ok(()), "{amount}");
    }
    for amount in ["NaN", "inf", "-1", "fifty", "50.001", ""] {
        amount.parse::<Usd>().unwrap_err();
    }
    let shown: Vec<String> = ["50", " 50.5", "0.07", "1234.56"]
        .map(|amount| value::<Usd>(amount).to_string())
        .into();
    assert_eq!(shown, ["$50.00", "$50.50", "$0.07", "$1234.56"]);
    let bad_url = json!({ "amount_in_dollars": 50, "success_url": "shop.test" });
    assert_eq!(refused(read::<TopUp>(bad_url)).0, "success_url");
}

#[test]
fn a_refusal_reads_as_a_sentence() {
    let error = "x".parse::<NewStatus>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "new_status: 'x' is not a known value (allowed: Approved, Declined, Resubmitted)"
    );
}
