//! Everything that the server says of itself, whatever the account holds.

use std::time::Duration;

use super::{
    catalog::Catalog,
    instructions::instructions,
    policy::{Confirmation, Policy},
    prompts,
    reference::PAGES,
};
use crate::tools::{self, Toolset};

/// The names, descriptions and schemas of all tools and prompts, the instructions and the reference pages, in lower case: a
/// secret that stands in them could not be hidden without hiding them too.
pub fn vocabulary() -> String {
    let policy = Policy {
        toolsets: Toolset::ALL.to_vec(),
        read_only: false,
        allow_irreversible: true,
        confirmation: Confirmation::Ask,
        confirm_wait: Duration::ZERO,
    };
    let catalog = Catalog::new(tools::all(), &policy);
    // What cannot be written as JSON is not listed either.
    let tools = serde_json::to_string(&catalog.listed()).unwrap_or_default();
    let prompts = serde_json::to_string(&prompts::listed(&catalog)).unwrap_or_default();
    let mut all = vec![tools, prompts];
    for confirmation in [Confirmation::Ask, Confirmation::Never] {
        all.extend([false, true].map(|simulated| instructions(&catalog, confirmation, simulated)));
    }
    for page in &PAGES {
        all.extend([
            page.title.to_owned(),
            page.description.to_owned(),
            (page.write)(),
        ]);
    }
    all.join("\n").to_lowercase()
}
