//! The steps, in the order in which a new customer of Didit meets them.

use serde_json::{Value, json};

use super::{
    client::{Reply, Session},
    screen::Screen,
};
use crate::{cli::Failure, tools::qr};

/// An address that no mail leaves for: the simulator has its own inbox.
const EMAIL: &str = "operator@didit-demo.local";
/// The outcome that the first person plays: borderline, so that a human has to decide.
const BORDERLINE: &str = "review_face_match_borderline";
/// The outcome that the fraudster plays.
const ATTACK: &str = "decline_liveness_attack";

/// Plays everything and checks each answer.
pub(super) async fn tell(session: &Session, screen: &mut Screen) -> Result<(), Failure> {
    let mut teller = Teller { session, screen };
    let root = teller.meet_the_server().await?;
    teller.open_an_account(&root).await?;
    teller.look_at_money().await?;
    teller.make_a_workflow().await?;
    let person = teller.invite_a_person().await?;
    teller.decide_about(&root, &person).await?;
    teller.block_a_fraudster(&root).await?;
    teller.make_mistakes().await
}

struct Teller<'a> {
    session: &'a Session,
    screen: &'a mut Screen,
}

impl Teller<'_> {
    async fn meet_the_server(&mut self) -> Result<String, Failure> {
        self.screen
            .step("A client starts the server as a child process and lists its tools")?;
        let (server, tools) = self.session.introduction().await?;
        self.screen.answer(&format!("{server}, {tools} tools"))?;
        self.screen.check("22 tools", tools == 22)?;
        let status = self.call("didit_account_status", json!({})).await?;
        self.screen.check(
            "says that it is a simulator",
            status.field("mode") == "simulator",
        )?;
        Ok(text_at(&status.data, "simulator_url"))
    }

    async fn open_an_account(&mut self, root: &str) -> Result<(), Failure> {
        self.screen
            .step("Open an account: register, then the code from the e-mail")?;
        let registered = self
            .call("didit_account_register", json!({ "email": EMAIL }))
            .await?;
        self.screen
            .check("a code is on its way", !registered.is_error)?;
        let inbox = self.session.look(root, "inbox").await?;
        let code = inbox
            .as_array()
            .and_then(|mails| mails.last())
            .map(|mail| text_at(mail, "code"))
            .unwrap_or_default();
        self.screen.human(&format!(
            "The human reads the code {code} in the simulator's inbox."
        ))?;
        let verified = self
            .call("didit_account_verify_email", json!({ "code": code }))
            .await?;
        self.screen.check(
            "the key is stored and in use, and not shown",
            !verified.is_error && verified.text.contains("in use now"),
        )?;
        Ok(())
    }

    async fn look_at_money(&mut self) -> Result<(), Failure> {
        self.screen
            .step("Balance, and a payment link for a human")?;
        let balance = self.call("didit_billing_get_balance", json!({})).await?;
        self.screen
            .check("a balance in dollars", balance.field("balance").is_string())?;
        let checkout = self
            .call("didit_billing_top_up", json!({ "amount_in_dollars": 50 }))
            .await?;
        self.screen.check(
            "a link, and no money moved",
            text_at(&checkout.data, "checkout_session_url").starts_with("http"),
        )?;
        Ok(())
    }

    async fn make_a_workflow(&mut self) -> Result<(), Failure> {
        self.screen
            .step("A workflow: document, passive liveness, face match, and watch lists on top")?;
        let workflow = self
            .call(
                "didit_workflow_create",
                json!({ "workflow_label": "Demo KYC", "aml": true }),
            )
            .await?;
        self.screen.check(
            "the checks in their order",
            workflow.field("features") == &json!(["OCR", "LIVENESS", "FACE_MATCH", "AML"]),
        )?;
        Ok(())
    }

    async fn invite_a_person(&mut self) -> Result<String, Failure> {
        self.screen
            .step("A link for one person; the only workflow is found by itself")?;
        let created = self
            .call(
                "didit_session_create",
                json!({
                    "vendor_data": "customer-1",
                    "language": "en",
                    "sandbox_scenario": BORDERLINE,
                }),
            )
            .await?;
        let link = text_at(&created.data, "url");
        if let Some(code) = qr::unicode(&link) {
            self.screen.answer(&code)?;
        }
        self.screen
            .check("a link that opens in a browser", link.starts_with("http"))?;
        let again = self
            .call(
                "didit_session_create",
                json!({ "vendor_data": "customer-1" }),
            )
            .await?;
        self.screen.check(
            "the same person gets the same unfinished session",
            again.field("reused") == true
                && again.field("session_id") == created.field("session_id"),
        )?;
        Ok(text_at(&created.data, "session_id"))
    }

    async fn decide_about(&mut self, root: &str, person: &str) -> Result<(), Failure> {
        self.screen
            .step("The person finishes; the result is not clear")?;
        self.finish(root, person, BORDERLINE).await?;
        let waited = self
            .call(
                "didit_session_wait_for_decision",
                json!({ "session_id": person }),
            )
            .await?;
        self.screen
            .check("in review", waited.field("status") == "In Review")?;
        self.screen.check(
            "with a reason",
            waited.text.contains("LOW_FACE_MATCH_SIMILARITY"),
        )?;

        self.screen.step("A human asks for the selfie again")?;
        let resubmitted = self
            .call(
                "didit_session_update_status",
                json!({
                    "session_id": person,
                    "new_status": "Resubmitted",
                    "steps": ["selfie"],
                    "comment": "The selfie is too dark.",
                }),
            )
            .await?;
        self.screen.check(
            "only the selfie is asked for",
            resubmitted
                .field("nodes_to_resubmit")
                .as_array()
                .is_some_and(|nodes| {
                    nodes
                        .iter()
                        .all(|node| node.get("feature").is_some_and(|name| name != "OCR"))
                        && !nodes.is_empty()
                }),
        )?;
        self.finish(root, person, BORDERLINE).await?;

        self.screen
            .step("The second selfie is borderline too, and a human approves")?;
        let approved = self
            .call(
                "didit_session_update_status",
                json!({ "session_id": person, "new_status": "Approved", "comment": "Same person, checked by eye." }),
            )
            .await?;
        self.screen
            .check("approved", approved.field("status") == "Approved")?;
        let decision = self
            .call(
                "didit_session_get_decision",
                json!({ "session_id": person }),
            )
            .await?;
        self.screen
            .check("Didit says so too", decision.field("status") == "Approved")?;

        self.screen.step("The report as a PDF file")?;
        let report = self
            .call(
                "didit_session_generate_pdf",
                json!({ "session_id": person }),
            )
            .await?;
        let saved = std::fs::read(text_at(&report.data, "path")).unwrap_or_default();
        self.screen
            .check("a PDF in the output folder", saved.starts_with(b"%PDF"))?;
        Ok(())
    }

    async fn block_a_fraudster(&mut self, root: &str) -> Result<(), Failure> {
        self.screen
            .step("A fraudster holds a photo into the camera")?;
        let fraudster = self.invite("customer-2").await?;
        self.finish(root, &fraudster, ATTACK).await?;
        let decision = self
            .call(
                "didit_session_get_decision",
                json!({ "session_id": fraudster }),
            )
            .await?;
        self.screen
            .check("declined", decision.field("status") == "Declined")?;

        self.screen
            .step("Block the face and the document; the next try is declined for it")?;
        let blocked = self
            .call(
                "didit_blocklist_add",
                json!({ "session_id": fraudster, "items": ["face", "document"], "comment": "photo of a screen" }),
            )
            .await?;
        self.screen
            .check("blocked", blocked.field("blocked") == true)?;
        let next = self.invite("customer-2").await?;
        self.finish(root, &next, "approve").await?;
        let decision = self
            .call("didit_session_get_decision", json!({ "session_id": next }))
            .await?;
        self.screen.check(
            "declined by the blocklist",
            decision.field("status") == "Declined" && decision.text.contains("BLOCKLIST"),
        )?;
        Ok(())
    }

    async fn make_mistakes(&mut self) -> Result<(), Failure> {
        self.screen
            .step("Mistakes get an answer that says what to do")?;
        for (tool, arguments, names) in [
            (
                "didit_billing_top_up",
                json!({ "amount_in_dollars": 10 }),
                "amount_in_dollars",
            ),
            (
                "didit_session_get_decision",
                json!({ "session_id": "42" }),
                "session_id",
            ),
            (
                "didit_session_create",
                json!({ "langage": "en" }),
                "language",
            ),
        ] {
            let refused = self.call(tool, arguments).await?;
            self.screen.check(
                "refused before anything is sent, naming the field",
                refused.is_error && refused.text.contains(names),
            )?;
        }
        Ok(())
    }

    async fn invite(&mut self, vendor_data: &str) -> Result<String, Failure> {
        let created = self
            .call(
                "didit_session_create",
                json!({ "vendor_data": vendor_data }),
            )
            .await?;
        Ok(text_at(&created.data, "session_id"))
    }

    async fn finish(&mut self, root: &str, id: &str, scenario: &str) -> Result<(), Failure> {
        self.screen.human(&format!(
            "The person opens the link and goes through the steps ({scenario})."
        ))?;
        let path = format!("sessions/{id}/finish");
        self.session
            .act(root, &path, &json!({ "scenario": scenario }))
            .await?;
        Ok(())
    }

    async fn call(&mut self, tool: &'static str, arguments: Value) -> Result<Reply, Failure> {
        self.screen.call(tool, &arguments.to_string())?;
        let reply = self.session.call(tool, &arguments).await?;
        for question in self.session.questions().await {
            self.screen.human(&format!(
                "The client asks its human: {}",
                question.replace('\n', " | ")
            ))?;
            self.screen.human("The human agrees.")?;
        }
        self.screen.answer(&reply.text)?;
        Ok(reply)
    }
}

fn text_at(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
