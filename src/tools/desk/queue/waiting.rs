//! The sessions that wait, of people and of companies.

use jiff::{SignedDuration, Timestamp};

use crate::{
    didit::{Client, SessionFilter, SessionReference, sessions::SessionKind},
    tools::{
        desk::oldest::{self, Oldest},
        error::NotDone,
    },
};

/// Sessions of each kind that are looked at for the totals.
const MOST_READ: usize = 1_000;

/// What waits, as far as it was read.
pub(super) struct Waiting {
    pub(super) rows: Vec<SessionReference>,
    pub(super) total: u64,
    pub(super) is_at_least: bool,
    pub(super) is_whole: bool,
    pub(super) notes: Vec<String>,
}

/// Reads the people and the companies that wait.
pub(super) async fn waiting(
    client: &Client,
    filter: &SessionFilter,
    until: Option<Timestamp>,
) -> Result<Waiting, NotDone> {
    let mut notes = Vec::new();
    let of_companies = SessionFilter {
        session_kind: Some(SessionKind::Business),
        // For companies the last day ends as it begins; what is younger is left out row by row.
        date_to: until.and_then(|until| oldest::day_of(until + SignedDuration::from_hours(24))),
        ..filter.clone()
    };
    // What fails for people fails the call, and is asked for once.
    let people = oldest::oldest(client, filter, MOST_READ).await?;
    let companies = oldest::oldest(client, &of_companies, MOST_READ).await;
    let companies = companies.unwrap_or_else(|_| {
        notes.push("Sessions of companies could not be listed and are left out.".to_owned());
        Oldest {
            is_whole: true,
            ..Oldest::default()
        }
    });
    if companies.is_at_least {
        notes.push(
            "Didit counts waiting companies up to 100, so there may be more of them.".to_owned(),
        );
    }
    let mut waiting = Waiting {
        total: people.total + companies.total,
        is_at_least: people.is_at_least || companies.is_at_least,
        is_whole: people.is_whole && companies.is_whole,
        rows: people.rows,
        notes,
    };
    waiting.rows.extend(companies.rows);
    waiting.rows.sort_by_key(oldest::place);
    Ok(waiting)
}

impl Waiting {
    /// Keeps the rows that fit what Didit cannot filter by; where all were read, they are the total as well.
    pub(super) fn keep(&mut self, fits: impl Fn(&SessionReference) -> bool) {
        let before = self.rows.len();
        self.rows.retain(fits);
        let left_out = (before - self.rows.len()) as u64;
        self.total = self.total.saturating_sub(left_out);
        if !self.is_whole {
            self.is_at_least |= left_out > 0;
            self.notes.push(format!(
                "The oldest {before} were looked at, which is the most for one call: filters and totals by check count those."
            ));
        }
    }

    pub(super) fn words(&self) -> String {
        if self.is_at_least {
            format!("About {}, or more,", self.total)
        } else {
            self.total.to_string()
        }
    }
}
