//! Small functions about text, time, money and JSON that everything else uses.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

/// A JSON object.
pub type Object = Map<String, Value>;

/// Reading the members of an object whose types are known.
pub trait Fields {
    fn member(&self, key: &str) -> Option<&Value>;

    fn text(&self, key: &str) -> Option<&str> {
        self.member(key)?.as_str()
    }

    fn flag(&self, key: &str) -> bool {
        self.member(key) == Some(&Value::Bool(true))
    }

    fn object(&self, key: &str) -> Option<&Object> {
        self.member(key)?.as_object()
    }

    fn list(&self, key: &str) -> &[Value] {
        let list = self.member(key).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    fn id(&self, key: &str) -> Option<Uuid> {
        Uuid::parse_str(self.text(key)?).ok()
    }

    /// The member as JSON, null when there is none.
    fn json(&self, key: &str) -> Value {
        self.member(key).cloned().unwrap_or_default()
    }
}

impl Fields for Object {
    fn member(&self, key: &str) -> Option<&Value> {
        self.get(key)
    }
}

impl Fields for Value {
    fn member(&self, key: &str) -> Option<&Value> {
        self.get(key)
    }
}

/// What a file holds that lies beside the code. It is a part of the source and read by tests; where it were not what it should
/// be, there would be nothing.
pub fn data<T: DeserializeOwned + Default>(file: &str) -> T {
    serde_json::from_str(file).unwrap_or_default()
}

/// `object` with the members of `more` over its own.
pub fn with(mut object: Value, more: Value) -> Value {
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

/// Lays `more` over `target`: objects member by member, anything else as a whole.
pub fn lay_over(target: &mut Value, more: &Value) {
    match (target, more) {
        (Value::Object(target), Value::Object(more)) => {
            for (key, value) in more {
                lay_over(target.entry(key.as_str()).or_insert(Value::Null), value);
            }
        }
        (target, more) => target.clone_from(more),
    }
}

/// The text of a JSON value for comparing: strings as they are, anything else as JSON.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The name the API's framework gives a JSON type in its messages.
pub fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// `timestamp` in the form of most answers: microseconds and `Z`.
pub fn micros(timestamp: Timestamp) -> String {
    format!("{timestamp:.6}")
}

/// `timestamp` without fractions, as workflows, lists and destinations show it.
pub fn seconds(timestamp: Timestamp) -> String {
    format!("{timestamp:.0}")
}

pub fn later(timestamp: Timestamp, seconds: i64) -> Timestamp {
    let later = timestamp.checked_add(SignedDuration::from_secs(seconds));
    later.unwrap_or(Timestamp::MAX)
}

/// Whole seconds from `now` until `timestamp`; negative once it has passed.
pub fn seconds_until(timestamp: Timestamp, now: Timestamp) -> i64 {
    timestamp.duration_since(now).as_secs()
}

/// An amount of money in ten-thousandths, as text with four decimals.
pub fn money(ten_thousandths: i64) -> String {
    let sign = if ten_thousandths < 0 { "-" } else { "" };
    let amount = ten_thousandths.unsigned_abs();
    format!("{sign}{}.{:04}", amount / 10_000, amount % 10_000)
}

/// Dollars as the integer unit of balances.
pub fn to_ten_thousandths(dollars: f64) -> i64 {
    // The cast saturates, and no balance comes near the limits.
    (dollars * 10_000.0).round() as i64
}

/// Letters and digits that need no escaping in a URL.
pub const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Letters and digits alone, as payment pages have them in their ids.
pub const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The characters of e-mail codes.
pub const CODE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Text of `length` characters from `alphabet`, not guessable.
pub fn random_text(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0_u8; length];
    if getrandom::fill(&mut bytes).is_err() {
        // Without a source of randomness a fresh UUID's digits still keep tokens apart.
        bytes = Uuid::new_v4().as_bytes().repeat(length / 16 + 1);
        bytes.truncate(length);
    }
    let places = bytes.iter().map(|byte| usize::from(*byte) % alphabet.len());
    let letters = places.filter_map(|place| alphabet.get(place));
    letters.map(|letter| char::from(*letter)).collect()
}

/// Small numbers that differ per text but never per run, to pick and vary invented data.
pub fn stable_number(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// `YYYY-MM-DD` and nothing else: the date type itself would accept more forms.
pub fn parse_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// Full years between two dates.
pub fn age(born: Date, today: Date) -> i64 {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    i64::from(today.year()) - i64::from(born.year()) - i64::from(!had_birthday)
}

pub fn is_email(text: &str) -> bool {
    let (local, domain) = text.rsplit_once('@').unwrap_or_default();
    let is_odd = |letter: char| !letter.is_alphanumeric() && letter != '-';
    let is_label = |label: &str| !label.is_empty() && !label.contains(is_odd);
    let is_local = !local.is_empty() && !local.contains(char::is_whitespace);
    is_local && domain.contains('.') && domain.split('.').all(is_label)
}

/// Whether a content type says JSON, whatever its parameters.
pub fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// The kind of picture that `bytes` begin as.
pub fn image_kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some("png"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("webp"),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Some("tiff"),
        _ => None,
    }
}

/// Whether the simulator may contact this address: plain HTTP to the machine it runs on.
pub fn is_loopback(address: &str) -> bool {
    let address = url::Url::parse(address).ok();
    let address = address.filter(|address| address.scheme() == "http");
    match address.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// A phone number in E.164 form once spaces and punctuation are gone.
pub fn normalise_phone(text: &str) -> Option<String> {
    let digits = text.replace([' ', '-', '.', '(', ')'], "");
    let number = digits.strip_prefix('+')?;
    let valid = (7..=15).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0');
    valid.then_some(digits)
}

/// Whether two names are the same but for case, accents, order and left-out parts.
pub fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (fold(one), fold(other));
    let parts = |name: &str| -> Vec<String> {
        let parts = name.split(|letter: char| !letter.is_alphanumeric());
        let parts = parts.filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let mut names = [parts(&one), parts(&other)];
    names.sort_by_key(Vec::len);
    let [fewer, more] = &names;
    !fewer.is_empty() && fewer.iter().all(|part| more.contains(part))
}

/// Lower case without the accents of western European names.
pub fn fold(text: &str) -> String {
    let plain = |character| match character {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_counts_only_past_birthdays() {
        let born: Date = "2000-06-15".parse().unwrap();
        assert_eq!(age(born, "2018-06-14".parse().unwrap()), 17);
        assert_eq!(age(born, "2018-06-15".parse().unwrap()), 18);
    }
}
