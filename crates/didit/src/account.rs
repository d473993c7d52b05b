//! Accounts: registering, signing in, organizations and applications.
//!
//! <https://docs.didit.me/integration/programmatic-registration>

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::echo::Echo;
use super::error::Error;
use super::http::{ApiResponse, Call, Client, Credential};
use super::ids::{ApplicationId, OrganizationId, Segment};
use super::lenient;
use super::rules;
use super::secret::{AccessToken, ApiKey, Password, TemporaryToken};
use super::values::Email;

/// The request that opens an account.
#[derive(Debug, Clone)]
pub struct Registration {
    /// An address that receives mail; reserved domains such as `example.com` make the server fail.
    pub email: String,
    /// The password of the account.
    pub password: Password,
}

impl Registration {
    /// Checks what can be known before anything is sent.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is not valid, or a password that breaks a rule.
    pub fn validate(&self) -> Result<(), Error> {
        rules::checked::<Email>("email", &self.email)?;
        self.password.check()
    }
}

/// An account that waits for its e-mail code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Registered {
    /// The server's words.
    pub message: String,
    /// The address the code went to.
    pub email: String,
    /// True when the account already waited and only another code was sent.
    pub resent: bool,
}

/// An organization.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Organization {
    /// Its id.
    pub uuid: Option<OrganizationId>,
    /// Its name.
    pub name: Option<String>,
    /// Whom Didit writes to.
    pub contact_email: Option<String>,
    /// ISO 8601.
    pub created_at: Option<String>,
}

/// An application, with its key.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Application {
    /// Its id.
    pub uuid: Option<ApplicationId>,
    /// Its name.
    pub name: Option<String>,
    /// Its public identifier.
    pub client_id: Option<String>,
    /// Its key, when the account may see it.
    pub api_key: Option<ApiKey>,
    /// Where its data is kept, such as `eu`.
    pub data_location: Option<String>,
    /// `live` or `sandbox`, when the server says so.
    pub mode: Option<String>,
}

/// What an accepted password leads to.
#[derive(Debug, Clone)]
pub enum LoginStep {
    /// The account is signed in.
    SignedIn(Login),
    /// The account also wants a second factor; see [`Client::verify_second_factor`].
    SecondFactor(SecondFactor),
}

/// A log-in that waits for its second factor.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// Stands for the accepted password, for 5 minutes.
    pub temp_token: TemporaryToken,
    /// Whether a code can finish it: from an authenticator app (6 digits), or an unused backup code. Without one there is only
    /// a passkey, which needs a browser.
    pub has_authenticator: bool,
    /// Whether the account has passkeys.
    pub has_passkeys: bool,
}

/// A signed-in account.
#[derive(Debug, Clone)]
pub struct Login {
    /// The token of the account calls.
    pub access_token: AccessToken,
    /// How many seconds it is valid; 86,400 is usual.
    pub expires_in: Option<i64>,
    /// The server's words.
    pub message: Option<String>,
}

/// An account whose address is verified. Its organization, application and key were just created.
#[derive(Debug, Clone)]
pub struct VerifiedAccount {
    /// The token of the account calls.
    pub access_token: AccessToken,
    /// How many seconds it is valid; 86,400 is usual.
    pub expires_in: Option<i64>,
    /// The organization that was made.
    pub organization: Option<Organization>,
    /// The application in which every check is simulated and nothing is billed, with its key. Older answers have none.
    pub sandbox_application: Option<Application>,
    /// The other application, with its key: the live one where there is a sandbox too, otherwise of either kind.
    pub application: Option<Application>,
}

impl VerifiedAccount {
    /// The application to begin with: the sandbox, where there is one.
    pub fn first_application(&self) -> Option<&Application> {
        self.sandbox_application
            .as_ref()
            .or(self.application.as_ref())
    }
}

/// All answers that begin with a token.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Default, Deserialize)]
#[serde(default)]
struct SignedIn {
    access_token: Option<AccessToken>,
    expires_in: Option<i64>,
    message: Option<String>,
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    organization: Option<Organization>,
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    application: Option<Application>,
    #[serde(deserialize_with = "lenient::object")]
    #[serde_with(skip_apply)]
    sandbox_application: Option<Application>,
    #[serde(rename = "2fa_required")]
    second_factor_required: Option<bool>,
    temp_token: Option<TemporaryToken>,
    has_authenticator: Option<bool>,
    has_passkeys: Option<bool>,
}

impl SignedIn {
    fn login(self, status: u16) -> Result<Login, Error> {
        Ok(Login {
            access_token: Echo::of(status).present("access_token", self.access_token)?,
            expires_in: self.expires_in,
            message: self.message,
        })
    }
}

#[derive(Serialize)]
struct OneTimeCode<'a> {
    temp_token: &'a str,
    otp_token: &'a str,
}

#[derive(Serialize)]
struct Credentials<'a> {
    email: &'a str,
    password: &'a str,
}

#[derive(Serialize)]
struct EmailCode<'a> {
    email: &'a str,
    code: &'a str,
}

impl Client {
    /// Opens an account. Registering again with the same password while the address is unverified sends another code.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address or a password that breaks a rule. Five calls per hour and IP, together with
    /// [`Self::resend_code`].
    pub async fn register(&self, registration: &Registration) -> Result<Registered, Error> {
        registration.validate()?;
        let call = credentials_call("register", &registration.email, &registration.password)?;
        registered(&self.json(call).await?, &registration.email)
    }

    /// Sends another e-mail code; once per minute.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an address that is not valid.
    pub async fn resend_code(&self, registration: &Registration) -> Result<Registered, Error> {
        let call = credentials_call("resend-otp", &registration.email, &registration.password)?;
        Ok(Registered {
            resent: true,
            ..registered(&self.json(call).await?, &registration.email)?
        })
    }

    /// Verifies the address with the code from the e-mail, which is valid for 10 minutes.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless the code is six letters or digits; lower case is taken.
    pub async fn verify_email(&self, email: &str, code: &str) -> Result<VerifiedAccount, Error> {
        let email = rules::checked::<Email>("email", email)?;
        let code = code.trim().to_ascii_uppercase();
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Error::invalid(
                "code",
                "must be the six letters and digits of the e-mail, such as A3K9F2",
            ));
        }
        let call = Call::account(
            Method::POST,
            &[&"programmatic", &"verify-email"],
            Credential::None,
        )
        .body(&EmailCode {
            email: &email,
            code: &code,
        })?;
        let answer = self.json(call).await?;
        let read: SignedIn = answer.read()?;
        let echo = Echo::of(answer.status);
        let application = match read.sandbox_application {
            Some(_) => read.application,
            None => Some(echo.present("application", read.application)?),
        };
        Ok(VerifiedAccount {
            access_token: echo.present("access_token", read.access_token)?,
            expires_in: read.expires_in,
            organization: read.organization,
            sandbox_application: read.sandbox_application,
            application,
        })
    }

    /// Signs in. Five wrong passwords lock the account for 15 minutes.
    ///
    /// # Errors
    /// An API error of kind `Authentication` for a wrong password.
    pub async fn login(&self, email: &str, password: &Password) -> Result<LoginStep, Error> {
        let call = credentials_call("login", email, password)?;
        let answer = self.json(call).await?;
        let read: SignedIn = answer.read()?;
        if read.second_factor_required != Some(true) {
            return Ok(LoginStep::SignedIn(read.login(answer.status)?));
        }
        Ok(LoginStep::SecondFactor(SecondFactor {
            temp_token: Echo::of(answer.status).present("temp_token", read.temp_token)?,
            has_authenticator: read.has_authenticator.unwrap_or(true),
            has_passkeys: read.has_passkeys.unwrap_or_default(),
        }))
    }

    /// Finishes a log-in with a second factor: the current code of an authenticator app, or an unused backup code.
    ///
    /// # Errors
    /// An API error of kind `Invalid` for a wrong code; of this or another kind when the 5 minutes have passed.
    pub async fn verify_second_factor(
        &self,
        waiting: &SecondFactor,
        code: &str,
    ) -> Result<Login, Error> {
        let code = code.trim();
        if code.is_empty() {
            return Err(Error::invalid("code", "must not be empty"));
        }
        let path: &[&dyn Segment] = &[&"2fa", &"verify"];
        let call = Call::account(Method::POST, path, Credential::None).body(&OneTimeCode {
            temp_token: waiting.temp_token.expose_secret(),
            otp_token: code,
        })?;
        let answer = self.json(call).await?;
        answer.read::<SignedIn>()?.login(answer.status)
    }

    /// The organizations of an account.
    ///
    /// # Errors
    /// An API error of kind `Authentication` when the token has expired.
    pub async fn organizations(&self, token: &AccessToken) -> Result<Vec<Organization>, Error> {
        let path: &[&dyn Segment] = &[&"organizations", &"me"];
        self.every_row(None, || {
            Call::account(Method::GET, path, Credential::Bearer(token))
        })
        .await
    }

    /// The applications of an organization, with their keys.
    ///
    /// # Errors
    /// An API error of kind `Authentication` when the token has expired.
    pub async fn applications(
        &self,
        token: &AccessToken,
        organization: &OrganizationId,
    ) -> Result<Vec<Application>, Error> {
        let path: &[&dyn Segment] = &[&"organizations", &"me", organization, &"applications"];
        self.every_row(None, || {
            Call::account(Method::GET, path, Credential::Bearer(token))
        })
        .await
    }

    /// One application, with its key.
    ///
    /// # Errors
    /// An API error of kind `NotFound` for an unknown id.
    pub async fn application(
        &self,
        token: &AccessToken,
        organization: &OrganizationId,
        application: &ApplicationId,
    ) -> Result<Application, Error> {
        let path: &[&dyn Segment] = &[
            &"organizations",
            &"me",
            organization,
            &"applications",
            application,
        ];
        let answer = self
            .json(Call::account(Method::GET, path, Credential::Bearer(token)))
            .await?;
        let found: Application = answer.read()?;
        Echo::of(answer.status).may_be("uuid", application, found.uuid.as_ref())?;
        Ok(found)
    }
}

fn credentials_call(
    action: &'static str,
    email: &str,
    password: &Password,
) -> Result<Call<'static>, Error> {
    let email = rules::checked::<Email>("email", email)?;
    let body = Credentials {
        email: &email,
        password: password.expose_secret(),
    };
    Call::account(Method::POST, &[&"programmatic", &action], Credential::None).body(&body)
}

/// Only the status is certain: the body of a repeated registration is not documented.
fn registered(answer: &ApiResponse, email: &str) -> Result<Registered, Error> {
    let value = answer.value()?;
    let word = |key: &str| value.get(key)?.as_str().map(super::error::one_line);
    // A code sent to another address would open somebody else's account.
    let answered = word("email");
    Echo::of(answer.status).may_be_word("email", Some(email), answered.as_deref())?;
    Ok(Registered {
        message: word("message")
            .or_else(|| word("detail"))
            .unwrap_or_default(),
        email: answered.unwrap_or_else(|| email.trim().to_owned()),
        resent: answer.status == 200,
    })
}
