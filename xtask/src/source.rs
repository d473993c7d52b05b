//! The Rust files of a checkout as modules: what each defines, passes on and uses.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use syn::{
    Item, UseTree, Visibility,
    visit::{self, Visit},
};

/// A module path, the crate's name first.
pub type ModulePath = Vec<String>;

/// One file.
pub struct Module {
    /// Its path from the root of the checkout.
    pub file: String,
    /// Names of items that it defines.
    pub defines: BTreeSet<String>,
    /// Public types among them.
    pub public_types: BTreeSet<String>,
    /// What `use` brings in: the name here, and the full path.
    pub brings: BTreeMap<String, ModulePath>,
    /// Modules of which it takes every name.
    pub takes_all: Vec<ModulePath>,
    /// Paths that its code names without bringing them in.
    pub names: BTreeSet<ModulePath>,
}

/// Reads the modules of a crate whose root file lies in `folder`.
///
/// # Errors
/// When a file cannot be read.
pub fn modules(root: &Path, folder: &Path, name: &str) -> io::Result<BTreeMap<ModulePath, Module>> {
    let mut found = BTreeMap::new();
    for file in rust_files(folder)? {
        let inside = file
            .strip_prefix(folder)
            .unwrap_or(&file)
            .with_extension("");
        let mut path = vec![name.to_owned()];
        path.extend(
            inside
                .iter()
                .map(|part| part.to_string_lossy().into_owned()),
        );
        if matches!(
            path.last().map(String::as_str),
            Some("lib" | "main" | "mod")
        ) {
            path.pop();
        }
        let text = fs::read_to_string(&file)?;
        let Ok(parsed) = syn::parse_file(&text) else {
            continue;
        };
        let file = file
            .strip_prefix(root)
            .unwrap_or(&file)
            .display()
            .to_string();
        found.insert(path.clone(), module(file, &path, &parsed.items));
    }
    Ok(found)
}

/// Every Rust file below a folder, in order.
///
/// # Errors
/// When a folder cannot be read.
pub fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn module(file: String, path: &ModulePath, items: &[Item]) -> Module {
    let mut module = Module {
        file,
        defines: BTreeSet::new(),
        public_types: BTreeSet::new(),
        brings: BTreeMap::new(),
        takes_all: Vec::new(),
        names: BTreeSet::new(),
    };
    for item in items.iter().filter(|item| !is_test(item)) {
        match item {
            Item::Use(used) => bring(&mut module, path, &used.tree, &mut Vec::new()),
            Item::Mod(_) => {}
            _ => {
                if let Some((name, is_public_type)) = defined(item) {
                    if is_public_type {
                        module.public_types.insert(name.clone());
                    }
                    module.defines.insert(name);
                }
                let mut paths = Paths {
                    from: path,
                    found: &mut module.names,
                };
                paths.visit_item(item);
            }
        }
    }
    module
}

/// Tests may reach upwards.
fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

fn defined(item: &Item) -> Option<(String, bool)> {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let (name, is_public_type) = match item {
        Item::Const(item) => (&item.ident, false),
        Item::Enum(item) => (&item.ident, is_public(&item.vis)),
        Item::Fn(item) => (&item.sig.ident, false),
        Item::Static(item) => (&item.ident, false),
        Item::Struct(item) => (&item.ident, is_public(&item.vis)),
        Item::Trait(item) => (&item.ident, is_public(&item.vis)),
        Item::Type(item) => (&item.ident, is_public(&item.vis)),
        Item::Macro(item) => (item.ident.as_ref()?, false),
        _ => return None,
    };
    Some((name.to_string(), is_public_type))
}

fn bring(module: &mut Module, from: &ModulePath, tree: &UseTree, before: &mut Vec<String>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            bring(module, from, &path.tree, before);
            before.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                bring(module, from, tree, before);
            }
        }
        UseTree::Glob(_) => module.takes_all.push(absolute(from, before)),
        UseTree::Name(_) | UseTree::Rename(_) => {
            let (name, here) = match tree {
                UseTree::Rename(rename) => (rename.ident.to_string(), rename.rename.to_string()),
                UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
                _ => return,
            };
            if name == "self" {
                let here = before.last().cloned().unwrap_or(here);
                module.brings.insert(here, absolute(from, before));
            } else {
                let mut path = before.clone();
                path.push(name);
                module.brings.insert(here, absolute(from, &path));
            }
        }
    }
}

/// A path as it is written in a module, from the crate's name on.
fn absolute(from: &ModulePath, written: &[String]) -> ModulePath {
    let mut path = from.clone();
    let mut rest = written;
    loop {
        match rest.split_first() {
            Some((first, more)) if first == "crate" => {
                path.truncate(1);
                rest = more;
            }
            Some((first, more)) if first == "super" => {
                path.pop();
                rest = more;
            }
            Some((first, more)) if first == "self" => rest = more,
            _ => break,
        }
    }
    path.extend(rest.iter().cloned());
    path
}

struct Paths<'a> {
    from: &'a ModulePath,
    found: &'a mut BTreeSet<ModulePath>,
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.found.insert(absolute(self.from, &written));
        visit::visit_path(self, path);
    }
}
