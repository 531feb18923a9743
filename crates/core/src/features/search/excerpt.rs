//! The place where a record matched. The index keeps no text, so the words are looked at again.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words shown before and after the first that matched.
const AROUND: (usize, usize) = (4, 10);

/// Longest word that is shown in whole, in characters.
const LONGEST: usize = 60;

/// What somebody looks for, folded as the index folds it: lower case, without marks.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    beginnings: Vec<String>,
}

impl Wanted {
    /// The words of a question.
    pub(super) fn new(typed: &str) -> Self {
        let typed: String = typed.chars().take(512).collect();
        Self {
            beginnings: tokens(&typed),
        }
    }

    /// Every word occurs in this text, as it is or as the beginning of one.
    pub(super) fn all_in(&self, text: &str) -> bool {
        let tokens = tokens(text);
        self.beginnings
            .iter()
            .all(|begun| tokens.iter().any(|token| token.starts_with(begun)))
    }

    fn matches(&self, word: &str) -> bool {
        tokens(word)
            .iter()
            .any(|token| self.beginnings.iter().any(|begun| token.starts_with(begun)))
    }
}

/// The words round the first match, with `⟦` and `⟧` round every one that matches. The title, with
/// which the words of a record begin, is shown beside it anyway: only where nothing else matched is
/// the match looked for in it.
pub(super) fn excerpt(title: &str, words: &str, wanted: &Wanted) -> String {
    let text = match words.strip_prefix(title) {
        Some(rest) if wanted.matches(rest) => rest,
        _ => words,
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words
        .iter()
        .position(|word| wanted.matches(word))
        .unwrap_or(0);
    let begin = first.saturating_sub(AROUND.0);
    let shown: Vec<String> = words
        .iter()
        .skip(begin)
        .take(AROUND.0 + AROUND.1)
        .map(|word| {
            // The marks are ours alone.
            let clean: String = word
                .chars()
                .filter(|c| *c != '⟦' && *c != '⟧' && !c.is_control())
                .take(LONGEST)
                .collect();
            if wanted.matches(word) {
                format!("⟦{clean}⟧")
            } else {
                clean
            }
        })
        .collect();
    let before = if begin > 0 { "… " } else { "" };
    let after = if begin + shown.len() < words.len() {
        " …"
    } else {
        ""
    };
    format!("{before}{}{after}", shown.join(" "))
}

fn tokens(text: &str) -> Vec<String> {
    let folded: String = text
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_round_the_first_match_are_shown_and_matches_marked() {
        let text = "one two three four five six Café seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";
        assert_eq!(
            excerpt("", text, &Wanted::new("cafe twel")),
            "… three four five six ⟦Café⟧ seven eight nine ten eleven ⟦twelve⟧ thirteen fourteen fifteen …"
        );
        assert_eq!(excerpt("", "ch_3Pab", &Wanted::new("3pa")), "⟦ch_3Pab⟧");
        assert_eq!(excerpt("", "", &Wanted::new("x")), "");
    }

    #[test]
    fn the_title_is_not_shown_twice() {
        let words = "Happy Tails Happy Tails near the river";
        let found = |typed| excerpt("Happy Tails", words, &Wanted::new(typed));
        assert_eq!(found("river"), "Happy Tails near the ⟦river⟧");
        assert_eq!(found("happy"), "⟦Happy⟧ Tails near the river");
        let only = excerpt("Happy Tails", "Happy Tails tk_1", &Wanted::new("happy"));
        assert_eq!(only, "⟦Happy⟧ Tails tk_1");
    }

    #[test]
    fn a_record_cannot_forge_the_marks() {
        assert_eq!(
            excerpt("", "⟦evil⟧ word", &Wanted::new("word")),
            "evil ⟦word⟧"
        );
    }

    #[test]
    fn all_words_must_be_in_a_title() {
        let wanted = Wanted::new("HAPPY gee");
        assert!(wanted.all_in("Happy Tails, Geelong"));
        assert!(!wanted.all_in("Happy Tails, Ballarat"));
    }
}
