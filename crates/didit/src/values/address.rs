//! Addresses that are sent: where events are reported, and where a person or a payer goes next.
//!
//! People judge an address by its beginning. So nothing is accepted that makes it look like another host's, and what is
//! sent is the address as it was understood, not as it was written.

use url::Url;

use super::form::value;
use super::text::seen;
use crate::error::InvalidValue;
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

value!(
    /// An address to which events are reported: https, or http on this machine, for the simulator. Like every address that is
    /// sent it has at most 2,048 bytes, and no user name, backslash, blank, control or invisible character.
    WebhookUrl,
    |text| {
        let url = parsed(text, "https://example.com/hook")?;
        if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) {
            as_sent(&url)
        } else {
            Err(InvalidValue::new("must start with https://"))
        }
    }
);

value!(
    /// An address that a browser returns to: https or http.
    WebUrl,
    |text| {
        let url = parsed(text, "https://example.com/done")?;
        if matches!(url.scheme(), "https" | "http") {
            as_sent(&url)
        } else {
            Err(InvalidValue::new(
                "must be a URL that starts with https:// or http://",
            ))
        }
    }
);

value!(
    /// An address at which a browser or an app goes on: any scheme that leads somewhere, such as `app://done`.
    AppUrl,
    |text| {
        let url = parsed(text, "https://example.com/done or app://done")?;
        if NOT_PLACES.contains(&url.scheme()) {
            Err(InvalidValue::new(format!(
                "must be an address to go to, such as https://example.com/done or app://done; {}: is none",
                url.scheme()
            )))
        } else {
            as_sent(&url)
        }
    }
);

impl WebhookUrl {
    /// The scheme with the host and the port unless it is the usual one, such as `https://example.com`, in ASCII: letters of
    /// other scripts, which may look like Latin ones, stand as `xn--…`.
    pub fn scheme_and_host(&self) -> &str {
        let after_scheme = self.find("://").map_or(0, |place| place + 3);
        let front = self.split_at_checked(after_scheme);
        let host = front.and_then(|(_, rest)| rest.split('/').next());
        let end = after_scheme + host.map_or(0, str::len);
        self.get(..end).unwrap_or(self)
    }
}

/// The whole address exactly as it is sent.
fn as_sent(url: &Url) -> Result<String, InvalidValue> {
    let as_sent = url.as_str();
    if as_sent.len() > LONGEST_ADDRESS {
        return Err(too_long());
    }
    Ok(as_sent.to_owned())
}

/// Whether a link that was received can be opened by a human: https, or http on this machine, and nothing that hides whose
/// it is.
pub(crate) fn is_web_link(link: &str) -> bool {
    link.parse::<WebhookUrl>().is_ok()
}

/// Removes a received link that a human must not open; returns whether it was removed.
pub(crate) fn drop_unless_web_link(link: &mut Option<String>) -> bool {
    link.take_if(|link| !is_web_link(link)).is_some()
}

fn parsed(text: &str, example: &str) -> Result<Url, InvalidValue> {
    seen(text)?;
    if text.len() > LONGEST_ADDRESS {
        return Err(too_long());
    }
    if text.contains(char::is_whitespace) {
        return Err(InvalidValue::new(
            "must not hold a blank; %20 stands for one",
        ));
    }
    // Browsers read it as a slash and other programs do not, so the host would depend on the reader.
    if text.contains('\\') {
        return Err(InvalidValue::new("must not hold a backslash"));
    }
    let url = Url::parse(text)
        .map_err(|_| InvalidValue::new(format!("must be an absolute URL such as {example}")))?;
    // Parsing drops an empty user name, and an address written with one is meant to mislead.
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err(InvalidValue::new(
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

fn too_long() -> InvalidValue {
    InvalidValue::new(format!("must have at most {LONGEST_ADDRESS} bytes"))
}

#[cfg(test)]
mod tests {
    use super::{AppUrl, LONGEST_ADDRESS, WebhookUrl, is_web_link};
    use crate::error::InvalidValue;

    fn events(written: &str) -> Result<WebhookUrl, InvalidValue> {
        written.parse()
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
            let address = events(written).unwrap();
            assert_eq!(
                (&*address, address.scheme_and_host()),
                (sent, front),
                "{written}"
            );
            assert_eq!(events(&address).unwrap(), address, "{written}");
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
            let message = events(written).unwrap_err().message;
            assert!(message.contains(word), "{written}: {message}");
        }
        let front = "https://shop.test/";
        let fits = format!("{front}{}", "a".repeat(LONGEST_ADDRESS - front.len()));
        assert_eq!(*events(&fits).unwrap(), *fits);
        events(&format!("{fits}a")).unwrap_err();
        // Each of these letters becomes six characters when it is sent.
        events(&format!("{front}{}", "ñ".repeat(500))).unwrap_err();
    }

    #[test]
    fn an_app_may_be_returned_to_and_a_script_may_not() {
        let taken = |written: &str| written.parse::<AppUrl>();
        for (written, sent) in [
            ("app://done", "app://done"),
            ("com.shop.app:/done", "com.shop.app:/done"),
            ("my-app:done", "my-app:done"),
            ("http://shop.test/done", "http://shop.test/done"),
            ("app://d\u{43e}ne/x", "app://d%D0%BEne/x"),
        ] {
            assert_eq!(&*taken(written).unwrap(), sent, "{written}");
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
            taken(written).unwrap_err();
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
