//! All tools, and what the server asks of them besides calling one.

use super::{Tool, account, advice, billing, blocklist, sessions, webhooks, workflows};
use crate::didit::SessionStatus;

/// Every status of a session with its verdict and advice, for reference.
pub fn status_meanings() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SessionStatus::ALL.into_iter().filter_map(|name| {
        let meaning = advice::meaning(&name.parse().ok()?);
        Some((name, meaning.verdict, meaning.advice))
    })
}

/// Every risk code with a meaning in plain words, for reference.
pub fn known_warnings() -> impl Iterator<Item = (&'static str, &'static str)> {
    advice::WARNINGS.into_iter()
}

/// Every tool there is, in the order of [`Toolset::ALL`](super::Toolset::ALL).
pub fn all() -> Vec<Tool> {
    let mut tools = account::tools();
    tools.extend(workflows::tools());
    tools.extend(sessions::tools());
    tools.extend(blocklist::tools());
    tools.extend(billing::tools());
    tools.extend(webhooks::tools());
    tools
}
