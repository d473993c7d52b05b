//! Who is joined to whom, and by what: the same value in two decisions, or Didit's own word that something was seen elsewhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    didit::{Decision, SessionReference},
    tools::{
        person::{Duplicate, PersonFacts, Whose},
        personal::Class,
        plain,
    },
};

/// What joins people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Signal {
    Face,
    Document,
    Phone,
    Email,
}

impl Signal {
    pub(super) const ALL: [Self; 4] = [Self::Face, Self::Document, Self::Phone, Self::Email];

    /// The word of [`Duplicate::kind`], for people too.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Document => "document",
            Self::Phone => "phone number",
            Self::Email => "e-mail address",
        }
    }

    /// What a value of it tells.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Email => Class::Email,
            _ => Class::Number,
        }
    }

    /// Whether families and offices share it.
    pub(super) fn is_weak(self) -> bool {
        matches!(self, Self::Phone | Self::Email)
    }
}

/// Somebody, by vendor_data, or by the session where there is none; with the newest session.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) vendor_data: Option<String>,
    pub(super) name: Option<String>,
    pub(super) status: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) session_number: Option<i64>,
}

/// How often a kind of thing could be looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Searched {
    /// Sessions with such a check.
    pub(super) with_check: usize,
    /// Those whose value is told.
    pub(super) with_value: usize,
}

/// People who share something.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// By what, each with the values or the likeness.
    pub(super) signals: Vec<(Signal, Evidence)>,
    pub(super) people: Vec<usize>,
}

/// What shows that it is the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// Numbers and addresses, as the first decision writes each.
    pub(super) values: BTreeSet<String>,
    /// The highest likeness of two faces, 0 to 100.
    pub(super) similarity: Option<f64>,
    /// Whether not every two of the people were seen to share it.
    pub(super) is_chain: bool,
}

/// Two people who share something.
struct Join {
    signal: Signal,
    people: [usize; 2],
    value: Option<String>,
    similarity: Option<f64>,
}

/// Everybody who was looked at, and what joins them.
#[derive(Default)]
pub(super) struct Joined {
    pub(super) people: Vec<Person>,
    pub(super) searched: BTreeMap<Signal, Searched>,
    /// Things that are also on lists or in imports, which name nobody.
    pub(super) on_lists: usize,
    places: HashMap<String, usize>,
    /// Of each session, its person.
    sessions: HashMap<String, usize>,
    /// Who was first seen with a value, and how it was written.
    first: HashMap<(Signal, String), (usize, String)>,
    joins: Vec<Join>,
}

impl Joined {
    /// Somebody of the list; the newest session comes first.
    pub(super) fn list(&mut self, row: &SessionReference) {
        let session = row.session_id.map(|id| id.to_string());
        let place = self.place(Person {
            vendor_data: row.vendor_data.clone().filter(|it| !it.trim().is_empty()),
            status: Some(plain::status(&row.status)),
            session_id: session.clone(),
            session_number: row.session_number,
            name: None,
        });
        if let (Some(session), Some(place)) = (session, place) {
            self.sessions.insert(session, place);
        }
    }

    /// What the decision of a listed session tells.
    pub(super) fn add(&mut self, session: &str, decision: &Decision) {
        let Some(own) = self.sessions.get(session).copied() else {
            return;
        };
        let facts = PersonFacts::of(decision);
        if let Some(person) = self.people.get_mut(own)
            && person.name.is_none()
        {
            person.name.clone_from(&facts.name);
        }
        self.count(Signal::Face, decision.liveness_checks.len(), 0);
        for (signal, checks, values) in [
            (
                Signal::Document,
                decision.id_verifications.len(),
                documents(decision),
            ),
            (
                Signal::Phone,
                decision.phone_verifications.len(),
                phones(decision),
            ),
            (
                Signal::Email,
                decision.email_verifications.len(),
                emails(decision),
            ),
        ] {
            self.count(signal, checks, values.len());
            for (key, value) in values {
                self.share(signal, own, key, value);
            }
        }
        for other in &facts.duplicates {
            self.told(own, other);
        }
    }

    fn count(&mut self, signal: Signal, checks: usize, values: usize) {
        let searched = self.searched.entry(signal).or_default();
        searched.with_check += usize::from(checks > 0);
        searched.with_value += usize::from(values > 0);
    }

    fn share(&mut self, signal: Signal, own: usize, key: String, value: String) {
        let (first, value) = self
            .first
            .entry((signal, key))
            .or_insert((own, value))
            .clone();
        if first != own {
            self.joins.push(Join {
                signal,
                people: [first, own],
                value: Some(value),
                similarity: None,
            });
        }
    }

    /// Didit's own word.
    fn told(&mut self, own: usize, other: &Duplicate) {
        let signal = Signal::ALL
            .into_iter()
            .find(|signal| signal.name() == other.kind);
        let Some(signal) = signal else { return };
        if other.whose == Whose::SameCustomer || other.is_allowlisted {
            return;
        }
        let known = other
            .session_id
            .as_ref()
            .and_then(|id| self.sessions.get(id));
        let place = match known.copied() {
            Some(place) => Some(place),
            None => self.place(Person {
                vendor_data: other.vendor_data.clone(),
                status: other.status.clone(),
                session_id: other.session_id.clone(),
                session_number: other.session_number,
                name: None,
            }),
        };
        match place {
            Some(place) if place != own => self.joins.push(Join {
                signal,
                people: [own, place],
                value: None,
                similarity: other.similarity,
            }),
            Some(_) => {}
            None => self.on_lists += 1,
        }
    }

    /// The place of somebody among the people; `None` for what names nobody.
    fn place(&mut self, person: Person) -> Option<usize> {
        let key = match (
            &person.vendor_data,
            &person.session_id,
            person.session_number,
        ) {
            (Some(vendor_data), ..) => format!("person {vendor_data}"),
            (None, Some(session), _) => format!("session {session}"),
            (None, None, Some(number)) => format!("number {number}"),
            (None, None, None) => return None,
        };
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        self.people.push(person);
        self.places.insert(key, self.people.len() - 1);
        Some(self.people.len() - 1)
    }

    /// The groups: surest signals first, then the largest.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut by_people: BTreeMap<Vec<usize>, BTreeMap<Signal, Evidence>> = BTreeMap::new();
        // Who shares a number with one and an address with another shares nothing with both: each value stands for itself.
        let mut by_value: BTreeMap<(Signal, Option<&str>), Vec<&Join>> = BTreeMap::new();
        for join in &self.joins {
            let key = (join.signal, join.value.as_deref());
            by_value.entry(key).or_default().push(join);
        }
        for ((signal, value), joins) in by_value {
            for people in connected(&joins) {
                let within: Vec<&&Join> = joins
                    .iter()
                    .filter(|join| people.contains(&join.people[0]))
                    .collect();
                let evidence = by_people
                    .entry(people.clone())
                    .or_default()
                    .entry(signal)
                    .or_default();
                evidence.values.extend(value.map(str::to_owned));
                let similarities = within.iter().filter_map(|join| join.similarity);
                evidence.similarity = similarities.chain(evidence.similarity).reduce(f64::max);
                // All who have a value share it with whoever had it first; Didit's word is of two at a time.
                evidence.is_chain |= value.is_none() && pairs(&within) < all_pairs(people.len());
            }
        }
        let mut groups: Vec<Group> = by_people
            .into_iter()
            .map(|(people, signals)| Group {
                signals: signals.into_iter().collect(),
                people,
            })
            .collect();
        groups.sort_by_key(|group| {
            let surest = group.signals.iter().map(|(signal, _)| *signal).min();
            (surest, std::cmp::Reverse(group.people.len()))
        });
        groups
    }
}

/// How many pairs of people are joined.
fn pairs(joins: &[&&Join]) -> usize {
    let pairs: BTreeSet<BTreeSet<usize>> = joins
        .iter()
        .map(|join| BTreeSet::from(join.people))
        .collect();
    pairs.len()
}

fn all_pairs(people: usize) -> usize {
    people * people.saturating_sub(1) / 2
}

/// The sets of people who are joined to each other, directly or through others; each in order.
fn connected(joins: &[&Join]) -> Vec<Vec<usize>> {
    let mut sets: Vec<BTreeSet<usize>> = Vec::new();
    for join in joins {
        let mut set = BTreeSet::from(join.people);
        sets.retain(|other| {
            let meets = !other.is_disjoint(&set);
            if meets {
                set.extend(other.iter().copied());
            }
            !meets
        });
        sets.push(set);
    }
    sets.into_iter()
        .map(|set| set.into_iter().collect())
        .collect()
}

/// The documents of a decision, by country and number; the same number of two countries is not the same document.
fn documents(decision: &Decision) -> Vec<(String, String)> {
    let documents = decision.id_verifications.iter();
    documents
        .filter_map(|document| {
            let number = document.document_number.as_deref()?;
            let key = folded(number)?;
            let country = document.issuing_state.as_deref().unwrap_or_default();
            Some((format!("{country} {key}"), number.to_owned()))
        })
        .collect()
}

/// The numbers that the person has proved to hold: anybody can type one.
fn phones(decision: &Decision) -> Vec<(String, String)> {
    let phones = decision.phone_verifications.iter();
    phones
        .filter(|phone| is_proved(phone.status.as_deref(), phone.verified_at.as_deref()))
        .filter_map(|phone| {
            let number = phone.full_number.as_deref()?;
            Some((folded(number)?, number.to_owned()))
        })
        .collect()
}

/// The addresses that the person has proved to hold.
fn emails(decision: &Decision) -> Vec<(String, String)> {
    let emails = decision.email_verifications.iter();
    emails
        .filter(|email| is_proved(email.status.as_deref(), email.verified_at.as_deref()))
        .filter_map(|email| {
            let address = email.email.as_deref()?.trim();
            let key = address.to_lowercase();
            (!key.is_empty()).then(|| (key, address.to_owned()))
        })
        .collect()
}

fn is_proved(status: Option<&str>, verified_at: Option<&str>) -> bool {
    status == Some("Approved") || verified_at.is_some_and(|time| !time.is_empty())
}

/// Letters and digits alone, in capitals; `None` where there are hardly any.
fn folded(number: &str) -> Option<String> {
    let kept: String = number.chars().filter(|it| it.is_alphanumeric()).collect();
    (kept.chars().count() >= 4).then(|| kept.to_uppercase())
}
