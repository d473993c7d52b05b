//! Circles among files: a change of one of them can reach all the others.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Module, ModulePath};

type Modules = BTreeMap<ModulePath, Module>;

/// The files of each circle, and the arrows between them.
pub fn circles(modules: &Modules) -> Vec<(Vec<String>, Vec<String>)> {
    let edges: BTreeMap<&str, BTreeSet<&str>> = modules
        .iter()
        .map(|(path, module)| (module.file.as_str(), uses(modules, path, module)))
        .collect();
    let reach: BTreeMap<&str, BTreeSet<&str>> = edges
        .keys()
        .map(|file| (*file, reachable(&edges, file)))
        .collect();
    let mut circles: Vec<Vec<String>> = Vec::new();
    for (file, reached) in &reach {
        let is_known = circles
            .iter()
            .any(|circle| circle.iter().any(|it| it == file));
        if is_known || !reached.contains(file) {
            continue;
        }
        let back = |other: &&&str| reach.get(**other).is_some_and(|from| from.contains(file));
        let circle = reached.iter().filter(back).map(|file| (*file).to_owned());
        circles.push(circle.collect());
    }
    circles
        .into_iter()
        .map(|circle| {
            let arrows = arrows(&edges, &circle);
            (circle, arrows)
        })
        .collect()
}

fn arrows(edges: &BTreeMap<&str, BTreeSet<&str>>, circle: &[String]) -> Vec<String> {
    let is_inside = |file: &str| circle.iter().any(|it| it == file);
    let inside = edges.iter().filter(|(file, _)| is_inside(file));
    inside
        .map(|(file, used)| {
            let used: Vec<&str> = used.iter().copied().filter(|it| is_inside(it)).collect();
            format!("{file} uses {}", used.join(", "))
        })
        .collect()
}

fn reachable<'m>(edges: &BTreeMap<&'m str, BTreeSet<&'m str>>, from: &str) -> BTreeSet<&'m str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = edges.get(from).into_iter().flatten().copied().collect();
    while let Some(file) = open.pop() {
        if let Some((file, _)) = edges.get_key_value(file)
            && reached.insert(*file)
        {
            open.extend(edges.get(file).into_iter().flatten());
        }
    }
    reached
}

/// The files that define what this one uses.
fn uses<'m>(modules: &'m Modules, path: &ModulePath, module: &Module) -> BTreeSet<&'m str> {
    let mut files = BTreeSet::new();
    let mut add = |target: &ModulePath| {
        if let Some(file) = defining(modules, target, 0)
            && file != module.file
        {
            files.insert(file);
        }
    };
    for target in module.brings.values() {
        add(target);
    }
    for named in &module.names {
        let Some(rest) = named.strip_prefix(path.as_slice()) else {
            add(named);
            continue;
        };
        // The first segment is a name of this module: something it brings in, or a module below it.
        match rest
            .split_first()
            .and_then(|(first, rest)| Some((module.brings.get(first)?, rest)))
        {
            Some((brought, rest)) => add(&[brought.as_slice(), rest].concat()),
            None => add(named),
        }
    }
    files
}

/// The file that defines the item of a path, followed through everything that only passes it on.
fn defining<'m>(modules: &'m Modules, path: &ModulePath, depth: usize) -> Option<&'m str> {
    const DEEPEST: usize = 12;
    // A path may go on into the item: an associated function, a variant.
    (1..path.len()).rev().find_map(|length| {
        let (module, rest) = path.split_at(length);
        let module = modules.get(module)?;
        let name = rest.first()?;
        if module.defines.contains(name) {
            return Some(module.file.as_str());
        }
        if depth > DEEPEST {
            return None;
        }
        if let Some(target) = module.brings.get(name) {
            return defining(modules, target, depth + 1);
        }
        module.takes_all.iter().find_map(|all| {
            let target = [all.as_slice(), std::slice::from_ref(name)].concat();
            defining(modules, &target, depth + 1)
        })
    })
}
