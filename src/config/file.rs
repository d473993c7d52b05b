//! `config.toml` in the settings folder: what holds for every start of this user, under variables and flags.
//!
//! It holds no secret. A key comes from its variable or from `account login`, because files like this one are copied around.

use std::path::PathBuf;

use serde::Deserialize;
use toml_edit::de::from_str;

use super::{
    error::Error,
    options::Options,
    shared::{output_dir, personal_data, toolsets, workflow_id},
    values::{given, given_exactly},
};
use crate::private_file;

const SETTING: &str = "config.toml";

/// The settings of the file, under the names of their flags.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Defaults {
    #[serde(alias = "output_dir")]
    output_dir: Option<PathBuf>,
    pii: Option<String>,
    profile: Option<String>,
    toolsets: Option<Names>,
    #[serde(alias = "workflow_id")]
    workflow_id: Option<String>,
}

/// Names with commas between them, as the flag takes them, or as a list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    Text(String),
    List(Vec<String>),
}

impl Defaults {
    fn toolsets(&self) -> Option<String> {
        Some(match self.toolsets.as_ref()? {
            Names::Text(text) => text.clone(),
            Names::List(names) => names.join(","),
        })
    }
}

/// Fills in what neither a flag nor a variable says.
///
/// # Errors
/// [`Error::File`] for a file that cannot be read, holds an unknown name or a value that the flag would not take.
pub fn fill_in(options: &mut Options) -> Result<(), Error> {
    let Some(folder) = crate::credentials::settings_folder() else {
        return Ok(());
    };
    let path = folder.join(SETTING);
    let refused = |reason: String| Error::File {
        setting: SETTING,
        file: path.clone(),
        reason,
    };
    let text = match private_file::read_public(&path) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8".to_owned()))?,
        // A user without a home folder has no settings there either.
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(());
        }
        Err(error) => return Err(refused(error.to_string())),
    };
    let defaults = read(&text).map_err(refused)?;
    fill(&mut options.toolsets, defaults.toolsets(), |text| {
        says_nothing(text)
    });
    fill(&mut options.pii, defaults.pii, |text| says_nothing(text));
    fill(&mut options.output_dir, defaults.output_dir, |path| {
        path.to_str().is_some_and(says_nothing)
    });
    // Workflows of a real account do not exist on the simulator, where nothing is remembered either.
    if !options.simulate {
        let is_absent = |text: &String| given(Some(text)).is_none();
        fill(&mut options.workflow_id, defaults.workflow_id, is_absent);
        fill(&mut options.profile, defaults.profile, is_absent);
    }
    Ok(())
}

/// A variable that is there and empty says nothing. One that holds a placeholder does where it restricts something: it is
/// refused elsewhere.
fn says_nothing(text: &str) -> bool {
    matches!(given_exactly(SETTING, Some(text)), Ok(None))
}

fn fill<T>(option: &mut Option<T>, default: Option<T>, is_absent: impl Fn(&T) -> bool) {
    if option.as_ref().is_none_or(is_absent) && default.is_some() {
        *option = default;
    }
}

/// Reads the text, and checks each value as its flag would be, so that a mistake is told by the name of this file.
fn read(text: &str) -> Result<Defaults, String> {
    let defaults: Defaults = from_str(text).map_err(|error| {
        let line = error.span().map(|span| {
            let before = text.get(..span.start).unwrap_or_default();
            format!("line {}: ", before.matches('\n').count() + 1)
        });
        format!("{}{}", line.unwrap_or_default(), error.message())
    })?;
    let alone = Options {
        output_dir: defaults.output_dir.clone(),
        pii: defaults.pii.clone(),
        workflow_id: defaults.workflow_id.clone(),
        ..Options::default()
    };
    let said = |error: Error| error.to_string();
    toolsets(defaults.toolsets().as_deref()).map_err(said)?;
    personal_data(&alone).map_err(said)?;
    workflow_id(&alone).map_err(said)?;
    output_dir(&alone).map_err(said)?;
    Ok(defaults)
}
