//! Settings that a flag, a variable or the file of settings may hold: each is read in one way.

use std::path::PathBuf;

use super::{
    error::Error,
    options::Options,
    values::{given, given_exactly, path},
};
use crate::{
    didit::WorkflowId,
    tools::{PersonalData, Toolset},
};

pub(super) const TOOLSETS: &str = "--toolsets (DIDIT_MCP_TOOLSETS)";

pub(super) fn personal_data(options: &Options) -> Result<PersonalData, Error> {
    let setting = "--pii (DIDIT_MCP_PII)";
    match given_exactly(setting, options.pii.as_deref())?.unwrap_or("minimal") {
        "none" => Ok(PersonalData::None),
        "minimal" => Ok(PersonalData::Minimal),
        "full" => Ok(PersonalData::Full),
        other => Err(Error::Value {
            setting,
            value: other.to_owned(),
            valid: "none, minimal, full".to_owned(),
        }),
    }
}

pub(super) fn toolsets(names: Option<&str>) -> Result<Vec<Toolset>, Error> {
    let Some(names) = names else {
        return Ok(Toolset::defaults());
    };
    let mut chosen = Vec::new();
    for name in names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        for toolset in Toolset::named(name).ok_or_else(|| unknown_toolset(name))? {
            if !chosen.contains(&toolset) {
                chosen.push(toolset);
            }
        }
    }
    if chosen.is_empty() {
        return Err(unknown_toolset(names));
    }
    Ok(chosen)
}

fn unknown_toolset(value: &str) -> Error {
    Error::Value {
        setting: TOOLSETS,
        value: value.to_owned(),
        valid: Toolset::words().join(", "),
    }
}

pub(super) fn workflow_id(options: &Options) -> Result<Option<String>, Error> {
    given(options.workflow_id.as_deref())
        .map(|id| {
            id.parse::<WorkflowId>()
                .map(|id| id.to_string())
                .map_err(|_| Error::Value {
                    setting: "--workflow-id (DIDIT_WORKFLOW_ID)",
                    value: id.to_owned(),
                    valid: "a UUID such as 11111111-2222-3333-4444-555555555555".to_owned(),
                })
        })
        .transpose()
}

pub(super) fn output_dir(options: &Options) -> Result<PathBuf, Error> {
    let named = path(
        "--output-dir (DIDIT_MCP_OUTPUT_DIR)",
        options.output_dir.as_deref(),
    )?;
    Ok(match named {
        Some(folder) => folder,
        // Some systems keep settings and data in one folder, and files must not lie beside the credentials.
        None => directories::ProjectDirs::from("", "", "didit-mcp").map_or_else(
            || PathBuf::from("didit-mcp"),
            |folders| folders.data_dir().join("files"),
        ),
    })
}
