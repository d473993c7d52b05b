//! The e-mail that goes with a decision: what a human reads of it before agreeing, and what is said afterwards.

use serde_json::{Value, json};

use crate::{
    didit::{self, Client, NewStatus, ResubmissionPreview, SessionId, StatusUpdate},
    tools::{
        change::{Line, Setting},
        environment::Environment,
        error::NotDone,
        personal::{Class, Outlet, PersonalData},
        shape,
        untrusted::mark_untrusted,
    },
};

/// The names under which the preview may hold the parts of the message. They are not documented.
const PARTS: [(&str, &[&str]); 3] = [
    ("E-mail from", &["sender", "from"]),
    ("E-mail subject", &["subject"]),
    ("E-mail text", &["message", "text", "body"]),
];
/// The characters of a line of the text. However many lines there are, the question shows them all or is refused.
const LINE_LENGTH: usize = 120;

/// The e-mail that a resubmission would send; `None` without one, and where the service has no previews.
pub(super) async fn preview(
    client: &Client,
    id: &SessionId,
    update: &StatusUpdate,
) -> Result<Option<ResubmissionPreview>, NotDone> {
    if update.send_email != Some(true) || update.new_status != NewStatus::Resubmitted {
        return Ok(None);
    }
    match client.preview_resubmission(id, update).await {
        Ok(preview) => Ok(Some(preview)),
        Err(didit::Error::Api(error)) if matches!(error.status, 404 | 405 | 501) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// What a human reads of it, line by line. The person's link is left out, because a model reads previews too.
pub(super) fn settings(preview: &ResubmissionPreview) -> Vec<Setting> {
    let mut settings = Vec::new();
    if let Some(recipient) = recipient(preview) {
        let line = Line::default().personal(Class::Email, recipient);
        let line = line.words(source(preview).unwrap_or_default());
        settings.push(Setting::new("E-mail to", line, None));
    }
    if !is_sent(preview) {
        return settings;
    }
    for (label, names) in PARTS {
        let texts = names
            .iter()
            .filter_map(|name| preview.extra.get(*name)?.as_str());
        for line in texts.take(1).flat_map(lines) {
            let line = Line::default().personal(Class::Words, line);
            settings.push(Setting::new(label, line, None));
        }
    }
    settings
}

/// The lines of a text, without its links.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let is_link = word.contains("://") || word.contains("/session/");
        let word = if is_link { "(link)" } else { word };
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + word.chars().count() < LINE_LENGTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Whether the person has something to do. Without a preview, that follows from the steps.
pub(super) fn needs_person(update: &StatusUpdate, preview: Option<&ResubmissionPreview>) -> bool {
    let by_itself =
        |feature: &str| matches!(feature, "AML" | "DATABASE_VALIDATION" | "IP_ANALYSIS");
    let nodes = &update.nodes_to_resubmit;
    preview
        .and_then(|preview| preview.requires_user_action)
        .unwrap_or_else(|| nodes.is_empty() || !nodes.iter().all(|node| by_itself(&node.feature)))
}

/// What follows for the person's mailbox, as a sentence; `None` where no e-mail was asked for. `is_done` tells of it afterwards.
pub(super) fn sentence(
    update: &StatusUpdate,
    preview: Option<&ResubmissionPreview>,
    environment: Environment,
    is_done: bool,
) -> Option<String> {
    if update.send_email != Some(true) {
        return None;
    }
    let Some(preview) = preview else {
        let asks = if is_done {
            "Didit was asked to write to the person"
        } else {
            "Didit is asked to write to the person"
        };
        return Some(match environment {
            Environment::Sandbox => {
                format!(
                    "{asks}; in the sandbox it only pretends to, unless the address was registered for it."
                )
            }
            _ => format!("{asks}."),
        });
    };
    if is_sent(preview) {
        return Some("Didit writes to the person.".to_owned());
    }
    let reason = match preview.not_sent_reason.as_deref().unwrap_or_default() {
        "no_user_action" => "these steps run again by themselves",
        "no_recipient" => "no address is known",
        "sandbox" => {
            "in the sandbox Didit only pretends to send, unless the address was registered for it"
        }
        _ => "Didit does not say why",
    };
    Some(format!("No e-mail is sent: {reason}."))
}

/// The address as far as it may be said, for the text of the answer; none where nothing is sent.
pub(super) fn address(
    update: &StatusUpdate,
    preview: Option<&ResubmissionPreview>,
    level: PersonalData,
) -> Option<String> {
    if preview.is_some_and(|preview| !is_sent(preview)) {
        return None;
    }
    // The caller's own argument is no news.
    if let Some(address) = &update.email_address {
        return Some(address.to_string());
    }
    let recipient = recipient(preview?)?;
    let released = level.release(Outlet::Conversation, Class::Email, recipient)?;
    Some(mark_untrusted(&released))
}

/// The same as data.
pub(super) fn data(preview: &ResubmissionPreview) -> Value {
    let word = |word: Option<&str>| word.filter(|word| shape::is_code(word)).map(str::to_owned);
    json!({
        "will_be_sent": is_sent(preview),
        "recipient_source": word(preview.recipient_source.as_deref()),
        "not_sent_reason": word(preview.not_sent_reason.as_deref()),
    })
}

fn is_sent(preview: &ResubmissionPreview) -> bool {
    preview.will_be_sent.unwrap_or(true)
}

fn recipient(preview: &ResubmissionPreview) -> Option<&str> {
    preview
        .recipient
        .as_deref()
        .filter(|address| !address.trim().is_empty())
}

fn source(preview: &ResubmissionPreview) -> Option<&'static str> {
    Some(match preview.recipient_source.as_deref()? {
        "email_verification" => " (verified by the person)",
        "contact_details" => " (given when the session was created)",
        "request" => " (given in this call)",
        _ => return None,
    })
}
