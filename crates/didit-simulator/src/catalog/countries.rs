//! Country codes: ISO 3166-1 alpha-3 with alpha-2.

/// Three letters followed by two, per country.
const CODES: &str = include_str!("countries.txt");

/// Whether `code` is an alpha-3 code in upper case.
pub fn is_alpha3(code: &str) -> bool {
    code.len() == 3 && CODES.split_whitespace().any(|pair| pair.starts_with(code))
}

/// The alpha-3 form of an alpha-2 or alpha-3 code in any case.
pub fn to_alpha3(code: &str) -> Option<&'static str> {
    let code = code.to_ascii_uppercase();
    let is_it = |pair: &str| match code.len() {
        3 => pair.starts_with(&code),
        2 => pair.ends_with(&code),
        _ => false,
    };
    CODES.split_whitespace().find(|pair| is_it(pair))?.get(..3)
}
