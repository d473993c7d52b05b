//! The account API: registration, e-mail codes and login.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    fields::Fields,
    rate_limit::throttled,
    reply::{Answer, Reply, detail, field},
    state::{CODE, State, URL_SAFE, later, random_text},
};

pub(super) mod applications;

/// Seconds an e-mail code can be used.
const CODE_LIFE: i64 = 600;
/// Seconds an access token can be used.
const TOKEN_LIFE: i64 = 86_400;

#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) uuid: Uuid,
    email: String,
    password: String,
    /// Set once the e-mail is verified.
    pub(super) organization: Option<Uuid>,
    code: String,
    code_sent_at: Timestamp,
    failed_logins: u32,
    locked_until: Option<Timestamp>,
}

/// A console user's access token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) account: Uuid,
    pub(super) expires_at: Timestamp,
}

/// `POST /programmatic/register/`
pub(super) fn register(state: &mut State, call: &Call) -> Answer {
    let (email, password) = credentials(call)?;
    if let Some(complaint) = password_complaint(&password) {
        return Err(field("password", complaint));
    }
    refuse_reserved_domain(&email)?;
    if let Some(account) = state.accounts.iter().find(|account| account.email == email) {
        if account.organization.is_some() {
            return Err(field("email", "A user with this email already exists."));
        }
        if account.password != password {
            return Err(field(
                "password",
                "Invalid password for this unverified account.",
            ));
        }
        send_code(state, &email);
        return Ok(code_sent(&email));
    }
    let account = Account {
        uuid: Uuid::new_v4(),
        email: email.clone(),
        password,
        organization: None,
        code: String::new(),
        code_sent_at: state.now(),
        failed_logins: 0,
        locked_until: None,
    };
    state.accounts.push(account);
    send_code(state, &email);
    Ok(Reply::created(&json!({
        "message": "Registration successful. Check your email for the verification code.",
        "email": email,
    })))
}

/// `POST /programmatic/resend-otp/`
pub(super) fn resend_code(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    fields.require("email");
    let email = fields.email("email").unwrap_or_default().to_lowercase();
    fields.finish()?;
    let account = state
        .accounts
        .iter()
        .find(|account| account.email == email && account.organization.is_none())
        .ok_or_else(|| field("email", "No unverified account was found for this email."))?;
    let wait = later(account.code_sent_at, 60)
        .duration_since(state.now())
        .as_secs();
    if wait > 0 {
        return Err(throttled(
            &format!("Request was throttled. Expected available in {wait} seconds."),
            wait,
        ));
    }
    send_code(state, &email);
    Ok(code_sent(&email))
}

/// `POST /programmatic/verify-email/`
pub(super) fn verify_email(state: &mut State, call: &Call) -> Answer {
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    fields.require("email");
    fields.require("code");
    let email = fields.email("email").unwrap_or_default().to_lowercase();
    let code = fields.words("code", 6).unwrap_or_default();
    if fields.has("code") && !code.is_empty() && code.chars().count() < 6 {
        fields.refuse("code", "Ensure this field has at least 6 characters.");
    }
    fields.finish()?;
    let now = state.now();
    let account = state
        .accounts
        .iter()
        .find(|account| {
            account.email == email
                && account.organization.is_none()
                && account.code == code
                && later(account.code_sent_at, CODE_LIFE) > now
        })
        .map(|account| account.uuid)
        .ok_or_else(|| field("code", "Invalid or expired verification code."))?;
    let name = email.split('@').next().unwrap_or("developer").to_owned();
    let organization = state.open_organization(&name, &email, 0);
    let application = state.open_application(organization, &name, None);
    if let Some(account) = state
        .accounts
        .iter_mut()
        .find(|known| known.uuid == account)
    {
        account.organization = Some(organization);
    }
    let mut answer = issue_token(state, account);
    let shown = state.application(application).map(|application| {
        let mut shown = json!({
            "uuid": application.uuid,
            "name": application.name,
            "client_id": application.client_id,
            "api_key": application.api_key,
        });
        if let (false, Some(fields)) = (state.legacy, shown.as_object_mut()) {
            fields.insert("data_location".to_owned(), json!("eu"));
        }
        shown
    });
    if let Some(answer) = answer.as_object_mut() {
        answer.insert(
            "organization".to_owned(),
            json!({ "uuid": organization, "name": name }),
        );
        answer.insert("application".to_owned(), json!(shown));
    }
    Ok(Reply::ok(&answer))
}

/// `POST /programmatic/login/`
pub(super) fn login(state: &mut State, call: &Call) -> Answer {
    let (email, password) = credentials(call)?;
    let now = state.now();
    let Some(account) = state
        .accounts
        .iter_mut()
        .find(|account| account.email == email)
    else {
        return Err(detail(
            StatusCode::UNAUTHORIZED,
            "Invalid email or password.",
        ));
    };
    if let Some(until) = account.locked_until.filter(|until| *until > now) {
        return Err(throttled(
            "Too many failed login attempts. Try again later.",
            until.duration_since(now).as_secs() + 1,
        ));
    }
    if account.password != password {
        account.failed_logins += 1;
        let lock = match account.failed_logins {
            5 => Some(15 * 60),
            10 => Some(3600),
            attempts if attempts >= 20 => Some(TOKEN_LIFE),
            _ => None,
        };
        account.locked_until = lock.map(|seconds| later(now, seconds));
        return Err(detail(
            StatusCode::UNAUTHORIZED,
            "Invalid email or password.",
        ));
    }
    if account.organization.is_none() {
        return Err(detail(StatusCode::FORBIDDEN, "Email is not verified."));
    }
    account.failed_logins = 0;
    let account = account.uuid;
    let mut answer = issue_token(state, account);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("message".to_owned(), json!("Login successful"));
    }
    Ok(Reply::ok(&answer))
}

fn credentials(call: &Call) -> Result<(String, String), Reply> {
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    fields.require("email");
    fields.require("password");
    let email = fields.email("email").unwrap_or_default();
    let password = fields.text("password", 128).unwrap_or_default();
    fields.finish()?;
    Ok((email.to_lowercase(), password))
}

/// The first rule the password breaks; the API reports one at a time.
fn password_complaint(password: &str) -> Option<&'static str> {
    const SPECIAL: &str = "!@#$%^&*()_+-=[]{}|;:,.<>?";
    let has = |test: fn(char) -> bool| password.chars().any(test);
    if password.chars().count() < 8 {
        Some("Password must be at least 8 characters long.")
    } else if !has(|c| c.is_ascii_uppercase()) {
        Some("Password must contain at least one uppercase letter.")
    } else if !has(|c| c.is_ascii_lowercase()) {
        Some("Password must contain at least one lowercase letter.")
    } else if !has(|c| c.is_ascii_digit()) {
        Some("Password must contain at least one digit.")
    } else if !has(|c| SPECIAL.contains(c)) {
        Some("Password must contain at least one special character.")
    } else {
        None
    }
}

/// Mail to reserved domains cannot be delivered, which the API does not catch.
fn refuse_reserved_domain(email: &str) -> Result<(), Reply> {
    let domain = email.rsplit('@').next().unwrap_or_default();
    let reserved = matches!(domain, "example.com" | "example.org")
        || [".test", ".example", ".invalid"]
            .iter()
            .any(|ending| domain.ends_with(ending));
    if !reserved {
        return Ok(());
    }
    Err(Reply::html(
        StatusCode::INTERNAL_SERVER_ERROR,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n  <title>Server Error (500)</title>\n</head>\n<body>\n  \
         <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n"
            .to_owned(),
    ))
}

fn send_code(state: &mut State, email: &str) {
    let now = state.now();
    let code = random_text(CODE, 6);
    if let Some(account) = state
        .accounts
        .iter_mut()
        .find(|account| account.email == email)
    {
        account.code.clone_from(&code);
        account.code_sent_at = now;
    }
    state.send_mail(email, "Your verification code", Some(code));
}

fn code_sent(email: &str) -> Reply {
    Reply::ok(&json!({
        "message": "A new verification code has been sent to your email.",
        "email": email,
    }))
}

/// The tokens of a fresh login. They have the form of signed tokens but are only looked up.
fn issue_token(state: &mut State, account: Uuid) -> Value {
    let now = state.now();
    let token = |kind: &str| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
        let claims = part(
            json!({ "token_type": kind, "sub": account, "iat": now.as_second(), "exp": now.as_second() + TOKEN_LIFE }),
        );
        format!("{header}.{claims}.{}", random_text(URL_SAFE, 43))
    };
    let (access, refresh) = (token("access"), token("refresh"));
    state.tokens.push(Token {
        text: access.clone(),
        account,
        expires_at: later(now, TOKEN_LIFE),
    });
    json!({ "access_token": access, "refresh_token": refresh, "expires_in": TOKEN_LIFE })
}
