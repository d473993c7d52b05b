//! What is accepted is sent exactly as it is shown, and nothing of it is hidden, whatever the texts and addresses.

use crate::support::scripted::Scripted;
use didit_mcp::didit::{
    ApiKey, Client, DestinationChange, Error, ExpectedDetails, NewEntry, SessionRequest,
    StatusUpdate, read_request,
    values::{AppUrl, WebUrl},
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const SESSION: &str = "5b1f3c9a-0000-4000-8000-00000000000a";

fn session() -> SessionRequest {
    SessionRequest::new(SESSION.parse().unwrap())
}

/// A request, if JSON can be read into it: what it holds then is what it shows, and stays so.
fn readable<T>(json: Value) -> Result<Option<T>, TestCaseError>
where
    T: DeserializeOwned + serde::Serialize + PartialEq + std::fmt::Debug,
{
    let Ok(request) = read_request::<T>(json) else {
        return Ok(None);
    };
    let shown = serde_json::to_value(&request).unwrap();
    nothing_hidden(&shown)?;
    prop_assert_eq!(&read_request::<T>(shown).unwrap(), &request);
    Ok(Some(request))
}

/// Any text, and texts that are nearly harmless: one hidden character among plain ones.
fn any_text() -> impl Strategy<Value = String> {
    let hidden = prop::sample::select(vec![
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{202e}",
        "\u{e0041}",
        "\u{feff}",
        "\n",
        "\r\n",
        " ",
        "\u{a0}",
    ]);
    prop_oneof![
        any::<String>(),
        "[ -~]{0,20}",
        ("[a-zA-Z0-9é葛ا❤ ]{0,6}", hidden, "[a-zA-Z0-9é葛ا❤ ]{0,6}")
            .prop_map(|(before, hidden, after)| format!("{before}{hidden}{after}")),
    ]
}

/// Addresses of every sort, many of them nearly right.
fn any_address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https|http|app)://[a-z.%F2:]{0,8}[@\\\\]?[a-z\u{430}]{1,8}\\.test(/[ -~]{0,8})?",
        "(https?|app|javascript)?:?/{0,3}[a-zA-Z0-9.@:%\\\\\u{430}\u{200b} -]{0,20}(/[a-zA-Z0-9%@ñ\\\\ ]{0,10})?([?#][ -~]{0,8})?",
    ]
}

/// What is sent of a request stays what it is when it is prepared again, and shows everything that it holds.
fn settled<T: serde::Serialize + PartialEq + std::fmt::Debug>(
    request: &T,
    normalized: impl Fn(&T) -> Result<T, Error>,
) -> Result<Option<Value>, TestCaseError> {
    let Ok(sent) = normalized(request) else {
        return Ok(None);
    };
    prop_assert_eq!(&normalized(&sent).unwrap(), &sent);
    let shown = serde_json::to_value(&sent).unwrap();
    nothing_hidden(&shown)?;
    Ok(Some(shown))
}

thread_local! {
    /// An API that refuses everything and keeps what came.
    static DIDIT: (Scripted, Client, tokio::runtime::Runtime) = {
        let didit = Scripted::start(|_| (400, json!({ "detail": "No." })));
        let base = |argument: &String| argument.split_once('=').unwrap().1.parse().unwrap();
        let [api, auth] = didit.arguments();
        let client = Client::builder().api_base_url(base(&api)).auth_base_url(base(&auth));
        let client = client.api_key(ApiKey::new("test-key-sent-0000")).rate_limits(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        (didit, client.build().unwrap(), runtime)
    };
}

/// The body on the wire is the request as it was shown, byte for byte; what is refused never gets there.
fn sent_as_shown<T: serde::Serialize>(
    request: &T,
    normalized: impl Fn(&T) -> Result<T, Error>,
    call: impl AsyncFn(&Client) -> Result<(), Error>,
) -> Result<(), TestCaseError> {
    DIDIT.with(|(didit, client, runtime)| {
        let before = didit.requests().len();
        let result = runtime.block_on(call(client));
        let sent: Vec<String> = didit
            .requests()
            .into_iter()
            .skip(before)
            .map(|request| request.body)
            .collect();
        let shown = normalized(request).map(|shown| serde_json::to_string(&shown).unwrap());
        let is_refused = matches!(result, Err(Error::Invalid { .. }));
        prop_assert_eq!(is_refused, shown.is_err());
        prop_assert_eq!(sent, shown.into_iter().collect::<Vec<_>>());
        Ok(())
    })
}

/// Judged apart from the client's own table: some characters never stand in anything that is sent, and the ones that shape
/// their neighbours never stand beside a plain letter.
fn is_hidden(text: &str) -> bool {
    let never = |letter: char| {
        letter.is_control() && letter != '\n'
            || matches!(letter, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    let shapes = |letter: char| matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let pairs = text.chars().zip(text.chars().skip(1));
    text.chars().any(never)
        || text.starts_with(shapes)
        || pairs
            .into_iter()
            .any(|(before, letter)| shapes(letter) && before.is_ascii_alphabetic())
}

fn nothing_hidden(value: &Value) -> Result<(), TestCaseError> {
    match value {
        Value::String(text) => prop_assert!(!is_hidden(text), "{:?}", text),
        Value::Array(items) => items.iter().try_for_each(nothing_hidden)?,
        Value::Object(entries) => {
            for (name, item) in entries {
                prop_assert!(!is_hidden(name), "{:?}", name);
                nothing_hidden(item)?;
            }
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_accepted_is_settled_and_visible(one in any_text(), two in any_text(), three in any_text()) {
        let expected = readable::<ExpectedDetails>(json!({ "first_name": three.clone() }))?;
        if let (Ok(vendor_data), Some(expected)) = (one.parse(), expected) {
            let request = SessionRequest {
                vendor_data: Some(vendor_data),
                metadata: Some(json!({ two.clone(): [three.clone()] })),
                expected_details: Some(expected),
                ..session()
            };
            let checked = |request: &SessionRequest| request.validate().map(|()| request.clone());
            settled(&request, checked)?;
            sent_as_shown(&request, checked, async |client| client.create_session(&request).await.map(drop))?;
        }
        readable::<StatusUpdate>(json!({ "new_status": "Approved", "comment": one.clone(), "email_address": two.clone() }))?;
        readable::<StatusUpdate>(json!({ "new_status": "Approved", "comment": one.clone() }))?;
        let entry = json!({ "value": one, "comment": two, "display_label": three });
        if let Some(entry) = readable::<NewEntry>(entry)? {
            let checked = |entry: &NewEntry| entry.validate().map(|()| entry.clone());
            sent_as_shown(&entry, checked, async |client| {
                client.create_entry(&SESSION.parse().unwrap(), &entry).await.map(drop)
            })?;
        }
    }

    #[test]
    fn an_address_is_sent_as_it_is_shown(address in any_address()) {
        if let Some(destination) = readable::<DestinationChange>(json!({ "url": address }))? {
            let shown = destination.url.as_deref().unwrap();
            let url = url::Url::parse(shown).unwrap();
            prop_assert!(url.as_str() == shown && url.username().is_empty() && url.password().is_none());
            prop_assert!(shown.is_ascii() && !shown.contains('\\'), "{}", url);
            sent_as_shown(&destination, |destination| Ok(destination.clone()), async |client| {
                client.update_destination(&SESSION.parse().unwrap(), &destination).await.map(drop)
            })?;
        }
        if let Ok(callback) = address.parse::<AppUrl>() {
            prop_assert!(!callback.starts_with("javascript:"));
            prop_assert_eq!(&callback.parse::<AppUrl>().unwrap(), &callback);
            nothing_hidden(&json!(callback))?;
        }
        if let Ok(page) = address.parse::<WebUrl>() {
            prop_assert!(page.starts_with("http"));
        }
    }
}
