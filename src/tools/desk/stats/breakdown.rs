//! The counts of a period told apart by workflow, country, day or week.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    countries::{self, Counted},
    figures::{rate, rounded},
    period::Period,
};
use crate::{
    didit::{Error, SessionFilter, SessionStatus},
    tools::desk::{
        counts::{Count, Counter},
        workflows::Known,
    },
};

/// Groups of an answer: each costs five requests.
const MOST_GROUPS: usize = 31;
/// Groups that nobody orders by time; the largest come first.
const MOST_NAMED: usize = 12;

/// How the counts are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Breakdown {
    Workflow,
    Country,
    Day,
    Week,
}

/// The counts of one group.
#[derive(Serialize)]
pub(super) struct Group {
    pub(super) name: String,
    total: u64,
    approved: u64,
    declined: u64,
    in_review: u64,
    abandoned: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_rate_percent: Option<f64>,
}

impl Breakdown {
    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Workflow => "workflow",
            Self::Country => "country",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The groups that hold sessions. What was left out is noted.
    pub(super) async fn groups(
        self,
        counter: &Counter<'_>,
        period: &Period,
        filter: &SessionFilter,
        workflows: &[Known],
        total: Count,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Group>, Error> {
        let within = period.within(filter);
        let counted = match self {
            Self::Country => countries::counted(counter, &within, total, notes).await?,
            Self::Workflow => {
                let filters = workflows.iter().take(MOST_GROUPS).map(|known| {
                    let filter = SessionFilter {
                        workflow_id: known.ids.clone(),
                        ..within.clone()
                    };
                    (known.name.clone(), filter)
                });
                if workflows.len() > MOST_GROUPS {
                    notes.push(format!(
                        "Only the first {MOST_GROUPS} of {} workflows were counted.",
                        workflows.len()
                    ));
                }
                counted(counter, filters.collect()).await?
            }
            Self::Day | Self::Week => {
                let parts = period.parts(self == Self::Week);
                if parts.len() > MOST_GROUPS {
                    notes.push(format!(
                        "Only the latest {MOST_GROUPS} {}s were told apart.",
                        self.name()
                    ));
                }
                let filters = parts
                    .into_iter()
                    .take(MOST_GROUPS)
                    .map(|part| (part.to_string(), part.within(filter)));
                counted(counter, filters.collect()).await?
            }
        };
        let by_size = matches!(self, Self::Workflow | Self::Country);
        outcomes(counter, counted, by_size, notes).await
    }
}

async fn counted(
    counter: &Counter<'_>,
    filters: Vec<(String, SessionFilter)>,
) -> Result<Vec<Counted>, Error> {
    let only = filters.iter().map(|(_, filter)| filter.clone()).collect();
    let counts = counter.counts(only).await?;
    Ok(filters
        .into_iter()
        .zip(counts)
        .map(|((name, filter), count)| (name, filter, count.number))
        .collect())
}

/// How those of each group ended.
async fn outcomes(
    counter: &Counter<'_>,
    mut counted: Vec<Counted>,
    by_size: bool,
    notes: &mut Vec<String>,
) -> Result<Vec<Group>, Error> {
    counted.retain(|(_, _, total)| *total > 0);
    if by_size {
        counted.sort_by_key(|(_, _, total)| std::cmp::Reverse(*total));
        if counted.len() > MOST_NAMED {
            let rest: u64 = counted
                .iter()
                .skip(MOST_NAMED)
                .map(|(_, _, total)| total)
                .sum();
            notes.push(format!(
                "The largest {MOST_NAMED} groups are shown; {rest} sessions are in {} further ones.",
                counted.len() - MOST_NAMED
            ));
            counted.truncate(MOST_NAMED);
        }
    }
    let statuses = [
        SessionStatus::Approved,
        SessionStatus::Declined,
        SessionStatus::InReview,
        SessionStatus::Abandoned,
    ];
    let filters = counted.iter().flat_map(|(_, filter, _)| {
        statuses.iter().map(|status| SessionFilter {
            status: vec![status.clone()],
            ..filter.clone()
        })
    });
    let counts = counter.counts(filters.collect()).await?;
    let mut groups = Vec::new();
    for ((name, _, total), of) in counted.into_iter().zip(counts.chunks(statuses.len())) {
        let [approved, declined, in_review, abandoned] = of else {
            break;
        };
        groups.push(Group {
            name,
            total,
            approved: approved.number,
            declined: declined.number,
            in_review: in_review.number,
            abandoned: abandoned.number,
            approval_rate_percent: rate(approved.number, declined.number).map(rounded),
        });
    }
    Ok(groups)
}

impl Group {
    /// Its counts in words; what is left of the total has not been finished, or has another status.
    pub(super) fn words(&self) -> String {
        let mut words = format!(
            "{} ({} approved, {} declined, {} in review, {} abandoned",
            self.total, self.approved, self.declined, self.in_review, self.abandoned
        );
        if let Some(rate) = self.approval_rate_percent {
            words.push_str(&format!(", rate {rate:.1}%"));
        }
        words.push(')');
        words
    }
}
