//! The files beside a batch's file, and what is said when one cannot be used.

use std::path::{Path, PathBuf};

use crate::tools::{ErrorCode, ToolError};

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(super) fn unusable(message: String) -> ToolError {
    ToolError::new(
        ErrorCode::InvalidRows,
        format!("{message}. Nothing was sent."),
    )
}
