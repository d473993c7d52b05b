//! The proxy named by the environment, so that errors do not blame Didit for a fault of the proxy.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::loopback::is_loopback;
use crate::error::Error;

/// Where a proxy for https is named, in the order in which the HTTP client looks.
const VARIABLES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];
/// Some address that no rule exempts, to see whether a value names a proxy at all.
const ANYWHERE: &str = "https://any.example/";

/// A proxy, without its user name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    variable: &'static str,
    address: String,
}

impl Proxy {
    /// The proxy through which requests for `base` go, if there is one. Addresses of this machine and those of `NO_PROXY` have
    /// none.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the variable whose value is not the address of a proxy that can be used; the HTTP client would
    /// go without in silence.
    pub fn of(base: &Url) -> Result<Option<Self>, Error> {
        // In a CGI program a request header becomes HTTP_PROXY, so the HTTP client then uses no proxy.
        if is_loopback(base) || std::env::var_os("REQUEST_METHOD").is_some() {
            return Ok(None);
        }
        let named = VARIABLES.into_iter().find_map(|names| {
            let set = |name| std::env::var(name).ok().map(|value| (name, value));
            names
                .into_iter()
                .find_map(set)
                .filter(|(_, value)| !value.is_empty())
        });
        let Some((variable, value)) = named else {
            return Ok(None);
        };
        if address(&Matcher::builder().https(value).build(), ANYWHERE).is_none() {
            return Err(Error::invalid(
                variable,
                "is not the address of an HTTP proxy such as http://proxy.example:3128",
            ));
        }
        let address = address(&Matcher::from_env(), base.as_str());
        Ok(address.map(|address| Self { variable, address }))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "through the proxy {} that {} names",
            self.address, self.variable
        )
    }
}

/// The scheme, host and port of the proxy for a target.
fn address(matcher: &Matcher, target: &str) -> Option<String> {
    let proxy = matcher.intercept(&target.parse().ok()?)?;
    let proxy = proxy.uri();
    let scheme = proxy
        .scheme_str()
        .filter(|scheme| ["http", "https"].contains(scheme))?;
    Some(format!("{scheme}://{}", proxy.authority()?))
}
