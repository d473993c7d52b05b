//! The invented people who take part in simulated sessions. Names, numbers and addresses belong to nobody: telephone
//! numbers and IP addresses come from ranges reserved for fiction and documentation.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::state::stable_number;

/// Somebody who exists only here.
#[derive(Debug, PartialEq)]
pub(super) struct Person {
    pub(super) first_name: &'static str,
    pub(super) last_name: &'static str,
    /// `M` or `F`.
    pub(super) gender: &'static str,
    /// `YYYY-MM-DD`.
    pub(super) date_of_birth: &'static str,
    pub(super) country: &'static Country,
    pub(super) street: &'static str,
    pub(super) city: &'static str,
    pub(super) region: &'static str,
    pub(super) postal_code: &'static str,
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    pub(super) document_number: &'static str,
    pub(super) personal_number: &'static str,
    /// Without the country's prefix.
    pub(super) phone: &'static str,
    pub(super) email: &'static str,
    pub(super) ip_address: &'static str,
}

/// What documents, phones and networks of a country have in common.
#[derive(Debug, PartialEq)]
pub(super) struct Country {
    pub(super) alpha3: &'static str,
    pub(super) alpha2: &'static str,
    pub(super) name: &'static str,
    pub(super) phone_prefix: &'static str,
    pub(super) language: &'static str,
    pub(super) time_zone: &'static str,
    pub(super) time_zone_offset: &'static str,
}

static SPAIN: Country = country(["ESP", "ES", "Spain", "+34", "es", "Europe/Madrid", "+0100"]);
static BRITAIN: Country = country([
    "GBR",
    "GB",
    "United Kingdom",
    "+44",
    "en",
    "Europe/London",
    "+0000",
]);
static AMERICA: Country = country([
    "USA",
    "US",
    "United States",
    "+1",
    "en",
    "America/New_York",
    "-0500",
]);
static GERMANY: Country = country([
    "DEU",
    "DE",
    "Germany",
    "+49",
    "de",
    "Europe/Berlin",
    "+0100",
]);
static FRANCE: Country = country(["FRA", "FR", "France", "+33", "fr", "Europe/Paris", "+0100"]);
static MEXICO: Country = country([
    "MEX",
    "MX",
    "Mexico",
    "+52",
    "es",
    "America/Mexico_City",
    "-0600",
]);

const fn country(
    [
        alpha3,
        alpha2,
        name,
        phone_prefix,
        language,
        time_zone,
        time_zone_offset,
    ]: [&'static str; 7],
) -> Country {
    Country {
        alpha3,
        alpha2,
        name,
        phone_prefix,
        language,
        time_zone,
        time_zone_offset,
    }
}

pub(super) static PEOPLE: [Person; 6] = [
    Person {
        first_name: "Elena",
        last_name: "Sampleton",
        gender: "F",
        date_of_birth: "1990-04-12",
        country: &SPAIN,
        street: "Calle Imaginaria 7",
        city: "Madrid",
        region: "Madrid",
        postal_code: "28099",
        latitude: 40.4168,
        longitude: -3.7038,
        document_number: "XSA000101",
        personal_number: "00000101X",
        phone: "600000101",
        email: "elena.sampleton@example.com",
        ip_address: "203.0.113.11",
    },
    Person {
        first_name: "Oliver",
        last_name: "Placeholder",
        gender: "M",
        date_of_birth: "1984-11-03",
        country: &BRITAIN,
        street: "12 Nowhere Lane",
        city: "London",
        region: "England",
        postal_code: "ZZ1 1ZZ",
        latitude: 51.5072,
        longitude: -0.1276,
        document_number: "900000202",
        personal_number: "QQ000202Z",
        phone: "7700900202",
        email: "oliver.placeholder@example.com",
        ip_address: "198.51.100.22",
    },
    Person {
        first_name: "Zoë",
        last_name: "Mustermann-Test",
        gender: "F",
        date_of_birth: "1996-07-29",
        country: &GERMANY,
        street: "Beispielweg 3",
        city: "Berlin",
        region: "Berlin",
        postal_code: "10999",
        latitude: 52.52,
        longitude: 13.405,
        document_number: "T00000303",
        personal_number: "00000303T",
        phone: "15550000303",
        email: "zoe.mustermann-test@example.com",
        ip_address: "192.0.2.33",
    },
    Person {
        first_name: "Marcus",
        last_name: "Fictional",
        gender: "M",
        date_of_birth: "1979-01-17",
        country: &AMERICA,
        street: "404 Example Avenue",
        city: "New York",
        region: "New York",
        postal_code: "10001",
        latitude: 40.7128,
        longitude: -74.006,
        document_number: "A00000404",
        personal_number: "000-00-0404",
        phone: "2025550104",
        email: "marcus.fictional@example.com",
        ip_address: "203.0.113.44",
    },
    Person {
        first_name: "Amélie",
        last_name: "Inventée",
        gender: "F",
        date_of_birth: "2001-09-05",
        country: &FRANCE,
        street: "5 rue Imaginaire",
        city: "Paris",
        region: "Île-de-France",
        postal_code: "75099",
        latitude: 48.8566,
        longitude: 2.3522,
        document_number: "F00000505",
        personal_number: "200000000505",
        phone: "639980505",
        email: "amelie.inventee@example.com",
        ip_address: "198.51.100.55",
    },
    Person {
        first_name: "Diego",
        last_name: "Ejemplar Prueba",
        gender: "M",
        date_of_birth: "1993-02-21",
        country: &MEXICO,
        street: "Avenida Ficticia 66",
        city: "Ciudad de México",
        region: "CDMX",
        postal_code: "06999",
        latitude: 19.4326,
        longitude: -99.1332,
        document_number: "G00000606",
        personal_number: "EEPD000000HXX006",
        phone: "5550000606",
        email: "diego.ejemplar@example.com",
        ip_address: "192.0.2.66",
    },
];

/// Who takes a session: the person the caller expects, when one of ours has that name, else always the same one for
/// the same `seed`.
pub(super) fn choose(seed: &str, expected: Option<&Map<String, Value>>) -> &'static Person {
    let expected_name = expected.map(|details| {
        let part = |key: &str| details.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("{} {}", part("first_name"), part("last_name"))
    });
    let named = expected_name
        .filter(|name| !name.trim().is_empty())
        .and_then(|name| {
            PEOPLE
                .iter()
                .find(|person| same_name(&name, &person.full_name()))
        });
    let people = PEOPLE.len() as u64;
    let position = usize::try_from(stable_number(seed) % people).unwrap_or_default();
    let [first, ..] = &PEOPLE;
    named.or_else(|| PEOPLE.get(position)).unwrap_or(first)
}

/// Whether two names are the same but for case, accents, order and left-out parts.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (name_parts(one), name_parts(other));
    let (fewer, more) = if one.len() <= other.len() {
        (&one, &other)
    } else {
        (&other, &one)
    };
    !fewer.is_empty() && fewer.iter().all(|part| more.contains(part))
}

fn name_parts(name: &str) -> Vec<String> {
    fold(name)
        .split(|character: char| !character.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Lower case without the accents of western European names.
pub(super) fn fold(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|character| match character {
            'à'..='å' => 'a',
            'ç' => 'c',
            'è'..='ë' => 'e',
            'ì'..='ï' => 'i',
            'ñ' => 'n',
            'ò'..='ö' | 'ø' => 'o',
            'ù'..='ü' => 'u',
            'ý' | 'ÿ' => 'y',
            other => other,
        })
        .collect()
}

impl Person {
    pub(super) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    pub(super) fn born(&self) -> Date {
        self.date_of_birth.parse().unwrap_or(Date::ZERO)
    }

    pub(super) fn full_phone(&self) -> String {
        format!("{}{}", self.country.phone_prefix, self.phone)
    }

    pub(super) fn address(&self) -> String {
        format!("{}, {}, {}", self.street, self.city, self.region)
    }

    pub(super) fn formatted_address(&self) -> String {
        format!(
            "{}, {} {}, {}",
            self.street, self.postal_code, self.city, self.country.name
        )
    }

    /// Stands for the face itself: equal for the same person, different otherwise.
    pub(super) fn face(&self) -> String {
        format!("face-{:016x}", stable_number(&self.full_name()))
    }

    pub(super) fn device(&self) -> String {
        format!("simulated-fp-{:016x}", stable_number(self.email))
    }

    /// What a developer needs to expect this person in a session.
    pub(super) fn show(&self) -> Value {
        json!({
            "first_name": self.first_name,
            "last_name": self.last_name,
            "date_of_birth": self.date_of_birth,
            "gender": self.gender,
            "nationality": self.country.alpha3,
            "document_number": self.document_number,
            "personal_number": self.personal_number,
            "phone": self.full_phone(),
            "email": self.email,
            "address": self.formatted_address(),
            "ip_address": self.ip_address,
        })
    }
}

/// Full years between two dates.
pub(super) fn age(born: Date, today: Date) -> i64 {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    i64::from(today.year()) - i64::from(born.year()) - i64::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_person_and_an_expected_name_wins() {
        assert_eq!(choose("user-1", None), choose("user-1", None));
        let expected = json!({ "first_name": "ZOE", "last_name": "mustermann" });
        let person = choose("user-1", expected.as_object());
        assert_eq!(person.first_name, "Zoë");
    }

    #[test]
    fn age_counts_only_past_birthdays() {
        let born: Date = "2000-06-15".parse().unwrap();
        assert_eq!(age(born, "2018-06-14".parse().unwrap()), 17);
        assert_eq!(age(born, "2018-06-15".parse().unwrap()), 18);
    }
}
