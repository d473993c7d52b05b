//! Identity documents: which one a person shows, and its machine-readable zone.

use std::{collections::HashMap, sync::LazyLock};

use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

use super::{check::Check, template};
use crate::values::{Fields, fold};

/// The names answers show, by the codes callers use.
static NAMES: LazyLock<HashMap<String, String>> =
    // The file is part of the source; without it every document is another one.
    LazyLock::new(|| {
        serde_json::from_str(include_str!("../../catalog/documents.json")).unwrap_or_default()
    });

/// The name shown for a document code.
pub fn document_name(code: &str) -> Option<&'static str> {
    NAMES.get(code).map(String::as_str)
}

/// The document a person holds up.
pub struct Document {
    pub is_one_sided: bool,
    /// What results show of it.
    pub values: Value,
}

/// A passport or identity card by country, or the first type the caller asked for.
pub fn shown_by(check: &Check<'_>) -> Document {
    let usual = if matches!(check.person.country.alpha3.as_str(), "GBR" | "USA" | "MEX") {
        "P"
    } else {
        "ID"
    };
    let expected = check.session.wanted.object("expected_details");
    let asked = expected.map_or(&[][..], |details| details.list("expected_document_types"));
    let asked: Vec<&str> = asked.iter().filter_map(Value::as_str).collect();
    let code = match asked.first() {
        Some(first) if !asked.contains(&usual) => first,
        _ => usual,
    };
    let years = if check.finds("DOCUMENT_EXPIRED") {
        -11
    } else {
        -4
    };
    let issued = check
        .today
        .checked_add(years.years())
        .unwrap_or(check.today);
    let expires = issued.checked_add(10.years()).unwrap_or(Date::MAX);
    let passport = code == "P";
    let values = json!({
        "name": document_name(code).unwrap_or("Other"),
        "subtype": if passport { "EPASSPORT" } else { "ID_CARD_GENERIC" },
        "issued": issued.to_string(),
        "expires": expires.to_string(),
        "mrz": machine_readable_zone(check, passport, expires, check.finds("MRZ_VALIDATION_FAILED")),
    });
    Document {
        is_one_sided: passport,
        values,
    }
}

/// Takes what a passport does not have out of a result.
pub fn take_back_away(result: &mut Value) {
    let Some(result) = result.as_object_mut() else {
        return;
    };
    for (key, value) in result.iter_mut() {
        if let Some(parts) = value.as_object_mut().filter(|_| key == "document_liveness") {
            parts
                .values_mut()
                .filter_map(|part| part.get_mut("back"))
                .for_each(|back| *back = Value::Null);
        } else if key.starts_with("back_") || key == "full_back_image" {
            *value = Value::Null;
        }
    }
}

/// The machine-readable zone; `broken` spoils its last check digit.
fn machine_readable_zone(check: &Check<'_>, passport: bool, expires: Date, broken: bool) -> Value {
    let person = check.person;
    let country = &person.country.alpha3;
    let surname = letters(&person.last_name);
    let given = letters(&person.first_name);
    let number = padded(&person.document_number.replace('-', ""), 9);
    let birth = short_date(check.born());
    let expiry = short_date(expires);
    let optional = padded(
        &person.personal_number.replace('-', ""),
        if passport { 14 } else { 15 },
    );
    let sex = &person.gender;
    let (number_digit, birth_digit, expiry_digit) = (digit(&number), digit(&birth), digit(&expiry));
    let names = format!("{surname}<<{given}");
    let total = if passport {
        format!(
            "{number}{number_digit}{birth}{birth_digit}{expiry}{expiry_digit}{optional}{}",
            digit(&optional)
        )
    } else {
        format!("{number}{number_digit}{optional}{birth}{birth_digit}{expiry}{expiry_digit}")
    };
    let mut last = digit(&total);
    if broken {
        last = (last + 1) % 10;
    }
    let text = if passport {
        format!(
            "{}\n{number}{number_digit}{country}{birth}{birth_digit}{sex}{expiry}{expiry_digit}{optional}{}{last}",
            padded(&format!("P<{country}{names}"), 44),
            digit(&optional),
        )
    } else {
        format!(
            "{}\n{birth}{birth_digit}{sex}{expiry}{expiry_digit}{country}{}{last}\n{}",
            padded(&format!("ID{country}{number}{number_digit}{optional}"), 30),
            "<".repeat(11),
            padded(&names, 30),
        )
    };
    let values = json!({
        "surname": surname.replace('<', " "),
        "given": given.replace('<', " "),
        "person": person,
        "birth": birth,
        "birth_digit": birth_digit.to_string(),
        "expiry": expiry,
        "expiry_digit": expiry_digit.to_string(),
        "kind": if passport { "P" } else { "ID" },
        "format": if passport { "TD3" } else { "TD1" },
        "number": number,
        "number_digit": number_digit.to_string(),
        "last": last.to_string(),
        "errors": if broken { json!(["final hash is not valid"]) } else { json!([]) },
        "text": text,
    });
    template::filled("MACHINE_READABLE_ZONE", &values)
}

/// Upper-case letters with `<` between words.
fn letters(name: &str) -> String {
    fold(name)
        .to_uppercase()
        .replace(|letter: char| !letter.is_ascii_alphabetic(), "<")
}

fn padded(text: &str, length: usize) -> String {
    format!("{text:<<length$.length$}")
}

fn short_date(date: Date) -> String {
    date.strftime("%y%m%d").to_string()
}

/// The check digit of ICAO 9303: values weighted 7, 3, 1, modulo 10.
fn digit(text: &str) -> u32 {
    text.chars()
        .zip([7, 3, 1].into_iter().cycle())
        .map(|(character, weight)| character.to_digit(36).unwrap_or(0) * weight)
        .sum::<u32>()
        % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_follow_the_standard() {
        // The specimen values printed in ICAO 9303.
        assert_eq!(digit("L898902C3"), 6);
        assert_eq!(digit("740812"), 2);
        assert_eq!(digit("120415"), 9);
        assert_eq!(digit("ZE184226B<<<<<"), 1);
    }
}
