//! Pages that follow from the program: the tables of the README, the tools of the bundle, versions, and the page of tokens.

use std::{fmt::Write as _, fs, io, path::Path, process::Command};

use didit_mcp::tools::{self, Access, PRESETS, Tool};

/// Writes every derived page, or with `check` says which of them are not as they should be.
///
/// # Errors
/// When a file cannot be read or written, or when a page differs and only a check was asked for.
pub fn docs(root: &Path, check: bool) -> io::Result<()> {
    let mut stale = derived(root, check)?;
    // The page of tokens is counted on the program itself, which its test starts.
    let update = if check { "no" } else { "always" };
    let counted = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--test", "it", "--", "--exact"])
        .arg("tokens::the_page_of_tokens_is_true")
        .env("INSTA_UPDATE", update)
        .current_dir(root)
        .output()?;
    if !counted.status.success() {
        stale.push("docs/tokens.md");
    }
    if stale.is_empty() {
        return Ok(());
    }
    let stale = stale.join(", ");
    Err(io::Error::other(format!(
        "{stale}: `cargo xtask docs` writes it anew"
    )))
}

/// Writes the pages that follow from the library alone, or with `check` names those that are not as they should be.
fn derived(root: &Path, check: bool) -> io::Result<Vec<&'static str>> {
    let mut stale = Vec::new();
    for (name, derive) in [
        ("README.md", readme as fn(&str) -> io::Result<String>),
        ("manifest.json", manifest),
        ("server.json", registry),
    ] {
        let path = root.join(name);
        let before = fs::read_to_string(&path)?;
        let after = derive(&before)?;
        if before != after && check {
            stale.push(name);
        } else if before != after {
            fs::write(&path, after)?;
        }
    }
    Ok(stale)
}

fn readme(page: &str) -> io::Result<String> {
    let page = between(page, "tools", &tool_table())?;
    let page = between(&page, "presets", &preset_table())?;
    between(&page, "settings", &setting_table())
}

/// The page with what stands between the marks of this name replaced.
fn between(page: &str, name: &str, new: &str) -> io::Result<String> {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let parts = page.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) =
        parts.ok_or_else(|| io::Error::other(format!("README.md has no marks for {name}")))?;
    Ok(format!("{before}{begin}{new}{end}{after}"))
}

fn tool_table() -> String {
    let mut table = "| tool | access | what it does |\n|---|---|---|\n".to_owned();
    for tool in tools::all() {
        let (name, access, note) = (tool.name, tool.access.name(), note(&tool));
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| `{name}` | {access} | {}{note} |",
            tool.description
        );
    }
    table
}

/// What an operator has to switch on first.
fn note(tool: &Tool) -> String {
    let toolset = tool.toolset.name();
    match (
        tool.toolset.is_default(),
        tool.access == Access::Irreversible,
    ) {
        (true, false) => String::new(),
        (true, true) => " Off unless `--allow-irreversible`.".to_owned(),
        (false, false) => format!(" Off unless `--toolsets` names `{toolset}`."),
        (false, true) => {
            format!(" Off unless `--toolsets` names `{toolset}`, with `--allow-irreversible`.")
        }
    }
}

fn preset_table() -> String {
    let mut table = "| preset | for | toolsets |\n|---|---|---|\n".to_owned();
    for preset in PRESETS {
        let toolsets: Vec<String> = preset
            .toolsets()
            .into_iter()
            .map(|toolset| format!("`{}`", toolset.name()))
            .collect();
        let (name, purpose) = (preset.name, preset.purpose);
        let _ = writeln!(table, "| `{name}` | {purpose} | {} |", toolsets.join(", "));
    }
    table
}

fn setting_table() -> String {
    let mut table = "| variable | flag | what it does |\n|---|---|---|\n".to_owned();
    let command = didit_mcp::cli::command();
    for argument in command.get_arguments() {
        let is_setting = argument.get_help_heading() == Some("Settings");
        let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
            continue;
        };
        if is_setting {
            let help = argument.get_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let variable = variable.to_string_lossy();
            let _ = writeln!(table, "| `{variable}` | `--{flag}` | {help} |");
        }
    }
    table
}

fn manifest(page: &str) -> io::Result<String> {
    const BEGIN: &str = "  \"tools\": [\n";
    const END: &str = "\n  ],\n";
    let rows: Vec<String> = tools::all()
        .iter()
        .filter(|tool| tool.toolset.is_default() && tool.access != Access::Irreversible)
        .map(|tool| {
            let description = tool.description.replace('\\', "\\\\").replace('"', "\\\"");
            format!(
                "    {{\n      \"name\": \"{}\",\n      \"description\": \"{description}\"\n    }}",
                tool.name
            )
        })
        .collect();
    let page = version(page);
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{BEGIN}{}{END}{after}", rows.join(",\n")))
    });
    parts.ok_or_else(|| io::Error::other("manifest.json has no list of tools"))
}

fn registry(page: &str) -> io::Result<String> {
    Ok(version(page))
}

/// The first version that a document names is the program's.
fn version(page: &str) -> String {
    let now = env!("CARGO_PKG_VERSION");
    let lines: Vec<String> = page
        .lines()
        .map(|line| {
            if line.starts_with("  \"version\": ") {
                format!("  \"version\": \"{now}\",")
            } else {
                line.to_owned()
            }
        })
        .collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// `cargo test` checks the pages as well, because `cargo xtask` alone builds half of the dependencies once more. Like
    /// snapshots, they are written anew with `INSTA_UPDATE=always`.
    #[test]
    fn derived_pages_are_current() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let is_update = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
        let stale = super::derived(&root, !is_update).unwrap();
        assert!(
            stale.is_empty(),
            "{stale:?}: `cargo xtask docs` writes it anew"
        );
    }
}
