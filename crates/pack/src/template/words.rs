//! Filters, tests and tags of a template, found when it is compiled: the engine itself would tell
//! an unknown one only when a text is rendered, perhaps in front of a customer.

use super::TemplateError;

/// Filters that [`super::filters`] installs.
pub(super) const FILTERS: &[&str] = &[
    "upper", "lower", "trim", "words", "money", "date", "datetime", "weekday", "since", "duration",
    "days",
];
/// Tests that are offered.
pub(super) const TESTS: &[&str] = &["defined", "undefined"];
/// Tags that are offered.
const TAGS: &[&str] = &["if", "elif", "else", "endif", "for", "endfor"];
/// Most words and signs of one `{{ … }}`, and most levels of tags: the parser recurses for some of
/// them without a limit of its own, and would end the process with its stack (fault 62).
const MAX_WORDS: usize = 200;
/// Most additions of one `{{ … }}`: of texts each makes a copy.
const MAX_ADDITIONS: usize = 8;
const MAX_LEVELS: usize = 50;

/// Looks through all `{{ … }}` and `{% … %}`.
pub(super) fn check(source: &str) -> Result<(), TemplateError> {
    let mut rest = source;
    let mut line = 1;
    if let Some((before, _)) = source.split_once("{#") {
        return Err(TemplateError {
            message: "a template has no comments".to_owned(),
            line: 1 + newlines(before),
        });
    }
    // Tags that are open; each `elif` is a level within the one before it.
    let mut open: Vec<usize> = Vec::new();
    while let Some((before, kind, inner, after)) = next_part(rest) {
        line += newlines(before);
        let refuse = |message: &str| TemplateError {
            message: message.to_owned(),
            line,
        };
        if weight(inner) > MAX_WORDS {
            return Err(refuse("more than 200 words and signs at once"));
        }
        // Both have to see the same quotes, or a tag hides between them.
        if inner.contains('\\') {
            return Err(refuse("no backslash is offered here"));
        }
        let words = words(inner);
        if kind == "{%" {
            let tag = words.first().copied().unwrap_or_default();
            expect(tag, TAGS, "tag", line)?;
            match (tag, open.last_mut()) {
                ("if" | "for", _) => open.push(1),
                ("elif", Some(levels)) => *levels += 1,
                ("endif" | "endfor", _) => drop(open.pop()),
                _ => {}
            }
            if open.iter().sum::<usize>() > MAX_LEVELS {
                return Err(refuse("more than 50 tags within each other"));
            }
        }
        if inner.matches('+').count() > MAX_ADDITIONS {
            return Err(refuse("more than 8 additions at once"));
        }
        // Of long texts these make longer ones.
        if words.iter().any(|word| ["*", "~"].contains(word)) {
            return Err(refuse(
                "`*` and `~` are not offered: work it out in a computed field",
            ));
        }
        for pair in words.windows(2) {
            let [before, word] = pair else { continue };
            match *before {
                "|" => expect(word, FILTERS, "filter", line)?,
                "is" if *word != "not" => expect(word, TESTS, "test", line)?,
                _ => {}
            }
        }
        for triple in words.windows(3) {
            if let ["is", "not", word] = triple {
                expect(word, TESTS, "test", line)?;
            }
        }
        line += newlines(inner);
        rest = after;
    }
    // The engine may see more in it than we do.
    if ["{{", "{%"].iter().any(|open| rest.contains(open)) {
        return Err(TemplateError {
            message: "`{{` or `{%` is not closed".to_owned(),
            line,
        });
    }
    Ok(())
}

/// The same template with a filter behind each name that a `{{ … }}` prints, as it is or through filters,
/// where `filter` says one.
pub(super) fn told(source: &str, mut filter: impl FnMut(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, kind, inner, after)) = next_part(rest) {
        text.push_str(before);
        text.push_str(kind);
        let printed = printed(inner).filter(|_| kind == "{{");
        let told = printed.and_then(|(before, name, behind)| {
            let filter = filter(name)?;
            Some(format!("{before}{name}|{filter}{behind}"))
        });
        text.push_str(told.as_deref().unwrap_or(inner));
        text.push_str(if kind == "{{" { "}}" } else { "%}" });
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The name that is printed, with what stands before and behind it; none where something is reckoned.
fn printed(inner: &str) -> Option<(&str, &str, &str)> {
    let blank = |c: char| c.is_whitespace() || c == '-' || c == '+';
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let (before, from) = inner.split_at_checked(inner.find(|c: char| !blank(c))?)?;
    let end = from
        .find(|c: char| !part(c) && c != '.')
        .unwrap_or(from.len());
    let (name, behind) = from.split_at_checked(end)?;
    let mut filters = behind.trim_end_matches(blank).split('|').map(str::trim);
    let bare = filters.next()?.is_empty() && filters.all(|filter| filter.chars().all(part));
    bare.then_some((before, name, behind))
}

/// How many words and signs there are, whether or not they are quoted: what is quoted for us need
/// not be for the engine.
fn weight(text: &str) -> usize {
    let signs = text.matches(|c: char| !c.is_alphanumeric() && !c.is_whitespace() && c != '_');
    signs.count() + text.split_whitespace().count()
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

fn expect(word: &str, known: &[&str], what: &str, line: u32) -> Result<(), TemplateError> {
    if known.contains(&word) {
        return Ok(());
    }
    let near = crate::expr::nearest(word, known.iter().copied());
    let word: String = word.chars().take(40).collect();
    Err(TemplateError {
        message: format!("unknown {what} `{word}`{near}"),
        line,
    })
}

/// What stands before the next `{{` or `{%`, which it is, what is in it, and what follows.
fn next_part(text: &str) -> Option<(&str, &str, &str, &str)> {
    let start = text.find("{{").into_iter().chain(text.find("{%")).min()?;
    let (before, from) = text.split_at_checked(start)?;
    let (kind, inner) = from.split_at_checked(2)?;
    let close = if kind == "{{" { "}}" } else { "%}" };
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, _) if inner.get(at..).is_some_and(|rest| rest.starts_with(close)) => {
                let (inner, after) = inner.split_at_checked(at)?;
                return Some((before, kind, inner, after.get(2..)?));
            }
            _ => {}
        }
    }
    None
}

/// Words and single signs, without what is quoted.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut chars = text.char_indices().peekable();
    let part = |c: char| c.is_alphanumeric() || c == '_';
    while let Some((start, c)) = chars.next() {
        if c == '"' || c == '\'' {
            for (_, inner) in chars.by_ref() {
                if inner == c {
                    break;
                }
            }
        } else if part(c) {
            let mut end = start + c.len_utf8();
            while let Some((at, c)) = chars.next_if(|(_, c)| part(*c)) {
                end = at + c.len_utf8();
            }
            words.extend(text.get(start..end));
        } else if !c.is_whitespace() && c != '-' && c != '+' {
            words.extend(text.get(start..start + c.len_utf8()));
        }
    }
    words
}
