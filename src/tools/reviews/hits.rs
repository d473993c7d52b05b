//! Hits on watch lists beside the person's own data: what is the same, what differs, and what nobody knows.

pub(super) mod list;
pub(super) mod update;

use serde_json::{Map, Value};

use crate::{
    didit::{Decision, decision::AmlHit},
    tools::{
        PersonalData,
        compare::{Likeness, Name, countries, names, partial_birth_dates, present},
        personal::{Class, Outlet},
    },
};

/// Names, dates or countries of one hit that are compared and shown.
const MOST_VALUES: usize = 4;
/// What a hit is listed for, in the list's own words.
const MOST_LISTED: usize = 2;

/// What is known of whom the lists were searched for.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    pub(super) name: Option<String>,
    pub(super) birth_date: Option<String>,
    /// The nationality, or the country of the company.
    pub(super) country: Option<String>,
    /// Where that stands.
    pub(super) source: &'static str,
}

/// A hit of a session.
pub(super) struct Hit<'d> {
    /// Its place among all of the session, from 1.
    pub(super) number: usize,
    /// The step that found it.
    pub(super) node_id: Option<&'d str>,
    pub(super) hit: &'d AmlHit,
    pub(super) name: Field,
    pub(super) birth_date: Field,
    pub(super) country: Field,
    /// Offices, reasons and headlines, as the list words them.
    pub(super) listed: Vec<String>,
}

/// One thing that a hit says of somebody, held against the person's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What the list says.
    pub(super) values: Vec<String>,
    pub(super) result: Sameness,
    /// Why it is not known.
    pub(super) reason: Option<&'static str>,
}

/// Whether a hit and the person are alike in one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sameness {
    Same,
    Differs,
    Unknown,
}

impl Sameness {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Unknown => "unknown",
        }
    }
}

impl Subject {
    /// What the documents say, else the data that the lists were searched with, else the register of companies.
    pub(super) fn of(decision: &Decision) -> Self {
        let document = decision.id_verifications.iter().find(|document| {
            let names = [&document.full_name, &document.last_name];
            names
                .into_iter()
                .any(|name| present(name.as_deref()).is_some())
        });
        if let Some(document) = document {
            let name = Name {
                given: document.first_name.as_deref(),
                family: document.last_name.as_deref(),
                whole: document.full_name.as_deref(),
            };
            return Self {
                name: name.text(),
                birth_date: owned(document.date_of_birth.as_deref()),
                country: owned(
                    present(document.nationality.as_deref()).or(document.issuing_state.as_deref()),
                ),
                source: "document",
            };
        }
        let company = decision
            .registry_checks
            .iter()
            .find_map(|check| check.company.as_ref());
        if let Some(company) = company {
            return Self {
                name: owned(company.company_name.as_deref()),
                country: owned(company.country_code.as_deref()),
                birth_date: None,
                source: "company register",
            };
        }
        Self::screened(decision).unwrap_or_default()
    }

    /// The data that the lists were searched with.
    pub(super) fn screened(decision: &Decision) -> Option<Self> {
        let mut screenings = decision.aml_screenings.iter();
        let data = screenings.find_map(|screening| screening.screened_data.as_ref())?;
        Some(Self {
            name: owned(data.full_name.as_deref()),
            birth_date: owned(data.date_of_birth.as_deref()),
            country: owned(data.nationality.as_deref()),
            source: "search data",
        })
    }
}

fn owned(text: Option<&str>) -> Option<String> {
    present(text).map(str::to_owned)
}

/// The hits of a session in Didit's order.
pub(super) fn hits_of<'d>(decision: &'d Decision, subject: &Subject) -> Vec<Hit<'d>> {
    let screenings = decision.aml_screenings.iter();
    let hits = screenings.flat_map(|screening| {
        let node_id = screening.node_id.as_deref();
        screening.hits.iter().map(move |hit| (node_id, hit))
    });
    hits.enumerate()
        .map(|(place, (node_id, hit))| Hit::of(place + 1, node_id, hit, subject))
        .collect()
}

impl<'d> Hit<'d> {
    fn of(number: usize, node_id: Option<&'d str>, hit: &'d AmlHit, subject: &Subject) -> Self {
        let own_names = hit.caption.as_deref().into_iter();
        let all_names = own_names
            .chain(of_properties(hit, &["name", "alias"]))
            .chain(of_matches(hit, "matched_name"));
        let births = of_properties(hit, &["birthDate"]).chain(of_matches(hit, "date_of_birth"));
        let places = of_properties(hit, &["nationality", "citizenship", "country"])
            .chain(of_matches(hit, "country"));
        let name = |own: &str, other: &str| {
            let whole = |text| Name {
                whole: Some(text),
                ..Name::default()
            };
            names(&whole(own), &whole(other)).unwrap_or(Likeness::Unsure)
        };
        Self {
            number,
            node_id,
            hit,
            name: Field::of(subject.name.as_deref(), all_names, name),
            birth_date: Field::of(subject.birth_date.as_deref(), births, partial_birth_dates),
            country: Field::of(subject.country.as_deref(), places, same_country),
            listed: listed(hit),
        }
    }

    /// The fields with their names.
    pub(super) fn fields(&self) -> [(&'static str, &Field); 3] {
        [
            ("name", &self.name),
            ("birth date", &self.birth_date),
            ("country", &self.country),
        ]
    }

    /// The names of the fields that came out so.
    pub(super) fn that_are(&self, result: Sameness) -> Vec<&'static str> {
        let fields = self.fields().into_iter();
        let fields = fields.filter(|(_, field)| field.result == result);
        fields.map(|(name, _)| name).collect()
    }

    /// The lists it stands on, as far as they may leave.
    pub(super) fn kinds(&self, level: PersonalData) -> Vec<String> {
        let kinds = self.hit.datasets.iter();
        kinds
            .map(|kind| {
                let shown = level.release(Outlet::Conversation, Class::Enumeration, kind);
                shown.unwrap_or_else(|| "other".to_owned())
            })
            .collect()
    }
}

impl Field {
    fn of<'v>(
        own: Option<&str>,
        values: impl Iterator<Item = &'v str>,
        compare: impl Fn(&str, &str) -> Likeness,
    ) -> Self {
        let mut kept: Vec<String> = Vec::new();
        for value in values.map(str::trim).filter(|value| !value.is_empty()) {
            let is_new = kept.iter().all(|known| !known.eq_ignore_ascii_case(value));
            if is_new {
                kept.push(value.to_owned());
            }
        }
        let likeness = |value: &String| own.map(|own| compare(own, value));
        // Whoever is listed under several names or dates is meant by each of them, so the nearest one counts and stands first.
        kept.sort_by_key(likeness);
        let nearest = kept.first().and_then(likeness);
        let (result, reason) = match (own, nearest) {
            (None, _) => (Sameness::Unknown, Some("the person's is not known")),
            (_, None) => (Sameness::Unknown, Some("the list tells none")),
            (_, Some(Likeness::Match)) => (Sameness::Same, None),
            (_, Some(Likeness::Differs)) => (Sameness::Differs, None),
            (_, Some(Likeness::Unsure)) => (Sameness::Unknown, Some("not to be told from the two")),
        };
        kept.truncate(MOST_VALUES);
        Self {
            values: kept,
            result,
            reason,
        }
    }
}

/// Lists write countries in words as well; a name that is in no list of countries stays as it is.
fn same_country(own: &str, other: &str) -> Likeness {
    let mut all = rust_iso3166::ALL.iter();
    let named = all.find(|country| country.name.eq_ignore_ascii_case(other.trim()));
    countries(own, named.map_or(other, |country| country.alpha3))
}

fn of_properties<'d>(
    hit: &'d AmlHit,
    keys: &'static [&'static str],
) -> impl Iterator<Item = &'d str> {
    let properties = hit.properties.iter();
    properties.flat_map(move |properties| {
        let values = keys.iter().map(|key| properties.get(*key));
        values.flat_map(texts)
    })
}

fn of_matches<'d>(hit: &'d AmlHit, key: &'static str) -> impl Iterator<Item = &'d str> {
    matches(hit).flat_map(move |one| texts(one.get(key)))
}

fn matches(hit: &AmlHit) -> impl Iterator<Item = &Map<String, Value>> {
    hit.pep_matches
        .iter()
        .chain(&hit.sanction_matches)
        .chain(&hit.adverse_media_matches)
}

/// A text, or the texts of a list: Didit writes both.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn listed(hit: &AmlHit) -> Vec<String> {
    let words = |one: &Map<String, Value>| {
        let mut of = ["pep_position", "reason", "headline", "list_name"]
            .into_iter()
            .filter_map(|key| present(texts(one.get(key)).first().copied()));
        of.next().map(str::to_owned)
    };
    matches(hit).filter_map(words).take(MOST_LISTED).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn compared(own: [Option<&str>; 3], hit: Value) -> [(Sameness, Vec<String>); 3] {
        let subject = Subject {
            name: own[0].map(str::to_owned),
            birth_date: own[1].map(str::to_owned),
            country: own[2].map(str::to_owned),
            source: "document",
        };
        let hit: AmlHit = serde_json::from_value(hit).unwrap_or_default();
        let hit = Hit::of(1, None, &hit, &subject);
        [hit.name, hit.birth_date, hit.country].map(|field| (field.result, field.values))
    }

    #[test]
    fn what_nobody_tells_is_unknown_and_never_made_up() {
        let own = [Some("Elif Deneme"), Some("1990-05-04"), Some("TUR")];
        for (hit, expected) in [
            (
                json!({ "caption": "Elif Deneme" }),
                ["same", "unknown", "unknown"],
            ),
            (
                json!({ "caption": "DENEME Elif", "properties": { "birthDate": ["1990-05-04"], "nationality": ["tr"] } }),
                ["same", "same", "same"],
            ),
            (
                json!({ "caption": "Somebody Else", "properties": { "birthDate": ["1951"], "country": "germany" } }),
                ["differs", "differs", "differs"],
            ),
            // No more than the year is told.
            (
                json!({ "caption": "Elif Deneme", "properties": { "birthDate": ["1990"], "country": ["nowhere"] } }),
                ["same", "unknown", "unknown"],
            ),
            // The nearest of several counts.
            (
                json!({
                    "caption": "Somebody Else", "properties": { "alias": ["Elif Deneme"], "birthDate": ["1951"], "nationality": ["de", "tr"] },
                    "pep_matches": [{ "date_of_birth": "1990-05" }],
                }),
                ["same", "unknown", "same"],
            ),
        ] {
            let found = compared(own, hit.clone()).map(|(result, _)| result.word());
            assert_eq!(found, expected, "{hit}");
        }
        let nothing = compared(
            [None, None, None],
            json!({ "caption": "A", "properties": { "birthDate": ["1951"] } }),
        );
        assert_eq!(nothing.map(|(result, _)| result), [Sameness::Unknown; 3]);
    }

    #[test]
    fn the_nearest_of_several_values_stands_first() {
        let own = [Some("Elif Deneme"), None, None];
        let hit = json!({ "caption": "Somebody Else", "properties": { "name": ["somebody else"], "alias": ["Elif Deneme"] } });
        let [(_, names), ..] = compared(own, hit);
        assert_eq!(names, ["Elif Deneme", "Somebody Else"]);
    }
}
