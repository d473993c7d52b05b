//! Opening the files of settings: regular files of their owner, and nothing that a path may lead to besides.
//!
//! A pipe would hold the process until somebody writes or reads, a link could lead to a file of somebody else's choice, and a
//! file of another user could be read or changed by that user. The file that was opened is the one that is judged, so that
//! none can take its place in between.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
};

/// The most bytes of a file that is read whole.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Opens a file of our own for reading.
///
/// # Errors
/// When it is no regular file of this user, or when the system refuses.
pub(super) fn own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    regular(path, &mut options, Links::Refused)
}

/// Opens a file for appending whole lines, and for reading what is there; makes it when there is none. Only its owner can
/// read it afterwards, whatever its permissions were.
///
/// # Errors
/// When it is no regular file of this user, or when the system refuses.
pub fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    private(path, &mut options)
}

/// Opens a file like [`append`] for whoever locks it and then writes where it ends: what was written of a line can be cut off
/// again. Windows cuts off nothing of a file that is open for appending alone; elsewhere that is all it takes, so that a file
/// which only grows by the system's own rule is one as well.
///
/// # Errors
/// When it is no regular file of this user, or when the system refuses.
pub fn change(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .append(!cfg!(windows))
        .truncate(false)
        .create(true);
    private(path, &mut options)
}

fn private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = regular(path, options, Links::Refused)?;
    make_private(&file)?;
    Ok(file)
}

/// Reads a file that is no secret, such as certificates, and that the system may have put behind a link.
///
/// # Errors
/// When it is no regular file, has more than 16 MB, or when the system refuses.
pub fn read_public(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    let file = regular(path, &mut options, Links::Followed)?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, MOST_BYTES + 1), &mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unfit("it is larger than 16 MB"));
    }
    Ok(bytes)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    Refused,
    Followed,
}

fn regular(path: &Path, options: &mut OpenOptions, links: Links) -> io::Result<File> {
    // Looked at first for the better words, and because opening some devices does something; judged again below.
    let found = match links {
        Links::Refused => path.symlink_metadata(),
        Links::Followed => path.metadata(),
    };
    if let Ok(metadata) = found {
        if metadata.is_symlink() {
            return Err(unfit("it is a link, and only a regular file is taken"));
        }
        if !metadata.is_file() {
            return Err(unfit("it is no regular file"));
        }
    }
    without_waiting(options, links);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(unfit("it is no regular file"));
    }
    if links == Links::Refused {
        refuse_foreign(&metadata)?;
    }
    Ok(file)
}

fn unfit(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, why)
}

#[cfg(unix)]
fn without_waiting(options: &mut OpenOptions, links: Links) {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    // The bits are the system's own, whose type here is signed.
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
}

#[cfg(unix)]
fn refuse_foreign(metadata: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if metadata.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(unfit("it belongs to another user"))
    }
}

#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(0o600);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn without_waiting(_options: &mut OpenOptions, _links: Links) {}

#[cfg(not(unix))]
fn refuse_foreign(_metadata: &std::fs::Metadata) -> io::Result<()> {
    // Windows profiles are private to their user by inheritance.
    Ok(())
}

#[cfg(not(unix))]
fn make_private(_file: &File) -> io::Result<()> {
    Ok(())
}
