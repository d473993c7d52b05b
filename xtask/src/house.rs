//! The size of the code, counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use crate::{
    circles::circles,
    source::{modules, rust_files},
};

/// The figures of a checkout, as a page.
///
/// # Errors
/// When a file cannot be read.
pub fn house(root: &Path) -> io::Result<String> {
    let mut page = "| part | files | lines | bytes |\n|---|---|---|---|\n".to_owned();
    for (part, folders) in [
        ("product", PRODUCT.as_slice()),
        (
            "of which the client",
            &["src/didit", "src/didit.rs", "crates/didit/src"],
        ),
        ("simulator", &SIMULATOR),
        ("tests", &["tests"]),
        (
            "benchmarks, examples, fuzzing, xtask",
            &["benches", "examples", "fuzz", "xtask"],
        ),
    ] {
        row(&mut page, part, &count(root, folders, &["rs"])?);
    }
    let all = ["src", "crates", "contract"];
    row(
        &mut page,
        "data of program and simulator",
        &count(root, &all, &["json"])?,
    );
    row(
        &mut page,
        "pages",
        &count(root, &all, &["html", "css", "js"])?,
    );

    let mut found = BTreeMap::new();
    for (folder, name) in [
        ("src", "didit_mcp"),
        ("crates/didit/src", "didit"),
        ("crates/didit-local-http/src", "didit_local_http"),
        ("crates/didit-simulator/src", "didit_simulator"),
    ] {
        found.extend(modules(root, &root.join(folder), name)?);
    }
    let circles = circles(&found);
    page.push_str(&format!("\ncircles among files: {}\n", circles.len()));
    for (files, arrows) in &circles {
        page.push_str(&format!(
            "- {} files:\n  {}\n",
            files.len(),
            arrows.join("\n  ")
        ));
    }
    page.push_str(&format!("test programs: {}\n", test_programs(root)?));

    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for module in found.values() {
        for name in &module.public_types {
            names.entry(name).or_default().push(&module.file);
        }
    }
    names.retain(|_, files| files.len() > 1);
    page.push_str(&format!(
        "public type names that stand more than once: {}\n",
        names.len()
    ));
    for (name, files) in names {
        page.push_str(&format!("- {name}: {}\n", files.join(", ")));
    }
    Ok(page)
}

const SIMULATOR: [&str; 3] = [
    "src/simulator",
    "src/simulator.rs",
    "crates/didit-simulator",
];
const PRODUCT: [&str; 3] = ["src", "crates/didit", "crates/didit-local-http"];

struct Size {
    files: usize,
    lines: usize,
    bytes: usize,
}

fn row(page: &mut String, part: &str, size: &Size) {
    let Size {
        files,
        lines,
        bytes,
    } = size;
    page.push_str(&format!("| {part} | {files} | {lines} | {bytes} |\n"));
}

fn count(root: &Path, folders: &[&str], extensions: &[&str]) -> io::Result<Size> {
    let mut size = Size {
        files: 0,
        lines: 0,
        bytes: 0,
    };
    let mut seen = BTreeSet::new();
    for folder in folders {
        for file in files(&root.join(folder), extensions)? {
            let inside = file.strip_prefix(root).unwrap_or(&file).to_owned();
            let is_of_simulator = SIMULATOR.iter().any(|part| inside.starts_with(part));
            let counts_twice = *folder == "src" && is_of_simulator && extensions == ["rs"];
            if counts_twice || !seen.insert(inside) {
                continue;
            }
            let text = fs::read(&file)?;
            size.files += 1;
            size.bytes += text.len();
            size.lines += text.iter().filter(|byte| **byte == b'\n').count();
        }
    }
    Ok(size)
}

fn files(path: &Path, extensions: &[&str]) -> io::Result<Vec<std::path::PathBuf>> {
    if extensions == ["rs"] && path.is_dir() {
        return rust_files(path);
    }
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            let is_meant = path
                .extension()
                .is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted));
            if path.is_dir() {
                found.extend(files(&path, extensions)?);
            } else if is_meant {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Every file and every folder with a `main.rs` directly under `tests` is linked into a program of its own.
fn test_programs(root: &Path) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(root.join("tests"))? {
        let path = entry?.path();
        let is_file = path.extension().is_some_and(|extension| extension == "rs");
        count += usize::from(is_file || path.join("main.rs").is_file());
    }
    Ok(count)
}
