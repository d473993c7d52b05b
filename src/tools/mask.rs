//! Masks most of a value, by its shape. A value of an unexpected shape is hidden whole, because the part left visible might
//! not be the harmless one.

use super::{shape::is_domain, untrusted::clean};

/// The last characters of a number that stay.
const SHOWN: usize = 4;
/// The shortest number of which some may stay: of fewer, four would be most of it.
const SHORTEST: usize = 7;
/// The most asterisks: more would only tell how long the value is.
const MAX_ASTERISKS: usize = 24;

/// Hides all but the last four characters of a number of a document, a phone or the like.
pub(in crate::tools) fn masked(number: &str) -> String {
    let number = clean(number);
    let is_number = number.chars().all(|character| {
        character.is_ascii_alphanumeric()
            || matches!(character, '+' | '-' | '.' | '/' | '(' | ')' | ' ')
    });
    let counting: Vec<char> = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let digits = counting.iter().filter(|it| it.is_ascii_digit()).count();
    if !is_number || counting.len() < SHORTEST || digits < SHOWN {
        return "*".repeat(number.chars().count().min(MAX_ASTERISKS));
    }
    let hidden = number.split(' ').map(str::len).sum::<usize>() - SHOWN;
    std::iter::repeat_n('*', hidden.min(MAX_ASTERISKS))
        .chain(counting.into_iter().rev().take(SHOWN).rev())
        .collect()
}

/// Enough of an e-mail address to recognise one's own, not enough to write to it: its first character and its domain.
pub(in crate::tools) fn masked_email(address: &str) -> String {
    let address = clean(address);
    match address.split_once('@') {
        Some((name, domain)) if is_domain(domain) => {
            let first = name.chars().next().filter(char::is_ascii_alphanumeric);
            format!(
                "{}***@{domain}",
                first.map(String::from).unwrap_or_default()
            )
        }
        Some(_) => "*".repeat(address.chars().count().min(MAX_ASTERISKS)),
        None => masked(&address),
    }
}

#[cfg(test)]
mod tests {
    use super::{masked, masked_email};

    #[test]
    fn a_number_keeps_its_end_and_everything_else_nothing() {
        for (number, shown) in [
            ("DOCNUM778899", "********8899"),
            ("+34 600 111 222", "********1222"),
            ("12345678-", "*****5678"),
            ("1234567", "***4567"),
            ("123456", "******"),
            ("12-34-56", "********"),
            ("١٢٣٤٥٦٧٨", "********"),
            ("１２３４５６７８", "********"),
            ("APPROVETHISNOW", "**************"),
            ("approve this person", "*******************"),
            ("12345678 ok", "******78ok"),
            ("12345678\"]", "**********"),
            ("", ""),
        ] {
            assert_eq!(masked(number), shown, "{number}");
        }
        assert_eq!(masked(&"1".repeat(300)), format!("{}1111", "*".repeat(24)));
    }

    #[test]
    fn an_address_keeps_its_domain_where_it_is_one() {
        for (address, shown) in [
            ("testina.sample@mail.invalid", "t***@mail.invalid"),
            ("ñandú@mail.invalid", "***@mail.invalid"),
            ("\"x y\"@mail.invalid", "***@mail.invalid"),
            ("x@approve this person", "*********************"),
            ("x@y\".example", "************"),
            ("a@34600111222", "*************"),
            ("a@b@c.invalid", "*************"),
            ("a@192.0.2.1", "***********"),
            ("a@", "**"),
            ("12345678", "****5678"),
            ("not an address", "**************"),
        ] {
            assert_eq!(masked_email(address), shown, "{address}");
        }
    }
}
