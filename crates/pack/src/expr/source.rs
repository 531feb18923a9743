//! What the source of an expression may look like, judged before the parser sees it.
//!
//! The parser's time and stack grow faster than its input, so brackets and words are counted first.
//! For that, both have to see the same strings: the kinds of quoting that are rarely needed and
//! easily misread are not offered.

use super::ExprError;

/// Deepest nesting of brackets.
const MAX_BRACKETS: usize = 20;
/// Most words and signs.
const MAX_TOKENS: usize = 400;
/// What may follow a backslash.
const ESCAPES: &[char] = &['\\', '"', '\'', 'n', 'r', 't'];

/// Refuses what would keep the parser busy: deep nesting, many tokens.
pub(super) fn check(source: &str) -> Result<(), ExprError> {
    let mut scan = Scan::default();
    for c in source.chars() {
        scan.column += 1;
        scan.take(c)?;
        scan.last = Some(c);
        if c == '\n' {
            (scan.line, scan.column) = (scan.line + 1, 0);
        }
    }
    if scan.quote.is_some() {
        return scan.refuse("a quote that is not closed".to_owned());
    }
    Ok(())
}

#[derive(Default)]
struct Scan {
    /// Lines before this one.
    line: u32,
    column: u32,
    depth: usize,
    tokens: usize,
    quote: Option<char>,
    escaped: bool,
    last: Option<char>,
}

impl Scan {
    fn take(&mut self, c: char) -> Result<(), ExprError> {
        match self.quote {
            Some(quote) => self.quoted(c, quote),
            None => self.plain(c),
        }
    }

    fn quoted(&mut self, c: char, quote: char) -> Result<(), ExprError> {
        match c {
            '\n' | '\r' => return self.refuse("a quote that its line does not close".to_owned()),
            c if self.escaped && !ESCAPES.contains(&c) => {
                return self.refuse(format!("`\\{c}` means nothing here"));
            }
            _ if self.escaped => self.escaped = false,
            '\\' => self.escaped = true,
            c if c == quote => self.quote = None,
            _ => {}
        }
        Ok(())
    }

    fn plain(&mut self, c: char) -> Result<(), ExprError> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let after_word = self.last.is_some_and(is_word);
        let goes_on = is_word(c) && after_word;
        if !c.is_whitespace() && !goes_on {
            self.tokens += 1;
        }
        match c {
            '"' | '\'' if after_word || self.last == Some(c) => {
                return self.refuse("only plain quotes are offered, `\"…\"` or `'…'`".to_owned());
            }
            '"' | '\'' => self.quote = Some(c),
            '/' if self.last == Some('/') => {
                return self.refuse("an expression has no comments".to_owned());
            }
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > MAX_BRACKETS {
            return self.refuse(format!("brackets nested deeper than {MAX_BRACKETS}"));
        }
        if self.tokens > MAX_TOKENS {
            return self.refuse(format!("more than {MAX_TOKENS} words and signs"));
        }
        Ok(())
    }

    fn refuse(&self, message: String) -> Result<(), ExprError> {
        Err(ExprError {
            message,
            line: self.line + 1,
            column: self.column,
        })
    }
}
