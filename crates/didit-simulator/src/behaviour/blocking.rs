//! Which values are blocked, how they are written, and what a session has of them.

use std::net::IpAddr;

use uuid::Uuid;

use crate::{
    catalog::countries,
    model::{All, Entry, Session, State},
    values::{is_email, normalise_phone},
};

/// The entry that blocks `value`, compared without case.
pub fn blocked<'a>(state: &'a State, of: Uuid, entry_type: &str, value: &str) -> Option<&'a Entry> {
    let value = normalise(entry_type, value).ok()?;
    let lists = state.lists.of(of);
    let lists = lists.filter(|list| list.blocks(entry_type));
    let is_it = |entry: &&Entry| {
        entry.value == value || entry_type == "ip_address" && covers(&entry.value, &value)
    };
    lists.flat_map(|list| &list.entries).find(is_it)
}

/// What a session has of this kind: only what its checks really saw.
pub fn value_of(session: &Session, entry_type: &str) -> Option<String> {
    let found = |feature: &str, key: &str| session.found(feature, key).map(str::to_owned);
    let vendor_data = || session.vendor_data().map(str::to_owned);
    let value = match entry_type {
        "face" => session.result("LIVENESS").map(|_| session.person.face()),
        "document" => found("OCR", "document_number"),
        "phone" => found("PHONE_VERIFICATION", "full_number"),
        "email" => found("EMAIL_VERIFICATION", "email"),
        "ip_address" | "device_fingerprint" => found("IP_ANALYSIS", entry_type),
        "country" => found("OCR", "issuing_state"),
        "user" if !session.is_business() => vendor_data(),
        "business" if session.is_business() => vendor_data(),
        _ => None,
    }?;
    normalise(entry_type, &value).ok()
}

/// The stored form of a value, or the name of the refusal.
pub fn normalise(entry_type: &str, value: &str) -> Result<String, &'static str> {
    let value = value.trim();
    match entry_type {
        "phone" => normalise_phone(value).ok_or("entry_phone"),
        "email" if !is_email(value) => Err("entry_email"),
        "country" => {
            let code = countries::to_alpha3(value);
            code.map(str::to_owned).ok_or("entry_country")
        }
        "ip_address" if network(value).is_none() => Err("entry_ip_address"),
        "device_fingerprint" if value.chars().filter(char::is_ascii_alphanumeric).count() < 8 => {
            Err("entry_device")
        }
        _ => Ok(value.to_lowercase()),
    }
}

/// An address and how many bits at its end do not count.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').unwrap_or((text, ""));
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let is_range = text.contains('/');
    let bits = if is_range { bits.parse().ok()? } else { all };
    Some((address, u32::checked_sub(all, bits)?))
}

/// Whether the listed address or range contains `address`.
fn covers(listed: &str, address: &str) -> bool {
    let (Some((range, free)), Ok(address)) = (network(listed), address.parse::<IpAddr>()) else {
        return false;
    };
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(address.to_bits()).checked_shr(free),
        IpAddr::V6(address) => address.to_bits().checked_shr(free),
    };
    range.is_ipv4() == address.is_ipv4() && bits(range) == bits(address)
}
