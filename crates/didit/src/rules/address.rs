//! Addresses that are sent: where events are reported, and where a person or a payer goes next.
//!
//! Whoever agrees to an address reads its front. So nothing is taken that makes the front look like another one's, and what is
//! sent is the address as it was understood, not as it was written.

use url::Url;

use super::unseen::unseen;
use crate::error::Error;
use crate::http::is_loopback;

/// The longest address, in bytes: what browsers, proxies and databases take.
pub const LONGEST_ADDRESS: usize = 2_048;

/// Schemes that make a browser run or open something instead of going somewhere.
const NOT_PLACES: [&str; 8] = [
    "javascript",
    "data",
    "file",
    "vbscript",
    "blob",
    "filesystem",
    "about",
    "view-source",
];

/// An address as it is sent, and its part that says whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    as_sent: String,
    scheme_and_host: String,
}

impl WebAddress {
    /// An address to which events are reported: https, or http on this machine, for the simulator.
    ///
    /// # Errors
    /// [`Error::Invalid`] with `field` for everything else, and for what every address is refused for: a user name, a
    /// backslash, a blank, a control or invisible character, more than 2,048 bytes.
    pub fn for_events(field: &str, value: &str) -> Result<Self, Error> {
        let url = parsed(field, value, "https://example.com/hook")?;
        if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) {
            Self::of(field, &url)
        } else {
            Err(Error::invalid(field, "must start with https://"))
        }
    }

    /// An address that a browser returns to: https or http.
    ///
    /// # Errors
    /// Those of [`WebAddress::for_events`].
    pub fn for_browser(field: &str, value: &str) -> Result<Self, Error> {
        let url = parsed(field, value, "https://example.com/done")?;
        if matches!(url.scheme(), "https" | "http") {
            Self::of(field, &url)
        } else {
            Err(Error::invalid(
                field,
                "must be a URL that starts with https:// or http://",
            ))
        }
    }

    /// An address at which a browser or an app goes on: any scheme that leads somewhere, such as `app://done`.
    ///
    /// # Errors
    /// Those of [`WebAddress::for_events`].
    pub fn for_browser_or_app(field: &str, value: &str) -> Result<Self, Error> {
        let url = parsed(field, value, "https://example.com/done or app://done")?;
        if NOT_PLACES.contains(&url.scheme()) {
            Err(Error::invalid(
                field,
                format!(
                    "must be an address to go to, such as https://example.com/done or app://done; {}: is none",
                    url.scheme()
                ),
            ))
        } else {
            Self::of(field, &url)
        }
    }

    /// The whole address exactly as it is sent.
    pub fn as_sent(&self) -> &str {
        &self.as_sent
    }

    /// The scheme with the host and the port unless it is the usual one, such as `https://example.com` or `app://done`, in
    /// ASCII: letters of other scripts, which may look like Latin ones, stand as `xn--…`. The scheme alone where there is no
    /// host, such as `app:`.
    pub fn scheme_and_host(&self) -> &str {
        &self.scheme_and_host
    }

    fn of(field: &str, url: &Url) -> Result<Self, Error> {
        let as_sent = url.as_str();
        if as_sent.len() > LONGEST_ADDRESS {
            return Err(too_long(field));
        }
        let scheme_and_host = match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{}://{host}:{port}", url.scheme()),
            (Some(host), None) => format!("{}://{host}", url.scheme()),
            (None, _) => format!("{}:", url.scheme()),
        };
        Ok(Self {
            as_sent: as_sent.to_owned(),
            scheme_and_host,
        })
    }
}

/// Whether a link that was received can be opened by a human: https, or http on this machine, and nothing that hides whose
/// it is.
pub(crate) fn is_web_link(link: &str) -> bool {
    WebAddress::for_events("link", link).is_ok()
}

/// Leaves out a link that was received where a human must not open it; whether it was left out.
pub(crate) fn drop_unless_web_link(link: &mut Option<String>) -> bool {
    link.take_if(|link| !is_web_link(link)).is_some()
}

fn parsed(field: &str, value: &str, example: &str) -> Result<Url, Error> {
    let value = value.trim();
    if let Some(refusal) = unseen(field, value) {
        return Err(refusal);
    }
    if value.len() > LONGEST_ADDRESS {
        return Err(too_long(field));
    }
    if value.contains(char::is_whitespace) {
        return Err(Error::invalid(
            field,
            "must not hold a blank; %20 stands for one",
        ));
    }
    // Browsers read it as a slash and other programs do not, so the host would depend on the reader.
    if value.contains('\\') {
        return Err(Error::invalid(field, "must not hold a backslash"));
    }
    let url = Url::parse(value)
        .map_err(|_| Error::invalid(field, format!("must be an absolute URL such as {example}")))?;
    // An empty user name is dropped by parsing, and an address that was written with one means to be read wrongly.
    if !url.username().is_empty() || url.password().is_some() || authority(value).contains('@') {
        return Err(Error::invalid(
            field,
            "must not hold a user name or a password: what stands before an @ is not where the address leads",
        ));
    }
    Ok(url)
}

/// What stands between the scheme's slashes and the path.
fn authority(value: &str) -> &str {
    let Some((_, rest)) = value.split_once(':') else {
        return "";
    };
    let rest = rest.trim_start_matches('/');
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn too_long(field: &str) -> Error {
    Error::invalid(field, format!("must have at most {LONGEST_ADDRESS} bytes"))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_ADDRESS, WebAddress, is_web_link};
    use crate::Error;

    fn message(result: Result<WebAddress, Error>) -> String {
        match result {
            Err(Error::Invalid { field, message, .. }) if field == "url" => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_sent_is_what_was_understood() {
        for (written, sent, front) in [
            (
                "https://Shop.Test",
                "https://shop.test/",
                "https://shop.test",
            ),
            (
                " https://shop.test:443/a?b=c#d ",
                "https://shop.test/a?b=c#d",
                "https://shop.test",
            ),
            (
                "https://shop.test:8443/a/../b",
                "https://shop.test:8443/b",
                "https://shop.test:8443",
            ),
            (
                "https://shop.test/a%2Fb",
                "https://shop.test/a%2Fb",
                "https://shop.test",
            ),
            (
                "https://shop.test/@ana",
                "https://shop.test/@ana",
                "https://shop.test",
            ),
            (
                "https://shop.test/?to=a@b",
                "https://shop.test/?to=a@b",
                "https://shop.test",
            ),
            // The second letter is Cyrillic.
            (
                "https://s\u{4bb}op.test/x",
                "https://xn--sop-2sd.test/x",
                "https://xn--sop-2sd.test",
            ),
            (
                "https://ＳＨＯＰ.test/x",
                "https://shop.test/x",
                "https://shop.test",
            ),
            (
                "https://shop%2etest/x",
                "https://shop.test/x",
                "https://shop.test",
            ),
            (
                "https://0x7f.1/x",
                "https://127.0.0.1/x",
                "https://127.0.0.1",
            ),
            (
                "https://[::FFFF:1]/x",
                "https://[::ffff:1]/x",
                "https://[::ffff:1]",
            ),
            (
                "https://shop.test/ñ",
                "https://shop.test/%C3%B1",
                "https://shop.test",
            ),
            (
                "http://127.0.0.1:9000/hook",
                "http://127.0.0.1:9000/hook",
                "http://127.0.0.1:9000",
            ),
        ] {
            let address = WebAddress::for_events("url", written).unwrap();
            assert_eq!(
                (address.as_sent(), address.scheme_and_host()),
                (sent, front),
                "{written}"
            );
            let again = WebAddress::for_events("url", address.as_sent()).unwrap();
            assert_eq!(again, address, "{written}");
        }
    }

    #[test]
    fn what_looks_like_another_address_is_refused() {
        for (written, word) in [
            ("https://our-company.com@evil.example/x", "user name"),
            ("https://our-company.com:443@evil.example/x", "user name"),
            ("https://@evil.example/x", "user name"),
            ("https://:@evil.example/x", "user name"),
            ("https:our-company.com@evil.example/x", "user name"),
            ("https:///our-company.com@evil.example/x", "user name"),
            (
                "https://hooks.our-company.com%2Faaaa@evil.example/collect",
                "user name",
            ),
            ("https://our-company.com%2F.evil.example/x", "absolute URL"),
            ("https://our-company.com%40evil.example/x", "absolute URL"),
            ("https://our-company.com%00.evil.example/x", "absolute URL"),
            ("https://evil.example\\.our-company.com/x", "backslash"),
            ("https:\\\\evil.example/x", "backslash"),
            (
                "https://evil.example/\t@our-company.com",
                "U+0009 at character 22",
            ),
            ("https://evil\n.example/x", "U+000A at character 13"),
            ("https://ev\u{200b}il.example/x", "U+200B at character 11"),
            ("https://ev\u{202e}il.example/x", "U+202E at character 11"),
            ("https://ev\u{ad}il.example/x", "U+00AD at character 11"),
            ("https://evil.example/a b", "blank"),
            ("https://evil.example/a\u{a0}b", "blank"),
            ("https://", "absolute URL"),
            ("//evil.example/x", "absolute URL"),
            ("", "absolute URL"),
            ("http://shop.test/x", "https://"),
            ("http://127.0.0.1.evil.example/x", "https://"),
            ("ftp://shop.test/x", "https://"),
            ("javascript:alert(1)", "https://"),
        ] {
            let message = message(WebAddress::for_events("url", written));
            assert!(message.contains(word), "{written}: {message}");
        }
        let front = "https://shop.test/";
        let fits = format!("{front}{}", "a".repeat(LONGEST_ADDRESS - front.len()));
        assert_eq!(
            WebAddress::for_events("url", &fits).unwrap().as_sent(),
            fits
        );
        message(WebAddress::for_events("url", &format!("{fits}a")));
        // Each of these letters becomes six characters when it is sent.
        message(WebAddress::for_events(
            "url",
            &format!("{front}{}", "ñ".repeat(500)),
        ));
    }

    #[test]
    fn an_app_may_be_returned_to_and_a_script_may_not() {
        let taken = |written| WebAddress::for_browser_or_app("url", written);
        for (written, front) in [
            ("app://done", "app://done"),
            ("com.shop.app:/done", "com.shop.app:"),
            ("my-app:done", "my-app:"),
            ("http://shop.test/done", "http://shop.test"),
            ("app://d\u{43e}ne/x", "app://d%D0%BEne"),
        ] {
            assert_eq!(
                taken(written).unwrap().scheme_and_host(),
                front,
                "{written}"
            );
        }
        for written in [
            "javascript:alert(1)",
            "JavaScript://shop.test/%0aalert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://shop.test/1",
            "filesystem:https://shop.test/1",
            "about:blank",
            "view-source:https://shop.test",
            "java\nscript:alert(1)",
            "app://ana@evil.example",
            "app://a\\b",
            "done",
        ] {
            message(taken(written));
        }
    }

    #[test]
    fn links_that_a_human_opens_are_web_links() {
        assert!(is_web_link("https://verify.didit.me/session/test-token-0"));
        assert!(is_web_link("http://127.0.0.1:9000/session/test-token-0"));
        for link in [
            "",
            "u",
            "javascript:x",
            "http://verify.didit.me/s",
            "https://verify.didit.me@evil.example/s",
        ] {
            assert!(!is_web_link(link), "{link}");
        }
    }
}
