//! Imports point one way: `pack ← model ← wire ← core ← shell`, `platform` beside `core`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Finding;
use crate::build::cargo;
use crate::progress::output;

/// Each crate of the workspace and the crates of it that it may use.
const LAYERS: &[(&str, &[&str])] = &[
    ("watchkeeper-pack", &[]),
    ("watchkeeper-model", &["watchkeeper-pack"]),
    (
        "watchkeeper-wire",
        &["watchkeeper-pack", "watchkeeper-model"],
    ),
    (
        "watchkeeper-core",
        &["watchkeeper-pack", "watchkeeper-model", "watchkeeper-wire"],
    ),
    (
        "watchkeeper-platform",
        &["watchkeeper-pack", "watchkeeper-model", "watchkeeper-wire"],
    ),
    (
        "watchkeeper",
        &[
            "watchkeeper-pack",
            "watchkeeper-model",
            "watchkeeper-wire",
            "watchkeeper-core",
        ],
    ),
    ("xtask", &[]),
    // What the app is compared with has nothing of it.
    ("watchkeeper-bare-window", &[]),
    // Tests may see everything but the shell, which they drive from outside.
    (
        "watchkeeper-tests",
        &[
            "watchkeeper-pack",
            "watchkeeper-model",
            "watchkeeper-wire",
            "watchkeeper-core",
            "watchkeeper-platform",
            "xtask",
        ],
    ),
    (
        "watchkeeper-simulation",
        &[
            "watchkeeper-pack",
            "watchkeeper-model",
            "watchkeeper-wire",
            "watchkeeper-core",
            "watchkeeper-platform",
            "watchkeeper-tests",
        ],
    ),
];

/// What must not be in the engine's tree: it knows no window and no server.
const NOT_IN_CORE: &[&str] = &["tauri", "wry", "tao", "gtk", "axum", "watchkeeper-platform"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    path: Option<String>,
}

pub(super) fn check() -> anyhow::Result<Vec<Finding>> {
    let text = output(&mut cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]))?;
    let metadata: Metadata = serde_json::from_str(&text)?;
    let mut findings = Vec::new();
    for package in metadata.packages {
        let uses = package
            .dependencies
            .into_iter()
            .filter(|dependency| dependency.path.is_some())
            .map(|dependency| dependency.name)
            .collect::<Vec<_>>();
        findings.extend(breaches(&package.name, &uses));
    }
    let tree = output(&mut cargo(&[
        "tree",
        "--package",
        "watchkeeper-core",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    findings.extend(strangers(&tree));
    Ok(findings)
}

fn breaches(package: &str, uses: &[String]) -> Vec<Finding> {
    let layers: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let Some(may) = layers.get(package) else {
        let what = "a new crate: name its layer in crates/xtask/src/tidy/layers.rs";
        return vec![Finding::new(package, what)];
    };
    uses.iter()
        .filter(|used| !may.contains(&used.as_str()))
        .map(|used| Finding::new(package, format!("must not use {used}")))
        .collect()
}

fn strangers(tree: &str) -> Vec<Finding> {
    tree.lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| NOT_IN_CORE.contains(name) || name.starts_with("tauri-"))
        .map(|name| Finding::new("watchkeeper-core", format!("has {name} in its tree")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_against_the_direction_is_found() {
        let uses = ["watchkeeper-pack".to_owned(), "watchkeeper-core".to_owned()];
        let found = breaches("watchkeeper-model", &uses);
        assert_eq!(
            found,
            vec![Finding::new(
                "watchkeeper-model",
                "must not use watchkeeper-core"
            )]
        );
        assert_eq!(
            breaches("watchkeeper-model", &["watchkeeper-pack".to_owned()]),
            vec![]
        );
        assert_eq!(
            breaches("watchkeeper", &["watchkeeper-platform".to_owned()]).len(),
            1
        );
        assert_eq!(breaches("watchkeeper-attic", &[]).len(), 1);
    }

    #[test]
    fn a_window_or_a_server_in_the_engine_is_found() {
        let tree = "watchkeeper-core v0.1.0 (/there)\nserde v1.0.0\ntauri v2.12.5\ntauri-utils v2.0.0 (*)\naxum v0.8.9\n";
        assert_eq!(strangers(tree).len(), 3);
        assert_eq!(strangers("watchkeeper-core v0.1.0\nserde v1.0.0\n"), vec![]);
    }
}
