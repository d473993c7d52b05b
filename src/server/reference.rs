//! Reference pages: what an agent may want to look up, made from the same tables that the tools use.

use crate::{
    didit::{
        LANGUAGES,
        features::{ConfigKind, Feature},
        sessions::{EXPECTED_DOCUMENT_TYPES, SANDBOX_SCENARIOS},
    },
    tools::{known_warnings, status_meanings},
};

/// One page.
pub(super) struct Page {
    /// The last part of its URI, `didit://reference/<name>`.
    pub(super) name: &'static str,
    /// Its title.
    pub(super) title: &'static str,
    /// What it holds.
    pub(super) description: &'static str,
    /// Writes it, in Markdown.
    pub(super) write: fn() -> String,
}

/// Every page.
pub(super) const PAGES: [Page; 5] = [
    Page {
        name: "statuses",
        title: "Session statuses",
        description: "Each status of a session, what it means and what to do.",
        write: statuses,
    },
    Page {
        name: "features",
        title: "Workflow features",
        description: "The checks a workflow can run, their order, and every setting with its values.",
        write: features,
    },
    Page {
        name: "warnings",
        title: "Warnings",
        description: "Risk codes of decisions in plain words.",
        write: warnings,
    },
    Page {
        name: "codes",
        title: "Languages and documents",
        description: "Language codes of the pages, document codes, and how countries are written.",
        write: codes,
    },
    Page {
        name: "sandbox",
        title: "Sandbox scenarios",
        description: "Outcomes that a sandbox session can play.",
        write: sandbox,
    },
];

fn statuses() -> String {
    let mut page = String::from("# Session statuses\n");
    for (status, verdict, advice) in status_meanings() {
        page.push_str(&format!("\n- **{status}**: {verdict} {advice}"));
    }
    page
}

fn features() -> String {
    let mut page = String::from(
        "# Workflow features\n\nOrder matters: a feature that needs another comes after it, and passive ones cannot be first.\n",
    );
    for feature in Feature::ALL {
        page.push_str(&heading(feature));
        for (key, kind) in feature.config() {
            page.push_str(&format!("\n- `{key}`: {}", words(kind)));
        }
        page.push('\n');
    }
    page
}

fn heading(feature: Feature) -> String {
    let facts = feature.facts();
    let mut text = format!("\n## {feature} (in decisions: {})\n", facts.display_name);
    if !facts.after.is_empty() {
        let after: Vec<&str> = facts.after.iter().map(|needed| needed.name()).collect();
        text.push_str(&format!("\nAfter one of: {}.\n", after.join(", ")));
    }
    if facts.is_passive {
        text.push_str("\nPassive: works on what others collect.\n");
    }
    text
}

fn words(kind: &ConfigKind) -> String {
    match kind {
        ConfigKind::Integer { least, most } => format!("integer from {least} to {most}"),
        ConfigKind::Number => "number".to_owned(),
        ConfigKind::Boolean => "true or false".to_owned(),
        ConfigKind::Word(words) => words.join(", "),
        ConfigKind::Text => "text".to_owned(),
        ConfigKind::Uuid => "UUID".to_owned(),
        ConfigKind::Array => "list".to_owned(),
        ConfigKind::Json => "JSON".to_owned(),
    }
}

fn warnings() -> String {
    let mut page = String::from(
        "# Warnings\n\nA warning of type `error` declines, `warning` asks for review, `information` changes nothing. Didit adds new codes; \
         unknown ones come with their own description.\n",
    );
    for (code, meaning) in known_warnings() {
        page.push_str(&format!("\n- `{code}`: {meaning}"));
    }
    page
}

fn codes() -> String {
    format!(
        "# Languages and documents\n\nLanguages of the pages: {}.\n\nDocuments a session can be limited to: {} (passport, identity card, driver's \
         licence, residence permit, health insurance card, tax card, social security card).\n\nCountries are written with three letters (ISO \
         3166-1 alpha-3, such as ESP); company registers with two, or two and a region (GB, US-DE).",
        LANGUAGES.join(", "),
        EXPECTED_DOCUMENT_TYPES.join(", ")
    )
}

fn sandbox() -> String {
    let mut page = String::from(
        "# Sandbox scenarios\n\nWhat `sandbox_scenario` of a new session takes; a live application refuses them.\n",
    );
    for scenario in SANDBOX_SCENARIOS {
        page.push_str(&format!("\n- `{scenario}`"));
    }
    page
}
