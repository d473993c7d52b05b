//! Hosts with many tools search them by words instead of listing them: what people would type finds the right one.
//!
//! The queries were written before the words, by somebody who knew what the product does and not what the tools are called. The
//! search here is the plainest there is, so that no cleverness of a host is counted on.

use std::collections::BTreeSet;

use crate::support::server::{Era, Setup};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Queries {
    queries: Vec<Query>,
}

#[derive(Deserialize)]
struct Query {
    words: String,
    expected: Vec<String>,
}

/// How many of the first results a model looks at.
const SHOWN: usize = 3;
/// Words that say nothing of a tool.
const EMPTY: [&str; 22] = [
    "a", "an", "and", "are", "by", "did", "for", "from", "has", "how", "in", "is", "it", "me",
    "my", "of", "on", "the", "this", "to", "was", "with",
];

fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.len() > 1 && !EMPTY.contains(&word.as_str()))
        // Singular and plural, verify and verification: the beginning of a word is the word.
        .map(|word| word.chars().take(6).collect::<String>())
        .map(|word| word.trim_end_matches('s').to_owned())
        .collect()
}

fn text_of(tool: &Value, with_hint: bool) -> BTreeSet<String> {
    let hint = tool["_meta"]["anthropic/searchHint"].as_str();
    let parts = [
        tool["name"].as_str(),
        tool["title"].as_str(),
        tool["description"].as_str(),
    ];
    let parts = parts
        .into_iter()
        .chain([hint.filter(|_| with_hint)])
        .flatten();
    parts.flat_map(words).collect()
}

/// The queries that do not find an expected tool among the first results.
fn misses<'q>(tools: &[Value], queries: &'q [Query], with_hint: bool) -> Vec<&'q str> {
    let indexed: Vec<(&str, BTreeSet<String>)> = tools
        .iter()
        .map(|tool| (tool["name"].as_str().unwrap(), text_of(tool, with_hint)))
        .collect();
    // A word that many tools have says little of each, as in any search.
    let worth = |word: &String| {
        let having = indexed
            .iter()
            .filter(|(_, text)| text.contains(word))
            .count();
        1.0 / having.max(1) as f64
    };
    let found = |query: &Query| {
        let wanted = words(&query.words);
        let mut ranked: Vec<(f64, &str)> = indexed
            .iter()
            .map(|(name, text)| (wanted.intersection(text).map(worth).sum(), *name))
            .filter(|(score, _)| *score > 0.0)
            .collect();
        ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let best = ranked.into_iter().take(SHOWN);
        best.into_iter()
            .any(|(_, name)| query.expected.iter().any(|expected| expected == name))
    };
    queries
        .iter()
        .filter(|query| !found(query))
        .map(|query| query.words.as_str())
        .collect()
}

#[test]
fn what_people_would_type_finds_the_right_tool() {
    let Queries { queries } =
        serde_json::from_str(include_str!("support/search_queries.json")).unwrap();
    assert_eq!(queries.len(), 30);
    let mut server = Setup::new(Era::Modern).arguments(&["--simulate"]).start();
    let tools = server.tools();
    for query in &queries {
        for expected in &query.expected {
            assert!(
                tools.iter().any(|tool| tool["name"] == expected.as_str()),
                "{expected}"
            );
        }
    }
    let (without, with) = (
        misses(&tools, &queries, false),
        misses(&tools, &queries, true),
    );
    // The two are of the half that nobody looked at while the words were chosen.
    assert_eq!(with, ["sanctions PEP screening setup", "am I logged in"]);
    assert_eq!(without.len(), 14, "{without:?}");
}

#[test]
fn every_tool_that_is_on_by_default_has_words_of_its_own() {
    let mut server = Setup::new(Era::Modern).arguments(&["--simulate"]).start();
    for tool in server.tools() {
        let hint = tool["_meta"]["anthropic/searchHint"].as_str();
        let hint = hint.unwrap_or_else(|| panic!("{}", tool["name"]));
        let new = words(hint).difference(&text_of(&tool, false)).count();
        assert!(new >= 2, "{}: {hint}", tool["name"]);
    }
}
