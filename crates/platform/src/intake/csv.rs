//! Lines of a CSV file as RFC 4180 has them, read whole or refused with where it goes wrong.

use std::iter::Peekable;
use std::str::Chars;

/// The most cells of a line.
const MOST_CELLS: usize = 200;

/// A line of the file; in quotes it may go over several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins, from 1.
    pub(super) at: u64,
    /// What it says.
    pub(super) cells: Vec<String>,
}

/// Where a file is no CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line, from 1.
    pub(super) at: u64,
    /// What is wrong there.
    pub(super) problem: String,
}

/// Reads a file of at most so many lines, blank ones apart. A byte order mark is no part of it.
pub(super) fn read(bytes: &[u8], most: usize) -> Result<Vec<Line>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let well = bytes.get(..error.valid_up_to()).unwrap_or_default();
        Fault {
            at: 1 + well.iter().filter(|byte| **byte == b'\n').count() as u64,
            problem: "this is no UTF-8".into(),
        }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        left: text.chars().peekable(),
        at: 1,
    };
    let mut lines = Vec::new();
    while reader.left.peek().is_some() {
        let at = reader.at;
        let cells = reader.line()?;
        if matches!(cells.as_slice(), [one] if one.is_empty()) {
            continue;
        }
        if lines.len() == most {
            return Err(Fault {
                at,
                problem: format!("a file has at most {most} lines"),
            });
        }
        lines.push(Line { at, cells });
    }
    Ok(lines)
}

struct Reader<'a> {
    left: Peekable<Chars<'a>>,
    at: u64,
}

impl Reader<'_> {
    fn fault<T>(&self, problem: &str) -> Result<T, Fault> {
        Err(Fault {
            at: self.at,
            problem: problem.to_owned(),
        })
    }

    fn line(&mut self) -> Result<Vec<String>, Fault> {
        let mut cells = Vec::new();
        loop {
            if cells.len() == MOST_CELLS {
                return self.fault("a line has at most 200 cells");
            }
            let quoted = self.left.next_if_eq(&'"').is_some();
            cells.push(match quoted {
                true => self.quoted()?,
                false => self.plain()?,
            });
            match self.left.next() {
                Some(',') => {}
                None => return Ok(cells),
                Some('\n') => break,
                Some('\r') if self.left.next_if_eq(&'\n').is_some() => break,
                Some('\r') => return self.fault("a carriage return ends no line by itself"),
                Some(_) => return self.fault("something follows a closing quote"),
            }
        }
        self.at += 1;
        Ok(cells)
    }

    fn plain(&mut self) -> Result<String, Fault> {
        let mut cell = String::new();
        while let Some(next) = self
            .left
            .next_if(|next| !matches!(*next, ',' | '\n' | '\r'))
        {
            match next {
                '"' => return self.fault("a quote stands within a cell that has none around it"),
                '\0' => return self.fault("a cell has a NUL"),
                _ => cell.push(next),
            }
        }
        Ok(cell)
    }

    /// After the opening quote.
    fn quoted(&mut self) -> Result<String, Fault> {
        let began = self.at;
        let mut cell = String::new();
        loop {
            match self.left.next() {
                Some('"') if self.left.next_if_eq(&'"').is_some() => cell.push('"'),
                Some('"') => return Ok(cell),
                Some('\0') => return self.fault("a cell has a NUL"),
                Some(next) => {
                    self.at += u64::from(next == '\n');
                    cell.push(next);
                }
                None => {
                    return Err(Fault {
                        at: began,
                        problem: "a quote is never closed".into(),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        let lines = read(text.as_bytes(), 100).unwrap();
        lines.into_iter().map(|line| line.cells).collect()
    }

    fn fault(text: &[u8]) -> (u64, String) {
        let fault = read(text, 3).unwrap_err();
        (fault.at, fault.problem)
    }

    #[test]
    fn quotes_line_ends_and_a_byte_order_mark_are_read_as_the_standard_says() {
        assert_eq!(
            cells("\u{feff}a,b\r\n\"1,\"\"2\"\"\",\"x\r\ny\"\n\n,\r\nlast,"),
            [
                vec!["a", "b"],
                vec!["1,\"2\"", "x\r\ny"],
                vec!["", ""],
                vec!["last", ""],
            ]
        );
        assert_eq!(cells(""), Vec::<Vec<String>>::new());
        let lines = read(b"a\n\"1\n2\"\n\n3", 9).unwrap();
        let at: Vec<u64> = lines.iter().map(|line| line.at).collect();
        assert_eq!(at, [1, 2, 5]);
    }

    #[test]
    fn whatever_is_no_csv_is_refused_with_its_line() {
        assert_eq!(fault(b"a\nb\"c\n").0, 2);
        assert_eq!(fault(b"a\n\"b\nc").0, 2);
        assert_eq!(fault(b"a\n\"b\nc\"d").0, 3);
        assert_eq!(fault(b"a\rb").0, 1);
        assert_eq!(fault(b"a\n\0").0, 2);
        assert_eq!(fault(b"a\nb\xff"), (2, "this is no UTF-8".to_owned()));
        assert_eq!(fault(b"1\n2\n3\n4\n").0, 4);
        assert_eq!(fault(",".repeat(MOST_CELLS).as_bytes()).0, 1);
    }

    proptest! {
        #[test]
        fn what_was_written_by_the_standard_is_read_back(
            rows in proptest::collection::vec(
                proptest::collection::vec("[a-z ,\"\r\nä]{0,6}", 2..4), 0..8),
        ) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let text: String = rows
                .iter()
                .map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n")
                .collect();
            prop_assert_eq!(cells(&text), rows);
        }

        #[test]
        fn no_bytes_end_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _whatever = read(&bytes, 5);
        }
    }
}
