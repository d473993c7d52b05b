//! Checks of how and from where a person can be reached: phone, e-mail, address, network.

use serde_json::{Map, Value};

use crate::received::{check, found};

found! {
    /// A phone company.
    pub struct Carrier {
        /// Its name.
        pub name: Option<String>,
        /// `mobile`, `voip` and the like.
        pub r#type: Option<String>,
    }
}

check! {
    /// A phone number.
    pub struct PhoneVerification {
        /// E.164.
        pub full_number: Option<String>,
        /// ISO 3166-1 alpha-2.
        pub country_code: Option<String>,
        /// The country's name.
        pub country_name: Option<String>,
        /// The phone company.
        pub carrier: Option<Carrier>,
        /// Whether it is a number for throwing away.
        pub is_disposable: Option<bool>,
        /// Whether it is a number without a phone.
        pub is_virtual: Option<bool>,
        /// `sms`, `whatsapp` and the like.
        pub verification_method: Option<String>,
        /// How many codes were tried.
        pub verification_attempts: Option<i64>,
        /// ISO 8601.
        pub verified_at: Option<String>,
        /// Other sessions with the same number.
        pub matches: Vec<Map<String, Value>>,
    }
}

check! {
    /// An e-mail address.
    pub struct EmailVerification {
        /// The address.
        pub email: Option<String>,
        /// Whether it is among leaked ones.
        pub is_breached: Option<bool>,
        /// Whether it is an address for throwing away.
        pub is_disposable: Option<bool>,
        /// Whether mail to it bounces.
        pub is_undeliverable: Option<bool>,
        /// How many codes were tried.
        pub verification_attempts: Option<i64>,
        /// ISO 8601.
        pub verified_at: Option<String>,
        /// Other sessions with the same address.
        pub matches: Vec<Map<String, Value>>,
    }
}

check! {
    /// A bill or a statement that proves an address.
    pub struct ProofOfAddress {
        /// The kind of document.
        pub document_type: Option<String>,
        /// Who issued it.
        pub issuer: Option<String>,
        /// A country code; its length varies.
        pub issuing_state: Option<String>,
        /// `YYYY-MM-DD`.
        pub issue_date: Option<String>,
        /// `YYYY-MM-DD`.
        pub expiration_date: Option<String>,
        /// Its language.
        pub document_language: Option<String>,
        /// The name on it.
        pub name_on_document: Option<String>,
        /// 0 to 100: that name against the one expected.
        pub name_match_score_expected_details: Option<f64>,
        /// 0 to 100: that name against the document's.
        pub name_match_score_id_verification: Option<f64>,
        /// The address as printed.
        pub poa_address: Option<String>,
        /// The address as the post would write it.
        pub poa_formatted_address: Option<String>,
        /// The address that was expected.
        pub expected_details_address: Option<String>,
        /// Short-lived link to the document.
        pub document_file: Option<String>,
    }
}

check! {
    /// Network and device.
    pub struct IpAnalysis {
        /// The address.
        pub ip_address: Option<String>,
        /// The country's name.
        pub ip_country: Option<String>,
        /// ISO 3166-1 alpha-2.
        pub ip_country_code: Option<String>,
        /// The region.
        pub ip_state: Option<String>,
        /// The city.
        pub ip_city: Option<String>,
        /// The network's provider.
        pub isp: Option<String>,
        /// Whether the true address is hidden.
        pub is_vpn_or_tor: Option<bool>,
        /// Whether it belongs to a data centre.
        pub is_data_center: Option<bool>,
        /// The device's make.
        pub device_brand: Option<String>,
        /// The device's model.
        pub device_model: Option<String>,
        /// The browser.
        pub browser_family: Option<String>,
        /// The operating system.
        pub os_family: Option<String>,
        /// `mobile`, `desktop` and the like.
        pub platform: Option<String>,
        /// Other sessions from the same address or device.
        pub matches: Vec<Map<String, Value>>,
    }
}
