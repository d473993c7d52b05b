//! The account API: registration, e-mail codes and login.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    catalog::{OrRefuse, refusal, refuse_when, shown, throttle},
    model::{Account, State, Token},
    options::ApplicationMode,
    reply::{Answer, Checked, Reply, created, html_error, ok},
    values::{CODE, Fields, Object, URL_SAFE, later, random_text, seconds_until, with},
};

/// Seconds an e-mail code can be used.
const CODE_LIFE: i64 = 600;
/// Seconds within which a second factor must follow the password.
const SECOND_FACTOR_LIFE: i64 = 300;
/// Seconds an access token can be used.
const TOKEN_LIFE: i64 = 86_400;

pub fn register(state: &mut State, call: &Call) -> Answer {
    let (body, email) = body_and_email(call)?;
    let password = body.text("password").unwrap_or_default();
    refuse_reserved_domain(&email)?;
    if let Some(account) = state.account_mut(&email) {
        refuse_when("email_taken", account.organization.is_some())?;
        refuse_when("other_password", account.password != password)?;
        return send_code(state, &email);
    }
    state.accounts.push(Account {
        uuid: Uuid::new_v4(),
        email: email.clone(),
        password: password.to_owned(),
        ..Account::default()
    });
    send_code(state, &email)?;
    let message = "Registration successful. Check your email for the verification code.";
    created(json!({ "message": message, "email": email }))
}

pub fn resend_code(state: &mut State, call: &Call) -> Answer {
    let (_, email) = body_and_email(call)?;
    let now = state.now();
    let account = unverified(state, &email);
    let account = account.or_refuse("no_unverified_account")?;
    let wait = seconds_until(later(account.code_sent_at, 60), now);
    throttle("throttled", wait)?;
    send_code(state, &email)
}

pub fn verify_email(state: &mut State, call: &Call) -> Answer {
    let (body, email) = body_and_email(call)?;
    let now = state.now();
    let account = unverified(state, &email).filter(|account| {
        body.text("code") == Some(&account.code) && later(account.code_sent_at, CODE_LIFE) > now
    });
    let account = account.or_refuse("wrong_code")?.uuid;
    let name = email.split('@').next().unwrap_or("developer");
    let organization = state.open_organization(name, &email, 0);
    if let Some(account) = state.account_mut(&email) {
        account.organization = Some(organization);
    }
    let (mode, is_legacy) = (state.mode, state.legacy);
    let mut open = |name: &str, mode| {
        let application = state.open_application(organization, name, None, mode);
        shown("CREDENTIALS", application)
    };
    let applications = if is_legacy {
        json!({ "application": open(name, mode) })
    } else {
        let sandbox = open(&format!("{name} sandbox"), ApplicationMode::Sandbox);
        let live = open(name, ApplicationMode::Live);
        let live = with(live, json!({ "data_location": "eu" }));
        json!({ "sandbox_application": sandbox, "application": live })
    };
    let organization = json!({ "organization": { "uuid": organization, "name": name } });
    let more = with(organization, applications);
    ok(with(issue_token(state, account), more))
}

pub fn login(state: &mut State, call: &Call) -> Answer {
    let (body, email) = body_and_email(call)?;
    let now = state.now();
    let wrong = || refusal("wrong_login");
    let account = state.account_mut(&email).ok_or_else(wrong)?;
    let locked = account.locked_until.filter(|until| *until > now);
    let wait = locked.map_or(0, |until| seconds_until(until, now) + 1);
    throttle("too_many_logins", wait)?;
    if body.text("password") != Some(&account.password) {
        account.failed_logins += 1;
        let lock = match account.failed_logins {
            5 => Some(15 * 60),
            10 => Some(3600),
            20.. => Some(TOKEN_LIFE),
            _ => None,
        };
        account.locked_until = lock.map(|seconds| later(now, seconds));
        return Err(wrong());
    }
    refuse_when("email_not_verified", account.organization.is_none())?;
    account.failed_logins = 0;
    if let Some(second) = &mut account.second_factor {
        let temporary = random_text(URL_SAFE, 43);
        second.waiting = Some((temporary.clone(), later(now, SECOND_FACTOR_LIFE)));
        return ok(json!({
            "2fa_required": true,
            "temp_token": temporary,
            "has_authenticator": second.code.is_some(),
            "has_passkeys": second.has_passkeys,
        }));
    }
    let account = account.uuid;
    let message = json!({ "message": "Login successful" });
    ok(with(issue_token(state, account), message))
}

/// `POST /2fa/verify/`. What the service answers to an expired token is not known; this is a guess.
pub fn second_factor(state: &mut State, call: &Call) -> Answer {
    let body = call.body()?;
    let now = state.now();
    let mut waiting = state.accounts.iter_mut().filter_map(|account| {
        let second = account.second_factor.as_mut()?;
        let (token, until) = second.waiting.as_ref()?;
        let is_it = body.text("temp_token") == Some(token) && *until > now;
        is_it.then_some((account.uuid, second))
    });
    let (account, second) = waiting.next().or_refuse("bad_credentials")?;
    let is_right = body.text("otp_token") == second.code.as_deref();
    refuse_when("wrong_second_factor", !is_right)?;
    second.waiting = None;
    ok(issue_token(state, account))
}

/// The body, and the address in it, which is the same in both cases.
fn body_and_email(call: &Call) -> Result<(Object, String), Reply> {
    let body = call.body()?;
    let email = body.text("email").unwrap_or_default().to_lowercase();
    Ok((body, email))
}

fn unverified<'a>(state: &'a mut State, email: &str) -> Option<&'a mut Account> {
    let account = state.account_mut(email);
    account.filter(|known| known.organization.is_none())
}

/// Mail to reserved domains cannot be delivered, which the API does not catch.
fn refuse_reserved_domain(email: &str) -> Checked {
    let domain = email.rsplit('@').next().unwrap_or_default();
    let mut endings = [".test", ".example", ".invalid"].into_iter();
    let is_reserved = matches!(domain, "example.com" | "example.org")
        || endings.any(|ending| domain.ends_with(ending));
    if is_reserved {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return Err(html_error(status, "Server Error (500)", ""));
    }
    Ok(())
}

fn send_code(state: &mut State, email: &str) -> Answer {
    let now = state.now();
    let code = random_text(CODE, 6);
    if let Some(account) = state.account_mut(email) {
        account.code.clone_from(&code);
        account.code_sent_at = now;
    }
    state.send_mail(email, "Your verification code", Some(code));
    let message = "A new verification code has been sent to your email.";
    ok(json!({ "message": message, "email": email }))
}

/// The tokens of a fresh login. They have the form of signed tokens but are only looked up.
fn issue_token(state: &mut State, account: Uuid) -> Value {
    let now = state.now();
    let expires_at = later(now, TOKEN_LIFE);
    let token = |kind: &str| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "alg": "RS256", "typ": "JWT" }));
        let (issued, expires) = (now.as_second(), expires_at.as_second());
        let claims = json!({ "token_type": kind, "sub": account, "iat": issued, "exp": expires });
        format!("{header}.{}.{}", part(claims), random_text(URL_SAFE, 43))
    };
    let (access, refresh) = (token("access"), token("refresh"));
    state.tokens.push(Token {
        text: access.clone(),
        account,
        expires_at,
    });
    json!({ "access_token": access, "refresh_token": refresh, "expires_in": TOKEN_LIFE })
}
