//! The file that remembers an account: its key, and the password generated for it.
//!
//! The folder is for its owner alone (0700), the file too (0600). It is replaced as a whole, so a
//! reader never sees half of it, and two processes take turns. A file that others can read, or a folder
//! that others can write to, is refused.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::private_file;

/// What is remembered of one account, under the name of a profile. Holds secrets in the clear, as the
/// file does: it has no `Debug`, and only this crate turns its fields into secret types.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The e-mail of the account in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its password, unless the operator alone knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Accounts that wait for their e-mail code, the latest last, after those that were in use before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_accounts: Vec<OtherAccount>,
    /// The key of the application in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// The origin of the API that the key belongs to, such as `https://verification.didit.me`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_origin: Option<String>,
    /// The application in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<NamedId>,
    /// The account's other applications whose keys are known, so that switching needs no log-in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_applications: Vec<OtherApplication>,
    /// The organization that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<NamedId>,
    /// The secrets of webhook destinations, by their id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub webhook_secrets: BTreeMap<String, String>,
    /// What a newer version wrote is kept.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// An account beside the one in use.
#[derive(Clone, Serialize, Deserialize)]
pub struct OtherAccount {
    /// Its e-mail.
    pub email: String,
    /// The password that was sent with its registration.
    pub password: String,
}

/// An application beside the one in use, with its key.
#[derive(Clone, Serialize, Deserialize)]
pub struct OtherApplication {
    /// Which one.
    #[serde(flatten)]
    pub application: NamedId,
    /// Its key.
    pub api_key: String,
}

/// Whether two addresses are one account: Didit does not tell upper and lower case apart.
pub fn same_email(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

impl Profile {
    /// The password of an address, when one is remembered.
    pub fn password_of(&self, email: &str) -> Option<&str> {
        let in_use = self.is_in_use(email).then_some(self.password.as_deref());
        in_use.flatten().or_else(|| {
            self.other_accounts
                .iter()
                .find(|account| same_email(&account.email, email))
                .map(|account| account.password.as_str())
        })
    }

    /// Whether an address is that of the account in use.
    pub fn is_in_use(&self, email: &str) -> bool {
        self.email
            .as_deref()
            .is_some_and(|known| same_email(known, email))
    }

    /// Remembers an account that waits for its code, as the latest.
    pub fn add_other(&mut self, email: &str, password: &str) {
        self.remove_other(email);
        self.other_accounts.push(OtherAccount {
            email: email.to_owned(),
            password: password.to_owned(),
        });
    }

    /// Forgets an account beside the one in use.
    pub fn remove_other(&mut self, email: &str) {
        self.other_accounts
            .retain(|account| !same_email(&account.email, email));
    }

    /// Puts an application of the account in use. The one before stays known with its key, as do `others`; of these, only those
    /// that `exists` accepts.
    pub fn use_application(
        &mut self,
        chosen: OtherApplication,
        others: Vec<OtherApplication>,
        exists: impl Fn(&str) -> bool,
    ) {
        let before = self.application.take().zip(self.api_key.take());
        let before = before.map(|(application, api_key)| OtherApplication {
            application,
            api_key,
        });
        let known = std::mem::take(&mut self.other_applications);
        for other in others.into_iter().chain(before).chain(known) {
            let id = &other.application.uuid;
            let is_known = |known: &OtherApplication| known.application.uuid == *id;
            if *id != chosen.application.uuid
                && exists(id)
                && !self.other_applications.iter().any(is_known)
            {
                self.other_applications.push(other);
            }
        }
        self.application = Some(chosen.application);
        self.api_key = Some(chosen.api_key);
    }

    /// Puts an account in use, with its own password if one is remembered. The one before keeps its password
    /// among the others, because nobody else knows a generated one.
    pub fn put_in_use(&mut self, email: &str) {
        let password = self.password_of(email).map(str::to_owned);
        self.remove_other(email);
        if !self.is_in_use(email) {
            // Keys of another account's applications come back with its next log-in.
            self.application = None;
            self.other_applications.clear();
        }
        if !self.is_in_use(email)
            && let (Some(email), Some(password)) = (self.email.take(), self.password.take())
        {
            self.other_accounts
                .insert(0, OtherAccount { email, password });
        }
        self.email = Some(email.to_owned());
        self.password = password;
    }
}

/// An id with the name that people know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedId {
    /// The identifier (UUID).
    pub uuid: String,
    /// The name shown in the console.
    #[serde(default)]
    pub name: String,
    /// `live` or `sandbox`, where Didit says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
}

/// Why the file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others can read the file, or replace it in its folder.
    #[error(
        "credentials are kept in {path}, which is open to others (mode {mode:o}); make it private with: chmod {wanted:o} {path}"
    )]
    TooPermissive {
        /// The file or folder.
        path: String,
        /// Its permissions.
        mode: u32,
        /// The permissions it needs.
        wanted: u32,
    },
    /// It is not what this program writes.
    #[error(
        "the credentials file {path} is not valid JSON, or not from this program (line {line})"
    )]
    Malformed {
        /// The file.
        path: String,
        /// Where reading stopped, counted from 1.
        line: usize,
    },
    /// It could not be read or written.
    #[error("the credentials file {path} could not be {action}: {source}")]
    Io {
        /// The file.
        path: String,
        /// `read` or `written`.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Another process keeps it locked.
    #[error(
        "the credentials file {path} is held by another process, so nothing was stored; try again, or end that process"
    )]
    Busy {
        /// The file.
        path: String,
    },
    /// The platform names no folder for settings.
    #[error(
        "this user has no home folder, so there is no place to keep an account, and nothing was stored; name a file with --credentials"
    )]
    NoPlace,
}

/// Where profiles are kept.
pub enum Store {
    /// In a file, shared with other processes.
    File {
        /// The file.
        path: PathBuf,
        /// The profile in use.
        profile: String,
    },
    /// In memory only: accounts of the simulator die with it.
    Memory(Box<Mutex<Profile>>),
    /// Nowhere: the system names no folder for the user, so nothing is remembered.
    Nowhere,
}

#[derive(Default, Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
    #[serde(flatten)]
    extra: serde_json::Map<String, serde_json::Value>,
}

impl Store {
    /// The profile in use; an absent file or profile is an empty one.
    ///
    /// # Errors
    /// [`Error`] when the file is there and cannot be used.
    pub fn load(&self) -> Result<Profile, Error> {
        match self {
            Self::Memory(profile) => Ok(profile
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()),
            Self::Nowhere => Ok(Profile::default()),
            Self::File { path, profile } => {
                Ok(read(path)?.profiles.remove(profile).unwrap_or_default())
            }
        }
    }

    /// Changes the profile in use, keeping everything else in the file.
    ///
    /// # Errors
    /// [`Error`] when the file cannot be read or replaced; it is then as it was.
    pub async fn update(&self, change: impl FnOnce(&mut Profile)) -> Result<(), Error> {
        match self {
            Self::Memory(profile) => {
                change(&mut profile.lock().unwrap_or_else(PoisonError::into_inner));
                Ok(())
            }
            Self::Nowhere => Err(Error::NoPlace),
            Self::File { path, profile } => {
                let written = |error| unusable(path, "written", error);
                let turn = private_file::WriteLock::take(path).await.map_err(written)?;
                let mut document = read(path)?;
                change(document.profiles.entry(profile.clone()).or_default());
                turn.replace(&document).await.map_err(written)
            }
        }
    }

    /// A file beside this one for what else the processes of a profile share, and the profile's name; none where accounts
    /// live in memory.
    pub fn beside(&self, name: &str) -> Option<(PathBuf, String)> {
        match self {
            Self::File { path, profile } => Some((path.with_extension(name), profile.clone())),
            Self::Memory(_) | Self::Nowhere => None,
        }
    }

    /// Where the profile is kept, for people.
    pub fn place(&self) -> String {
        match self {
            Self::File { path, profile } => format!("{} (profile {profile})", path.display()),
            Self::Memory(_) => "memory only".to_owned(),
            Self::Nowhere => {
                "no place, because this user has no home folder (--credentials names one)"
                    .to_owned()
            }
        }
    }
}

/// The platform's own place for the file; there is none for a user without a home folder.
pub fn default_path() -> Option<PathBuf> {
    Some(settings_folder()?.join("credentials.json"))
}

/// The platform's own place for this user's settings.
pub fn settings_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "didit-mcp")?;
    Some(folders.config_dir().to_owned())
}

fn read(path: &Path) -> Result<Document, Error> {
    let Some(text) = private_file::read(path).map_err(|error| unusable(path, "read", error))?
    else {
        return Ok(Document::default());
    };
    serde_json::from_str(&text).map_err(|error| Error::Malformed {
        path: path.display().to_string(),
        line: error.line(),
    })
}

fn unusable(path: &Path, action: &'static str, error: private_file::Error) -> Error {
    match error {
        private_file::Error::TooPermissive { path, mode, wanted } => Error::TooPermissive {
            path: path.display().to_string(),
            mode,
            wanted,
        },
        private_file::Error::Busy => Error::Busy {
            path: path.display().to_string(),
        },
        private_file::Error::Io(source) => Error::Io {
            path: path.display().to_string(),
            action,
            source,
        },
    }
}
