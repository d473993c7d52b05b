//! The invented people who take part in simulated sessions. Names, numbers and addresses belong to nobody: telephone
//! numbers and IP addresses come from ranges reserved for fiction and documentation.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::values::{Fields, Object, data, same_name, stable_number, with};

/// Somebody who exists only here.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Person {
    pub first_name: String,
    pub last_name: String,
    /// `M` or `F`.
    pub gender: String,
    /// `YYYY-MM-DD`.
    pub date_of_birth: String,
    pub country: Country,
    pub street: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub latitude: f64,
    pub longitude: f64,
    pub document_number: String,
    pub personal_number: String,
    /// Without the country's prefix.
    phone: String,
    pub email: String,
    pub ip_address: String,
}

/// What documents, phones and networks of a country have in common.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Country {
    pub alpha3: String,
    pub alpha2: String,
    pub name: String,
    pub phone_prefix: String,
    language: String,
    time_zone: String,
    time_zone_offset: String,
}

/// Everybody there is.
pub static PEOPLE: LazyLock<Vec<Person>> = LazyLock::new(|| data(include_str!("people.json")));
static NOBODY: LazyLock<Person> = LazyLock::new(Person::default);

/// Who takes a session: the person the caller expects, when one of ours has that name, else always the same one for
/// the same `seed`.
pub fn choose(seed: &str, expected: Option<&Object>) -> &'static Person {
    let expected_name = expected.map(|details| {
        let part = |key: &str| details.text(key).unwrap_or_default();
        format!("{} {}", part("first_name"), part("last_name"))
    });
    let is_named = |name: String| {
        let mut people = PEOPLE.iter();
        people.find(|person| same_name(&name, &person.full_name()))
    };
    let position = stable_number(seed) % (PEOPLE.len() as u64).max(1);
    let by_seed = || PEOPLE.get(usize::try_from(position).unwrap_or_default());
    let expected = expected_name.and_then(is_named);
    expected.or_else(by_seed).unwrap_or(&NOBODY)
}

impl Person {
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    pub fn born(&self) -> Date {
        self.date_of_birth.parse().unwrap_or(Date::ZERO)
    }

    pub fn full_phone(&self) -> String {
        format!("{}{}", self.country.phone_prefix, self.phone)
    }

    pub fn address(&self) -> String {
        format!("{}, {}, {}", self.street, self.city, self.region)
    }

    /// Stands for the face itself: equal for the same person, different otherwise.
    pub fn face(&self) -> String {
        format!("face-{:016x}", stable_number(&self.full_name()))
    }

    /// All that is known, for the forms.
    pub fn words(&self) -> Value {
        let place = format!("{} {}", self.postal_code, self.city);
        let country = &self.country.name;
        let more = json!({
            "full_name": self.full_name(),
            "initial": self.first_name.chars().next(),
            "full_phone": self.full_phone(),
            "address": self.address(),
            "formatted_address": format!("{}, {place}, {country}", self.street),
            "location": { "latitude": self.latitude, "longitude": self.longitude },
            "face": self.face(),
            "device": format!("simulated-fp-{:016x}", stable_number(&self.email)),
        });
        with(json!(self), more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_person_and_an_expected_name_wins() {
        assert_eq!(PEOPLE.len(), 6);
        assert_eq!(choose("user-1", None), choose("user-1", None));
        let expected = json!({ "first_name": "ZOE", "last_name": "mustermann" });
        assert_eq!(choose("user-1", expected.as_object()).first_name, "Zoë");
    }
}
