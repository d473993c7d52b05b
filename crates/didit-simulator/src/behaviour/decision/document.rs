//! Identity documents: which one a person shows, and its machine-readable zone.

use std::{collections::HashMap, sync::LazyLock};

use jiff::{ToSpan, civil::Date};
use serde_json::{Value, json};

use super::check::Check;
use crate::values::{Fields, data, fold};

/// The names answers show, by the codes callers use.
static NAMES: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| data(include_str!("../../catalog/documents.json")));

/// The name shown for a document code.
pub fn document_name(code: &str) -> Option<&'static str> {
    NAMES.get(code).map(String::as_str)
}

/// What is read from the document that a person holds up, or from its chip: a passport or identity card by country, or the
/// first type the caller asked for.
pub fn result(check: &mut Check<'_>, form: &str) -> Value {
    let usual = match check.person.country.alpha3.as_str() {
        "GBR" | "USA" | "MEX" => "P",
        _ => "ID",
    };
    let expected = check.session.wanted.object("expected_details");
    let asked = expected.map_or(&[][..], |details| details.list("expected_document_types"));
    let asked: Vec<&str> = asked.iter().filter_map(Value::as_str).collect();
    let code = match asked.first() {
        Some(first) if !asked.contains(&usual) => first,
        _ => usual,
    };
    let is_expired = check.finds("DOCUMENT_EXPIRED");
    let years = if is_expired { -11 } else { -4 };
    let today = check.today;
    let issued = today.checked_add(years.years()).unwrap_or(today);
    let expires = issued.checked_add(10.years()).unwrap_or(Date::MAX);
    let is_passport = code == "P";
    let document = json!({
        "name": document_name(code).unwrap_or("Other"),
        "subtype": if is_passport { "EPASSPORT" } else { "ID_CARD_GENERIC" },
        "issued": issued.to_string(),
        "expires": expires.to_string(),
        "mrz": machine_readable_zone(check, is_passport, expires),
    });
    if is_passport {
        check.marks.push("one_sided".to_owned());
    }
    check.filled(form, json!({ "document": document }))
}

/// The zone of a passport (TD3) or a card (TD1), as ICAO 9303 has them.
fn machine_readable_zone(check: &Check<'_>, is_passport: bool, expires: Date) -> Value {
    let person = check.person;
    let (country, sex) = (&person.country.alpha3, &person.gender);
    let (surname, given) = (letters(&person.last_name), letters(&person.first_name));
    let names = format!("{surname}<<{given}");
    let number = padded(&person.document_number.replace('-', ""), 9);
    let number_digit = digit(&number);
    let (birth, expiry) = (short_date(check.born()), short_date(expires));
    let (birth_digit, expiry_digit) = (digit(&birth), digit(&expiry));
    let dates = format!("{birth}{birth_digit}{expiry}{expiry_digit}");
    let more = person.personal_number.replace('-', "");
    let (kind, format, optional) = match is_passport {
        true => ("P", "TD3", padded(&more, 14)),
        false => ("ID", "TD1", padded(&more, 15)),
    };
    let optional_digit = digit(&optional);
    let mut last = digit(&match is_passport {
        true => format!("{number}{number_digit}{dates}{optional}{optional_digit}"),
        false => format!("{number}{number_digit}{optional}{dates}"),
    });
    if check.finds("MRZ_VALIDATION_FAILED") {
        last = (last + 1) % 10;
    }
    let born = format!("{birth}{birth_digit}{sex}{expiry}{expiry_digit}");
    let text = if is_passport {
        let first = padded(&format!("P<{country}{names}"), 44);
        let second = format!("{number}{number_digit}{country}{born}{optional}{optional_digit}");
        format!("{first}\n{second}{last}")
    } else {
        let first = padded(&format!("ID{country}{number}{number_digit}{optional}"), 30);
        let second = format!("{born}{country}{}{last}", "<".repeat(11));
        format!("{first}\n{second}\n{}", padded(&names, 30))
    };
    let more = json!({
        "surname": surname.replace('<', " "),
        "given": given.replace('<', " "),
        "birth": birth,
        "birth_digit": birth_digit,
        "expiry": expiry,
        "expiry_digit": expiry_digit,
        "kind": kind,
        "format": format,
        "number": number,
        "number_digit": number_digit,
        "last": last,
        "text": text,
    });
    check.filled("MACHINE_READABLE_ZONE", more)
}

/// Upper-case letters with `<` between words.
fn letters(name: &str) -> String {
    let name = fold(name).to_uppercase();
    name.replace(|letter: char| !letter.is_ascii_alphabetic(), "<")
}

fn padded(text: &str, length: usize) -> String {
    format!("{text:<<length$.length$}")
}

fn short_date(date: Date) -> String {
    date.strftime("%y%m%d").to_string()
}

/// The check digit of ICAO 9303: values weighted 7, 3, 1, modulo 10.
fn digit(text: &str) -> u32 {
    let weighted = text.chars().zip([7, 3, 1].into_iter().cycle());
    let values = weighted.map(|(letter, weight)| letter.to_digit(36).unwrap_or(0) * weight);
    values.sum::<u32>() % 10
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
