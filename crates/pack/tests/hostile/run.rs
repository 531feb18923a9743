//! A pack's folder, and what the program says of it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::good;

/// Kilobytes that the program may have: a good pack needs half of it, most of that the stack of the
/// thread on which expressions are parsed.
const MEMORY: u32 = 256 << 10;
/// Most bytes that it may say of one pack.
const MOST_SAID: usize = 192 << 10;

/// A pack's folder.
pub struct Folder(TempDir);

impl Folder {
    /// In which all is well.
    pub fn good() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in good::FILES {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Writes a file of the good pack with `from` replaced by `to`.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = good::FILES.iter().find(|(name, _)| *name == path);
        let text = text.unwrap().1;
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, text.replace(from, to));
    }

    /// What the program says of it; prints how long it took.
    pub fn check(&self, name: &str) -> Said {
        let limited = format!("ulimit -v {MEMORY} && exec \"$0\" check \"$1\"");
        let start = Instant::now();
        let output = Command::new("sh")
            .args(["-c", &limited, env!("CARGO_BIN_EXE_watchkeeper-pack")])
            .arg(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        println!("{name}: {} ms", start.elapsed().as_millis());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.len() < MOST_SAID, "{name}: {} bytes", text.len());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.is_empty(), "{name}: {errors}");
        Said {
            name: name.to_owned(),
            code: output.status.code(),
            text,
        }
    }
}

/// What the program said.
pub struct Said {
    name: String,
    code: Option<i32>,
    pub text: String,
}

impl Said {
    pub fn good(&self) {
        assert_eq!(self.code, Some(0), "{}: {}", self.name, self.text);
    }

    /// It is refused with this code, in this file, at this line; 0 means the file as a whole.
    pub fn refused(&self, code: &str, file: &str, line: usize) {
        assert_eq!(self.code, Some(1), "{}: {}", self.name, self.text);
        let place = match line {
            0 => format!("--> {file}\n"),
            line => format!("--> {file}:{line}:"),
        };
        let start = format!("error[{code}]: ");
        let mut problems = self.text.split("\nerror[").map(|problem| {
            let problem = problem.trim_start_matches("error[");
            format!("error[{problem}")
        });
        assert!(
            problems.any(|problem| problem.starts_with(&start) && problem.contains(&place)),
            "{}: no {code} {place} in {}",
            self.name,
            self.text
        );
    }
}

#[test]
fn the_good_pack_is_good_with_little_memory() {
    Folder::good().check("good").good();
}
