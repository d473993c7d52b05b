//! Which warnings occur most, from counts alone: Didit filters by their codes.

use serde::Serialize;

use crate::{
    didit::{Error, SessionFilter, sessions::RiskCode},
    tools::{desk::counts::Counter, known_warnings},
};

/// Codes that are counted at once, to find those that do not occur.
const TOGETHER: usize = 8;
/// Reasons of an answer.
const MOST_SHOWN: usize = 8;

/// A warning and how many sessions have it.
#[derive(Serialize)]
pub(super) struct Reason {
    pub(super) risk: String,
    pub(super) meaning: &'static str,
    pub(super) count: u64,
}

/// The most frequent known warnings.
pub(super) async fn most_frequent(
    counter: &Counter<'_>,
    filter: &SessionFilter,
) -> Result<Vec<Reason>, Error> {
    let codes: Vec<(RiskCode, &'static str)> = known_warnings()
        .filter_map(|(code, meaning)| Some((code.parse().ok()?, meaning)))
        .collect();
    let with = |codes: Vec<RiskCode>| SessionFilter {
        warning: codes,
        ..filter.clone()
    };
    let only = |codes: &[(RiskCode, &str)]| codes.iter().map(|(code, _)| code.clone()).collect();
    let together = codes.chunks(TOGETHER);
    let counts = counter
        .counts(together.clone().map(|codes| with(only(codes))).collect())
        .await?;
    let occurring: Vec<&(RiskCode, &'static str)> = together
        .zip(counts)
        .filter(|(_, count)| count.number > 0)
        .flat_map(|(codes, _)| codes)
        .collect();
    let counts = counter
        .counts(
            occurring
                .iter()
                .map(|(code, _)| with(vec![code.clone()]))
                .collect(),
        )
        .await?;
    let mut reasons: Vec<Reason> = occurring
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| count.number > 0)
        .map(|((code, meaning), count)| Reason {
            risk: code.to_string(),
            meaning,
            count: count.number,
        })
        .collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    reasons.truncate(MOST_SHOWN);
    Ok(reasons)
}
