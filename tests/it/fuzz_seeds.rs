//! The fuzz targets' own checks, on their seeds and what lies near them.

use std::{fs, path::Path};

use crate::support::fuzzed::{Answers, line_protocol, neighbours};

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let seeds: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(seeds.len() >= 5, "{target}: {} seeds", seeds.len());
    seeds
}

#[test]
fn every_line_of_a_client_is_answered_in_order_or_not_at_all() {
    for seed in seeds("line_protocol") {
        line_protocol(&seed);
        neighbours(&seed).for_each(|input| line_protocol(&input));
    }
}

#[test]
fn every_answer_of_the_api_reads_as_a_short_clean_text() {
    let mut answers = Answers::start();
    for seed in seeds("answers") {
        answers.check(&seed);
        neighbours(&seed).for_each(|input| answers.check(&input));
    }
}
