//! The balance and the payment link through the real program.

use crate::support::{
    control::{KEY, Standalone, simulated},
    server::{Era, Setup},
};
use serde_json::json;

#[test]
fn the_balance() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        control.post("balance", &json!({ "amount": 12.345 }));
        assert_answer!("balance", server.ok("didit_billing_get_balance", json!({})));
        control.assert_sent(KEY, &["GET /v3/billing/balance/"]);
        server.stop();
    }
}

#[test]
fn the_payment_link() {
    for era in Era::BOTH {
        let (mut server, control) = simulated(Setup::new(era));
        let made = server.ok(
            "didit_billing_top_up",
            json!({ "amount_in_dollars": "75.5" }),
        );
        assert!(
            made.field("checkout_session_url")
                .starts_with(&control.origin())
        );
        assert_answer!("top_up", made);
        control.assert_sent(
            KEY,
            &[concat!(
                r#"POST /v3/billing/top-up/ {"amount_in_dollars":75.5,"success_url":"https://business.didit.me/","#,
                r#""cancel_url":"https://business.didit.me/"}"#,
            )],
        );
        server.ok(
            "didit_billing_top_up",
            json!({
                "amount": 50,
                "success_url": "https://shop.didit-test.local/paid",
                "cancel_url": "https://shop.didit-test.local/cancelled",
            }),
        );
        control.assert_sent(
            KEY,
            &[concat!(
                r#"POST /v3/billing/top-up/ {"amount_in_dollars":50,"success_url":"https://shop.didit-test.local/paid","#,
                r#""cancel_url":"https://shop.didit-test.local/cancelled"}"#,
            )],
        );
        server.stop();
    }
}

#[test]
fn a_link_that_cannot_be_paid_for_names_the_way_to_pay() {
    for era in Era::BOTH {
        let simulator = Standalone::start(&["--live"]);
        let arguments = simulator.arguments();
        let mut server = Setup::new(era)
            .arguments(&arguments.each_ref().map(String::as_str))
            .variable("DIDIT_API_KEY", &simulator.api_key)
            .start();
        simulator.control.post("balance", &json!({ "amount": 0 }));
        server.ok("didit_workflow_create", json!({ "aml": true }));
        let failed = server.fails("didit_session_create", json!({}));
        assert_answer!("out_of_credit", failed);
        server.stop();
    }
}
