//! What stands in a setting: nothing, a value, or what a client forgot to fill in.

use std::path::{Path, PathBuf};

use super::Error;

/// The value. An empty one counts as absent, because client configurations often leave one; so does a placeholder such as
/// `${user_config.workflow_id}`, which clients pass on where the user filled in nothing.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim)
        .filter(|text| !text.is_empty() && !is_placeholder(text))
}

/// The value of a setting that restricts or records: what a client did not fill in must not leave a guard off in silence.
///
/// # Errors
/// [`Error::Placeholder`] by the name of the setting.
pub(super) fn given_exactly<'a>(
    setting: &'static str,
    text: Option<&'a str>,
) -> Result<Option<&'a str>, Error> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) if is_unset_bundle_value(text) => Ok(None),
        Some(text) if holds_placeholder(text) => Err(Error::Placeholder { setting }),
        Some(text) => Ok(Some(text)),
    }
}

/// A path, with `~` for the user's home folder. One that depends on where the client was started would put reports about
/// people into whatever folder that was.
///
/// # Errors
/// [`Error::Placeholder`], and [`Error::File`] for a path that does not say where it begins.
pub(super) fn path(setting: &'static str, path: Option<&Path>) -> Result<Option<PathBuf>, Error> {
    let Some(path) = path else {
        return Ok(None);
    };
    let Some(text) = path.to_str() else {
        return Ok(Some(path.to_owned()));
    };
    let Some(text) = given_exactly(setting, Some(text))? else {
        return Ok(None);
    };
    let refused = |reason: &str| Error::File {
        setting,
        file: text.into(),
        reason: reason.to_owned(),
    };
    let whole = match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            let home = directories::BaseDirs::new()
                .ok_or_else(|| refused("this user has no home folder for `~`"))?;
            home.home_dir().join(rest.trim_start_matches(['/', '\\']))
        }
        _ => PathBuf::from(text),
    };
    if whole.is_relative() {
        return Err(refused(
            "it does not say where it begins; give the whole path, or one that begins with ~/",
        ));
    }
    Ok(Some(whole))
}

/// Whether a client left the name of a value where the value should be.
fn is_placeholder(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}')
}

/// Whether a client of bundles passed on the name of a value that the user left out: the whole value is `${user_config.…}`.
pub(super) fn is_unset_bundle_value(text: &str) -> bool {
    text.strip_prefix("${user_config.")
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| !name.contains(['$', '{', '}']))
}

/// Whether a client did not fill in a part of the value.
pub(super) fn holds_placeholder(text: &str) -> bool {
    text.split_once("${")
        .is_some_and(|(_, rest)| rest.contains('}'))
}
