//! Keys that may do and see only some things: told as what they are, and not as broken.

use crate::support::{
    control::simulated,
    server::{Era, Setup},
};
use serde_json::json;

#[test]
fn a_key_that_may_not_read_workflows_works() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let check = json!({ "check": true });
        control.post("key-rights", &json!({ "denied": ["/v3/workflows"] }));
        let limited = server.ok("didit_account_status", check.clone());
        assert_eq!(limited.data["key_works"], true);
        assert!(
            limited.text.contains("may not read workflows"),
            "{}",
            limited.text
        );
        let refused = server.fails("didit_workflow_list", json!({}));
        assert_answer!("scoped_key_refused", refused);
        control.post("key-rights", &json!({ "denied": ["/v3/"] }));
        let refused = server.ok("didit_account_status", check);
        assert_eq!(refused.data["key_works"], false);
        assert_answer!("scoped_key_refused_everywhere", refused);
        server.stop();
    }
}

#[test]
fn a_key_that_may_not_see_links_is_told_so() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        server.ok("didit_workflow_create", json!({}));
        control.post("key-rights", &json!({ "hides_links": true }));
        let created = server.ok("didit_session_create", json!({ "qr_code": true }));
        assert_answer!("scoped_key_created", created);
        let id = created.field("session_id").to_owned();
        let decision = server.ok("didit_session_get_decision", json!({ "session_id": id }));
        assert!(
            decision.text.contains("this key may not see links"),
            "{}",
            decision.text
        );
        control.finish(&id, "approve");
        control.post("key-rights", &json!({ "denied": ["generate-pdf"] }));
        let report = server.fails("didit_session_generate_pdf", json!({ "session_id": id }));
        assert!(
            report.text.contains("right to see media"),
            "{}",
            report.text
        );
        server.stop();
    }
}
