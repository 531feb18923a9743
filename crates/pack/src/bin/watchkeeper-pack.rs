//! `watchkeeper-pack check DIR` prints all problems of a pack with carets; `watchkeeper-pack schema
//! DIR` writes the JSON Schemas for editors. `watchkeeper-pack key FILE` makes a publisher's key and
//! prints its public half; `watchkeeper-pack sign DIR KEY FILE` checks a pack and writes it as a bundle
//! with its signature beside it, `FILE.minisig`. Exits with 1 where there are errors, with 2 where it
//! was called wrongly.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks through them"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use watchkeeper_pack::{Bundle, Publisher, bundle, diagnostic, load_files, schema};

const USAGE: &str = "usage: watchkeeper-pack check DIR | watchkeeper-pack schema DIR | \
                     watchkeeper-pack key FILE | watchkeeper-pack sign DIR KEY FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["check", dir] => check(Path::new(dir)),
        ["schema", dir] => write_schemas(Path::new(dir)),
        ["key", file] => told(new_key(Path::new(file))),
        ["sign", dir, key, file] => {
            let checked = check(Path::new(dir));
            if checked == ExitCode::SUCCESS {
                told(sign(Path::new(dir), Path::new(key), Path::new(file)))
            } else {
                checked
            }
        }
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

/// Why a key or a signature was not written.
type Failure = Box<dyn std::error::Error>;

fn told(done: Result<String, Failure>) -> ExitCode {
    match done {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Makes a key, for its owner alone; never over one that is there.
fn new_key(file: &Path) -> Result<String, Failure> {
    use std::io::Write;
    let publisher = Publisher::generate()?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut kept = options.open(file)?;
    kept.write_all(publisher.secret()?.as_bytes())?;
    kept.sync_all()?;
    Ok(publisher.public().to_owned())
}

fn sign(dir: &Path, key: &Path, file: &Path) -> Result<String, Failure> {
    let publisher = Publisher::from_secret(&std::fs::read_to_string(key)?)?;
    let signed = publisher.sign(Bundle::from_dir(dir)?)?;
    let mut beside = file.as_os_str().to_owned();
    beside.push(".minisig");
    std::fs::write(file, signed.bundle().bytes())?;
    std::fs::write(beside, signed.signature())?;
    Ok(signed.bundle().hash().to_owned())
}
