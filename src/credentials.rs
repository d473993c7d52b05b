//! The file that remembers an account: its key, and the password generated for it.
//!
//! The folder is for its owner alone (0700), the file too (0600). It is replaced as a whole, so a
//! reader never sees half of it, and two processes take turns. A file that others can read is refused.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// What is remembered of one account, under the name of a profile. Holds secrets in the clear, as the
/// file does: it has no `Debug`, and only this crate turns its fields into secret types.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Profile {
    /// The e-mail of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The password generated at registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The key of the application in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// The application in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Named>,
    /// The organization that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Named>,
    /// The secrets of webhook destinations, by their id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub webhook_secrets: BTreeMap<String, String>,
    /// What a newer version wrote is kept.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// An id with the name that people know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
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
    Loose {
        /// The file or folder.
        path: String,
        /// Its permissions.
        mode: u32,
        /// The permissions it needs.
        wanted: u32,
    },
    /// It is not what this program writes.
    #[error("the credentials file {path} is not valid JSON of this program (line {line})")]
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
    /// The platform names no folder for settings.
    #[error("no folder for settings is known on this system; name a file with --credentials")]
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
            Self::File { path, profile } => {
                Ok(read(path)?.profiles.remove(profile).unwrap_or_default())
            }
        }
    }

    /// Changes the profile in use, keeping everything else in the file.
    ///
    /// # Errors
    /// [`Error`] when the file cannot be read or replaced; it is then as it was.
    pub fn update(&self, change: impl FnOnce(&mut Profile)) -> Result<(), Error> {
        match self {
            Self::Memory(profile) => {
                change(&mut profile.lock().unwrap_or_else(PoisonError::into_inner));
                Ok(())
            }
            Self::File { path, profile } => {
                let folder = folder_of(path);
                prepare_folder(folder).map_err(|source| io_error(path, "written", source))?;
                let lock = lock(path).map_err(|source| io_error(path, "written", source))?;
                let mut document = read(path)?;
                change(document.profiles.entry(profile.clone()).or_default());
                replace(path, folder, &document)
                    .map_err(|source| io_error(path, "written", source))?;
                drop(lock);
                Ok(())
            }
        }
    }

    /// Where the profile is kept, for people.
    pub fn place(&self) -> String {
        match self {
            Self::File { path, profile } => format!("{} (profile {profile})", path.display()),
            Self::Memory(_) => "memory only".to_owned(),
        }
    }
}

/// The platform's own place for the file.
///
/// # Errors
/// [`Error::NoPlace`] when there is no home folder.
pub fn default_path() -> Result<PathBuf, Error> {
    directories::ProjectDirs::from("", "", "didit-mcp")
        .map(|folders| folders.config_dir().join("credentials.json"))
        .ok_or(Error::NoPlace)
}

fn read(path: &Path) -> Result<Document, Error> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Document::default()),
        Err(source) => return Err(io_error(path, "read", source)),
    };
    // The file that was opened is the one that is judged, so that none can take its place in between.
    refuse_loose(path, &file)?;
    let mut text = String::new();
    io::Read::read_to_string(&mut file, &mut text)
        .map_err(|source| io_error(path, "read", source))?;
    serde_json::from_str(&text).map_err(|error| Error::Malformed {
        path: path.display().to_string(),
        line: error.line(),
    })
}

#[cfg(unix)]
fn refuse_loose(path: &Path, file: &fs::File) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let refuse = |path: &Path, mode: u32, wanted: u32| {
        Err(Error::Loose {
            path: path.display().to_string(),
            mode: mode & 0o7777,
            wanted,
        })
    };
    let mode = |metadata: io::Result<fs::Metadata>| {
        metadata
            .map(|metadata| metadata.permissions().mode())
            .map_err(|source| io_error(path, "read", source))
    };
    let of_file = mode(file.metadata())?;
    if of_file & 0o077 != 0 {
        return refuse(path, of_file, 0o600);
    }
    let folder = folder_of(path);
    let of_folder = mode(fs::metadata(folder))?;
    // In a folder with the sticky bit, as /tmp, nobody replaces another's file.
    if of_folder & 0o022 != 0 && of_folder & 0o1000 == 0 {
        return refuse(folder, of_folder, 0o700);
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_loose(_path: &Path, _file: &fs::File) -> Result<(), Error> {
    // Windows profiles are private to their user by inheritance.
    Ok(())
}

/// A bare file name lies in the working folder, whose path is not the empty one that `parent` gives.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

#[cfg(unix)]
fn prepare_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn prepare_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Two processes that register at once take turns; the lock goes with the handle.
fn lock(path: &Path) -> io::Result<fs::File> {
    let file = crate::log::private_append(&path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

/// `tempfile` makes the new file 0600 before anything is in it.
fn replace(path: &Path, folder: &Path, document: &Document) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, document)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn io_error(path: &Path, action: &'static str, source: io::Error) -> Error {
    Error::Io {
        path: path.display().to_string(),
        action,
        source,
    }
}
