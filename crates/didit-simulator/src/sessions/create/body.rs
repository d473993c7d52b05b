//! The body that creates a session.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    Mode, countries,
    fields::{Fields, normalise_phone},
    reply::{Reply, bad_request, field},
    scenarios::{self, Scenario},
};

pub(crate) const LANGUAGES: [&str; 54] = [
    "en", "ar", "bg", "bn", "bs", "ca", "cnr", "cs", "da", "de", "el", "es", "et", "fa", "fi",
    "fr", "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "ko", "ky", "lt", "lv", "mk",
    "mn", "ms", "nl", "no", "pl", "pt-BR", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr", "sv",
    "th", "tr", "uk", "uz", "vi", "zh-CN", "zh-TW", "zh",
];
const DOCUMENT_TYPES: [&str; 7] = ["P", "ID", "DL", "RP", "HIC", "TC", "SSC"];
const LARGEST_PORTRAIT: usize = 2 * 1024 * 1024;
/// The checked body.
pub(super) struct Wanted {
    pub(super) workflow_id: Uuid,
    pub(super) vendor_data: Option<String>,
    pub(super) callback: Option<String>,
    pub(super) metadata: Value,
    pub(super) language: Option<String>,
    pub(super) contact_details: Option<Map<String, Value>>,
    pub(super) expected_details: Option<Map<String, Value>>,
    pub(super) has_portrait: bool,
    pub(super) sandbox_scenario: Option<String>,
}

impl Wanted {
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Reply> {
        let mut fields = Fields::new(body);
        fields.require("workflow_id");
        let workflow_id = fields.text("workflow_id", usize::MAX).unwrap_or_default();
        // Which device is sent back makes no difference when one page plays all of them.
        fields.choice("callback_method", &["initiator", "completer", "both"]);
        let wanted = Self {
            // Text that is no UUID is as unknown as a UUID nobody has.
            workflow_id: Uuid::parse_str(&workflow_id).unwrap_or_default(),
            vendor_data: fields.text("vendor_data", 255),
            callback: fields.url("callback", true),
            metadata: body.get("metadata").cloned().unwrap_or(Value::Null),
            language: fields.choice("language", &LANGUAGES),
            contact_details: nested(&mut fields, "contact_details", contact_details),
            expected_details: nested(&mut fields, "expected_details", expected_details),
            has_portrait: portrait(&mut fields),
            sandbox_scenario: fields.words("sandbox_scenario", 255),
        };
        fields.finish()?;
        Ok(wanted)
    }

    /// Whom to send the link by e-mail.
    pub(super) fn invited(&self) -> Option<&str> {
        let details = self.contact_details.as_ref()?;
        let notify = details.get("send_notification_emails") == Some(&json!(true));
        details.get("email")?.as_str().filter(|_| notify)
    }

    pub(super) fn scenario(&self, environment: Mode) -> Result<Option<&'static Scenario>, Reply> {
        let Some(slug) = &self.sandbox_scenario else {
            return Ok(None);
        };
        if environment == Mode::Live {
            return Err(field(
                "sandbox_scenario",
                "Sandbox scenarios can only be used with sandbox applications.",
            ));
        }
        scenarios::find(slug).map(Some).ok_or_else(|| {
            bad_request(
                &json!({ "sandbox_scenario": [format!("Unknown sandbox scenario: '{slug}'.")] }),
            )
        })
    }
}

type Object = Map<String, Value>;

/// Reads an object inside the body; its errors go under its own key.
fn nested(
    fields: &mut Fields<'_>,
    name: &str,
    read: fn(&Map<String, Value>) -> Result<Object, Object>,
) -> Option<Map<String, Value>> {
    match read(fields.object(name)?) {
        Ok(object) => Some(object),
        Err(errors) => {
            fields.refuse_nested(name, Value::Object(errors));
            None
        }
    }
}

fn contact_details(body: &Map<String, Value>) -> Result<Map<String, Value>, Map<String, Value>> {
    let mut fields = Fields::new(body);
    let email = fields.email("email");
    let notify = fields.boolean("send_notification_emails").unwrap_or(false);
    let language = fields.choice("email_lang", &LANGUAGES);
    let phone = fields.words("phone", 32);
    if let Some(phone) = phone
        .as_deref()
        .filter(|phone| normalise_phone(phone).is_none())
    {
        fields.refuse(
            "phone",
            &format!("The phone number '{phone}' is not valid. Use the E.164 format."),
        );
    }
    let errors = fields.into_errors();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut details = Map::new();
    details.insert("send_notification_emails".to_owned(), json!(notify));
    for (key, value) in [
        ("email", email),
        ("email_lang", language),
        ("phone", phone.and_then(|phone| normalise_phone(&phone))),
    ] {
        if let Some(value) = value {
            details.insert(key.to_owned(), json!(value));
        }
    }
    Ok(details)
}

fn expected_details(body: &Map<String, Value>) -> Result<Map<String, Value>, Map<String, Value>> {
    let mut fields = Fields::new(body);
    let mut details = Map::new();
    for key in [
        "first_name",
        "last_name",
        "address",
        "identification_number",
    ] {
        if let Some(text) = fields.text(key, 255) {
            details.insert(key.to_owned(), json!(text));
        }
    }
    for (key, longest) in [
        ("company_name", 255),
        ("registry_country", 10),
        ("registration_number", 100),
    ] {
        if let Some(text) = fields.text(key, longest) {
            details.insert(key.to_owned(), json!(text));
        }
    }
    if let Some(date) = fields.date("date_of_birth") {
        details.insert("date_of_birth".to_owned(), json!(date.to_string()));
    }
    if !matches!(body.get("gender"), None | Some(Value::Null))
        && let Some(gender) = fields.choice("gender", &["M", "F"])
    {
        details.insert("gender".to_owned(), json!(gender));
    }
    for key in ["nationality", "country", "id_country", "poa_country"] {
        if let Some(code) = fields.text(key, usize::MAX) {
            if countries::is_alpha3(&code.to_ascii_uppercase()) {
                details.insert(key.to_owned(), json!(code.to_ascii_uppercase()));
            } else {
                fields.refuse(
                    key,
                    &format!("\"{code}\" is not a valid ISO 3166-1 alpha-3 country code."),
                );
            }
        }
    }
    if let Some(text) = fields.text("ip_address", usize::MAX) {
        if text.parse::<std::net::IpAddr>().is_ok() {
            details.insert("ip_address".to_owned(), json!(text));
        } else {
            fields.refuse("ip_address", "Enter a valid IPv4 or IPv6 address.");
        }
    }
    if body.contains_key("address")
        && !body.contains_key("country")
        && !body.contains_key("poa_country")
    {
        fields.refuse(
            "address",
            "A country or poa_country is required when an address is provided.",
        );
    }
    if let Some(types) = fields.list("expected_document_types") {
        let mut chosen: Vec<String> = Vec::new();
        for item in types {
            let code = item.as_str().unwrap_or_default().to_ascii_uppercase();
            if !DOCUMENT_TYPES.contains(&code.as_str()) {
                let shown = item
                    .as_str()
                    .map_or_else(|| item.to_string(), str::to_owned);
                fields.refuse(
                    "expected_document_types",
                    &format!("\"{shown}\" is not a valid choice."),
                );
            } else if !chosen.contains(&code) {
                chosen.push(code);
            }
        }
        details.insert("expected_document_types".to_owned(), json!(chosen));
    }
    let errors = fields.into_errors();
    if errors.is_empty() {
        Ok(details)
    } else {
        Err(errors)
    }
}

/// Whether a usable portrait was sent.
fn portrait(fields: &mut Fields<'_>) -> bool {
    let Some(text) = fields.words("portrait_image", usize::MAX) else {
        return false;
    };
    let Ok(image) = STANDARD.decode(&text) else {
        fields.refuse("portrait_image", "Invalid base64-encoded image.");
        return false;
    };
    if image.len() > LARGEST_PORTRAIT {
        fields.refuse("portrait_image", "Image size exceeds 2MB.");
        return false;
    }
    let webp = image.starts_with(b"RIFF") && image.get(8..12) == Some(b"WEBP");
    let known: [&[u8]; 4] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*"];
    if !webp && !known.iter().any(|start| image.starts_with(start)) {
        fields.refuse(
            "portrait_image",
            "Unsupported image format. Use JPEG, PNG, WebP or TIFF.",
        );
        return false;
    }
    true
}
