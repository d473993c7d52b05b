//! The e-mails that would have been sent, with their codes.

use super::{escape, moment, table, wide_page};
use crate::{
    call::Call,
    reply::Answer,
    state::{Mail, State},
};

/// `GET /inbox`
pub(crate) fn show(state: &mut State, _: &Call) -> Answer {
    let content = if state.inbox.is_empty() {
        "<p>No e-mails yet. Codes of new accounts arrive here.</p>".to_owned()
    } else {
        mails(state.inbox.iter().rev())
    };
    Ok(wide_page("Inbox", "/inbox", &content))
}

/// A table of e-mails.
pub(super) fn mails<'a>(mails: impl Iterator<Item = &'a Mail>) -> String {
    let rows: Vec<Vec<String>> = mails
        .map(|mail| {
            let code = mail.code.as_deref().map_or_else(
                || "none".to_owned(),
                |code| format!("<code>{}</code>", escape(code)),
            );
            vec![
                escape(&mail.to),
                escape(&mail.subject),
                code,
                moment(mail.sent_at),
            ]
        })
        .collect();
    table(
        "Newest first; times are UTC.",
        &["To", "Subject", "Code", "Sent"],
        &rows,
    )
}
