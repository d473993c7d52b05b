//! The e-mails that would have been sent, with their codes.

use serde_json::json;

use super::html::{code, escape, moment, table, wide_page};
use crate::{
    call::Call,
    model::{Mail, State},
    reply::Answer,
};

pub fn show(state: &mut State, _: &Call) -> Answer {
    let content =
        "{{&mails}}{{^mails}}<p>No e-mails yet. Codes of new accounts arrive here.</p>{{/mails}}";
    let values = json!({ "mails": mails(state.inbox.iter().rev()) });
    Ok(wide_page("Inbox", "inbox", content, &values))
}

/// A table of e-mails.
pub fn mails<'a>(mails: impl Iterator<Item = &'a Mail>) -> String {
    let row = |mail: &Mail| {
        let code = mail.code.as_deref().map_or_else(|| "none".to_owned(), code);
        let (to, subject) = (escape(&mail.to), escape(&mail.subject));
        [to, subject, code, moment(mail.sent_at)]
    };
    table(
        ["To", "Subject", "Code", "Sent"],
        mails.map(row).collect(),
        0,
    )
}
