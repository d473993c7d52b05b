//! The e-mails that would have been sent, with their codes.

use super::html::{code, escape, moment, table, wide_page};
use crate::{
    call::Call,
    model::{journal::Mail, state::State},
    reply::Answer,
};

/// `GET /inbox`
pub fn show(state: &mut State, _: &Call) -> Answer {
    let mut content = "<p>No e-mails yet. Codes of new accounts arrive here.</p>".to_owned();
    if !state.inbox.is_empty() {
        content = mails(state.inbox.iter().rev());
    }
    Ok(wide_page("Inbox", "inbox", &content))
}

/// A table of e-mails.
pub fn mails<'a>(mails: impl Iterator<Item = &'a Mail>) -> String {
    let row = |mail: &Mail| {
        let code = mail.code.as_deref().map_or_else(|| "none".to_owned(), code);
        [
            escape(&mail.to),
            escape(&mail.subject),
            code,
            moment(mail.sent_at),
        ]
    };
    let rows: Vec<[String; 4]> = mails.map(row).collect();
    table(
        "Newest first; times are UTC.",
        ["To", "Subject", "Code", "Sent"],
        &rows,
    )
}
