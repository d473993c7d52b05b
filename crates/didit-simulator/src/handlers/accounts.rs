//! The account API: registration, e-mail codes and login.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    model::{Account, Organization, State, Token},
    reply::{Answer, Reply, detail, field, html_error, throttled},
    values::{CODE, Fields, URL_SAFE, later, random_text, seconds_until, with},
};

/// Seconds an e-mail code can be used.
const CODE_LIFE: i64 = 600;
/// Seconds an access token can be used.
const TOKEN_LIFE: i64 = 86_400;

pub fn register(state: &mut State, call: &Call) -> Answer {
    let (email, password) = credentials(call)?;
    if let Some(rule) = broken_rule(&password) {
        return Err(field("password", &format!("Password must {rule}")));
    }
    refuse_reserved_domain(&email)?;
    if let Some(account) = state.account_mut(&email) {
        if account.organization.is_some() {
            return Err(field("email", "A user with this email already exists."));
        }
        if account.password != password {
            return Err(field(
                "password",
                "Invalid password for this unverified account.",
            ));
        }
        return Ok(send_code(state, &email));
    }
    state.accounts.push(Account {
        uuid: Uuid::new_v4(),
        email: email.clone(),
        password,
        organization: None,
        code: String::new(),
        code_sent_at: state.now(),
        failed_logins: 0,
        locked_until: None,
    });
    send_code(state, &email);
    Ok(Reply::created(&json!({
        "message": "Registration successful. Check your email for the verification code.",
        "email": email,
    })))
}

pub fn resend_code(state: &mut State, call: &Call) -> Answer {
    let email = call
        .body()?
        .text("email")
        .unwrap_or_default()
        .to_lowercase();
    let now = state.now();
    let account = state
        .account_mut(&email)
        .filter(|known| known.organization.is_none());
    let account =
        account.ok_or_else(|| field("email", "No unverified account was found for this email."))?;
    let wait = seconds_until(later(account.code_sent_at, 60), now);
    if wait > 0 {
        return Err(throttled(
            &format!("Request was throttled. Expected available in {wait} seconds."),
            wait,
        ));
    }
    Ok(send_code(state, &email))
}

pub fn verify_email(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let email = body.text("email").unwrap_or_default().to_lowercase();
    let now = state.now();
    let account = state.account_mut(&email).filter(|account| {
        account.organization.is_none()
            && Some(account.code.as_str()) == body.text("code")
            && later(account.code_sent_at, CODE_LIFE) > now
    });
    let account = account.ok_or_else(|| field("code", "Invalid or expired verification code."))?;
    let name = email.split('@').next().unwrap_or("developer");
    let organization = Organization::new(name, &email, 0, now);
    account.organization = Some(organization.uuid);
    let account = account.uuid;
    let mut application = state
        .open_application(organization.uuid, name, None)
        .credentials();
    if !state.legacy {
        application = with(application, json!({ "data_location": "eu" }));
    }
    let more = json!({
        "organization": { "uuid": organization.uuid, "name": name },
        "application": application,
    });
    state.organizations.push(organization);
    Ok(Reply::ok(&with(issue_token(state, account), more)))
}

pub fn login(state: &mut State, call: &Call) -> Answer {
    let (email, password) = credentials(call)?;
    let now = state.now();
    let wrong = || detail(StatusCode::UNAUTHORIZED, "Invalid email or password.");
    let account = state.account_mut(&email).ok_or_else(wrong)?;
    if let Some(until) = account.locked_until.filter(|until| *until > now) {
        let text = "Too many failed login attempts. Try again later.";
        return Err(throttled(text, seconds_until(until, now) + 1));
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
        return Err(wrong());
    }
    if account.organization.is_none() {
        return Err(detail(StatusCode::FORBIDDEN, "Email is not verified."));
    }
    account.failed_logins = 0;
    let account = account.uuid;
    Ok(Reply::ok(&with(
        issue_token(state, account),
        json!({ "message": "Login successful" }),
    )))
}

fn credentials(call: &Call) -> Result<(String, String), Reply> {
    let body = call.body()?;
    let text = |key: &str| body.text(key).unwrap_or_default();
    Ok((text("email").to_lowercase(), text("password").to_owned()))
}

/// The first rule the password breaks; the API reports one at a time.
fn broken_rule(password: &str) -> Option<&'static str> {
    const SPECIAL: &str = "!@#$%^&*()_+-=[]{}|;:,.<>?";
    let lacks = |is_one: fn(char) -> bool| !password.chars().any(is_one);
    let rules = [
        (
            password.chars().count() < 8,
            "be at least 8 characters long.",
        ),
        (
            lacks(|c| c.is_ascii_uppercase()),
            "contain at least one uppercase letter.",
        ),
        (
            lacks(|c| c.is_ascii_lowercase()),
            "contain at least one lowercase letter.",
        ),
        (lacks(|c| c.is_ascii_digit()), "contain at least one digit."),
        (
            lacks(|c| SPECIAL.contains(c)),
            "contain at least one special character.",
        ),
    ];
    rules
        .into_iter()
        .find(|(broken, _)| *broken)
        .map(|(_, rule)| rule)
}

/// Mail to reserved domains cannot be delivered, which the API does not catch.
fn refuse_reserved_domain(email: &str) -> Result<(), Reply> {
    let domain = email.rsplit('@').next().unwrap_or_default();
    let reserved = matches!(domain, "example.com" | "example.org")
        || [".test", ".example", ".invalid"]
            .iter()
            .any(|ending| domain.ends_with(ending));
    if reserved {
        Err(html_error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Server Error (500)",
            "",
        ))
    } else {
        Ok(())
    }
}

fn send_code(state: &mut State, email: &str) -> Reply {
    let now = state.now();
    let code = random_text(CODE, 6);
    if let Some(account) = state.account_mut(email) {
        account.code.clone_from(&code);
        account.code_sent_at = now;
    }
    state.send_mail(email, "Your verification code", Some(code));
    let message = "A new verification code has been sent to your email.";
    Reply::ok(&json!({ "message": message, "email": email }))
}

/// The tokens of a fresh login. They have the form of signed tokens but are only looked up.
fn issue_token(state: &mut State, account: Uuid) -> Value {
    let now = state.now();
    let (issued, expires) = (now.as_second(), now.as_second() + TOKEN_LIFE);
    let token = |kind: &str| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
        let claims =
            part(json!({ "token_type": kind, "sub": account, "iat": issued, "exp": expires }));
        format!("{header}.{claims}.{}", random_text(URL_SAFE, 43))
    };
    let (access, refresh) = (token("access"), token("refresh"));
    let expires_at = later(now, TOKEN_LIFE);
    state.tokens.push(Token {
        text: access.clone(),
        account,
        expires_at,
    });
    json!({ "access_token": access, "refresh_token": refresh, "expires_in": TOKEN_LIFE })
}
