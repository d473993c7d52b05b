//! The counts of a period by status.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    didit::{Error, SessionFilter, SessionStatus},
    tools::desk::counts::{Count, Counter},
};

/// Statuses in which the person has done everything.
const FINISHED: [SessionStatus; 4] = [
    SessionStatus::Approved,
    SessionStatus::Declined,
    SessionStatus::InReview,
    SessionStatus::KycExpired,
];
/// The others.
const UNFINISHED: [SessionStatus; 6] = [
    SessionStatus::NotStarted,
    SessionStatus::InProgress,
    SessionStatus::Resubmitted,
    SessionStatus::AwaitingUser,
    SessionStatus::Abandoned,
    SessionStatus::Expired,
];

/// How many sessions there are, and how many of each status.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub(super) total: Count,
    by_status: Vec<(SessionStatus, Count)>,
}

impl Figures {
    /// Counts what fits the filter, of which there are `total`: one request for each status, where there is anything.
    pub(super) async fn of(
        counter: &Counter<'_>,
        filter: SessionFilter,
        total: Count,
    ) -> Result<Self, Error> {
        if total.number == 0 {
            return Ok(Self::default());
        }
        let statuses: Vec<SessionStatus> = FINISHED.into_iter().chain(UNFINISHED).collect();
        let filters = statuses.iter().map(|status| SessionFilter {
            status: vec![status.clone()],
            ..filter.clone()
        });
        let counts = counter.counts(filters.collect()).await?;
        Ok(Self {
            total,
            by_status: statuses.into_iter().zip(counts).collect(),
        })
    }

    /// Whether Didit stopped counting somewhere.
    pub(super) fn is_capped(&self) -> bool {
        self.total.is_at_least || self.by_status.iter().any(|(_, count)| count.is_at_least)
    }

    fn number(&self, status: &SessionStatus) -> u64 {
        let known = self.by_status.iter().find(|(known, _)| known == status);
        known.map_or(0, |(_, count)| count.number)
    }

    fn sum(&self, statuses: &[SessionStatus]) -> u64 {
        statuses.iter().map(|status| self.number(status)).sum()
    }

    /// Those of a status that this program does not know, or that changed while they were counted.
    fn others(&self) -> u64 {
        let known = self.sum(&FINISHED) + self.sum(&UNFINISHED);
        self.total.number.saturating_sub(known)
    }

    fn rate(&self) -> Option<f64> {
        rate(
            self.number(&SessionStatus::Approved),
            self.number(&SessionStatus::Declined),
        )
    }

    /// Three lines: all, by status, and the rate of approvals, each with the change against `before`.
    pub(super) fn text(&self, before: &Self) -> String {
        let told = |word: &str, now: u64, then: u64| {
            format!("{now} {word} ({:+})", i128::from(now) - i128::from(then))
        };
        let all = |statuses: &[SessionStatus]| {
            let words: Vec<String> = statuses
                .iter()
                .map(|status| (status, self.number(status), before.number(status)))
                .filter(|(_, now, then)| now + then > 0)
                .map(|(status, now, then)| told(&status.as_str().to_lowercase(), now, then))
                .collect();
            if words.is_empty() {
                String::new()
            } else {
                format!(": {}", words.join(", "))
            }
        };
        let mut text = format!(
            "{}\n- {}{}\n- {}{}",
            told("in all", self.total.number, before.total.number),
            told("finished", self.sum(&FINISHED), before.sum(&FINISHED)),
            all(&FINISHED),
            told(
                "not finished",
                self.sum(&UNFINISHED),
                before.sum(&UNFINISHED)
            ),
            all(&UNFINISHED),
        );
        if self.others() > 0 {
            text.push_str(&format!("\n- {} with another status", self.others()));
        }
        let decided = self.number(&SessionStatus::Approved) + self.number(&SessionStatus::Declined);
        match (self.rate(), before.rate()) {
            (Some(now), Some(then)) => text.push_str(&format!(
                "\nApproval rate: {now:.1}% of {decided} decided ({then:.1}% before)."
            )),
            (Some(now), None) => text.push_str(&format!(
                "\nApproval rate: {now:.1}% of {decided} decided (nobody was decided before)."
            )),
            (None, _) => text.push_str("\nNobody was decided, so there is no approval rate."),
        }
        text
    }
}

/// Approvals among what was decided, in percent.
pub(super) fn rate(approved: u64, declined: u64) -> Option<f64> {
    let decided = approved + declined;
    (decided > 0).then(|| 100.0 * approved as f64 / decided as f64)
}

/// Percent with one decimal.
pub(super) fn rounded(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("total", &self.total.number)?;
        map.serialize_entry("finished", &self.sum(&FINISHED))?;
        for (status, count) in &self.by_status {
            map.serialize_entry(&name(status), &count.number)?;
        }
        if self.others() > 0 {
            map.serialize_entry("others", &self.others())?;
        }
        if self.is_capped() {
            map.serialize_entry("at_least", &true)?;
        }
        if let Some(rate) = self.rate() {
            map.serialize_entry("approval_rate_percent", &rounded(rate))?;
        }
        map.end()
    }
}

/// A status as a name: `not_started`.
fn name(status: &SessionStatus) -> String {
    status.as_str().to_lowercase().replace(' ', "_")
}
