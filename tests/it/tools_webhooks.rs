//! What a human reads before a webhook destination changes.

use crate::support::{
    scripted::Scripted,
    server::{Era, Setup},
};
use serde_json::json;

const ID: &str = "5b1f3c9a-3333-4000-8000-000000000001";
const SAME: &str = "It goes on receiving the same events at the same address.";
const RECEIVES: &str = "Didit reports events there from now on, with the personal data in them.";
const PAUSED: &str = "Didit reports nothing to it while it is paused.";
const LATER: &str = "Didit reports nothing while it is paused; once it is switched on, events go there with the personal data in them.";

#[test]
fn the_consequence_is_that_of_the_change() {
    for (is_on, change, consequence) in [
        (true, json!({ "label": "Other name" }), SAME),
        (
            true,
            json!({ "url": "https://hooks.our-company.dev/a" }),
            SAME,
        ),
        (
            true,
            json!({ "subscribed_events": ["status.updated"] }),
            SAME,
        ),
        (true, json!({ "enabled": true }), SAME),
        (
            true,
            json!({ "url": "https://hooks.our-company.dev/b" }),
            RECEIVES,
        ),
        (
            true,
            json!({ "subscribed_events": ["data.updated"] }),
            RECEIVES,
        ),
        (true, json!({ "enabled": false }), PAUSED),
        (false, json!({ "label": "Other name" }), PAUSED),
        (false, json!({ "enabled": true }), RECEIVES),
        (false, json!({ "enabled": false }), PAUSED),
        (
            false,
            json!({ "url": "https://hooks.our-company.dev/b" }),
            LATER,
        ),
        (
            true,
            json!({ "enabled": false, "url": "https://hooks.our-company.dev/b" }),
            LATER,
        ),
    ] {
        let upstream = Scripted::start(move |_| {
            let destination = json!({
                "uuid": ID, "label": "Ours", "url": "https://hooks.our-company.dev/a", "enabled": is_on,
                "webhook_version": "v3", "subscribed_events": ["status.updated"],
            });
            (200, destination)
        });
        let [api, auth] = upstream.arguments();
        let mut server = Setup::new(Era::Modern)
            .arguments(&[&api, &auth, "--toolsets=all"])
            .variable("DIDIT_API_KEY", "test-key-of-webhooks")
            .start();
        let mut arguments = change.clone();
        arguments["destination_id"] = ID.into();
        let preview = server.ok("didit_webhook_update", arguments);
        let question = preview.data["question"]["lines"].to_string();
        for words in [SAME, RECEIVES, PAUSED, LATER] {
            assert_eq!(
                question.contains(words),
                words == consequence,
                "{is_on} {change}: {question}"
            );
        }
        server.stop();
    }
}
