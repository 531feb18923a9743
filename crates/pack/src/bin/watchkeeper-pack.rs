//! `watchkeeper-pack check DIR` prints all problems of a pack with carets; `watchkeeper-pack schema
//! DIR` writes the JSON Schemas for editors. Exits with 1 where there are errors, with 2 where it
//! was called wrongly.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks through them"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use watchkeeper_pack::{bundle, diagnostic, load_files, schema};

const USAGE: &str = "usage: watchkeeper-pack check DIR | watchkeeper-pack schema DIR";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["check", dir] => check(Path::new(dir)),
        ["schema", dir] => write_schemas(Path::new(dir)),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn check(dir: &Path) -> ExitCode {
    let read = bundle::read_dir(dir).map_err(|error| vec![error.diagnostic()]);
    let (files, loaded) = match read {
        Ok(files) => {
            let loaded = load_files(&files);
            (files, loaded)
        }
        Err(problems) => (BTreeMap::new(), Err(problems)),
    };
    match loaded {
        Ok(pack) => {
            print!("{}", diagnostic::render(&pack.warnings, &files));
            println!("{} {}: {}", pack.id, pack.version, pack.hash);
            ExitCode::SUCCESS
        }
        Err(problems) => {
            print!("{}", diagnostic::render(&problems, &files));
            println!("{} problems", problems.len());
            ExitCode::FAILURE
        }
    }
}

fn write_schemas(dir: &Path) -> ExitCode {
    for (name, text) in schema::all() {
        let path = dir.join(name);
        let written = std::fs::create_dir_all(dir).and_then(|()| std::fs::write(&path, text));
        if let Err(error) = written {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}
