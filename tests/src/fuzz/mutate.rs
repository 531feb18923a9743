//! Edits of good inputs: of bytes, of words, of lines.

use rand::Rng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand_chacha::ChaCha8Rng;

/// The largest input that is made, in bytes.
const MOST: usize = 600 << 10;

/// What readers of numbers, YAML, JSON, CEL, templates, rules and full text may stumble over.
const WORDS: &[&str] = &[
    "0",
    "-1",
    "1e309",
    "-0.0",
    "9223372036854775808",
    "18446744073709551616",
    "1e-400",
    "0x10",
    "9007199254740993",
    "NaN",
    ".inf",
    "null",
    "~",
    "true",
    "\"\"",
    "''",
    "{}",
    "[]",
    "[[[[[[[[",
    "{{{{{{{{",
    "((((((((",
    "&a ",
    "*a",
    "&a [*a, *a]",
    "<<: *a",
    "!!binary ",
    "!!str ",
    "|",
    ">-",
    "? ",
    ": ",
    "- ",
    "# ",
    "---\n",
    "...\n",
    "\t",
    "\r\n",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{301}",
    "\u{10ffff}",
    "é",
    "\\u0000",
    "\\ud800",
    "record",
    "record.",
    "now",
    "now - now",
    "params.x",
    "duration(\"1h\")",
    "duration(\"9223372036854775807s\")",
    "timestamp(\"0001-01-01T00:00:00Z\")",
    "timestamp(\"9999-12-31T23:59:59Z\")",
    ".map(x, x)",
    ".filter(x, true)",
    ".all(x, x == x)",
    "[1,2,3].map(x, [1,2,3].map(y, x * y))",
    "size(",
    " in ",
    " ? ",
    " : ",
    "%",
    "/ 0",
    "% 0",
    "matches(\"(a+)+$\")",
    "{{ ",
    " }}",
    "{% for i in [1,2,3] %}",
    "{% endfor %}",
    "{% if ",
    "{%- ",
    "{% set x = 1 %}",
    "{% macro m() %}",
    "range(1000000)",
    "| duration",
    "| money",
    "| date",
    "FREQ=",
    "YEARLY",
    "SECONDLY",
    "INTERVAL=0",
    "INTERVAL=65535",
    "BYDAY=",
    "-53MO",
    "BYYEARDAY=366",
    "BYSETPOS=-366",
    "BYMONTHDAY=-31",
    "BYHOUR=24",
    "COUNT=1",
    "UNTIL=19700101T000000Z",
    "WKST=SU",
    "BYEASTER=1",
    "\"",
    "NEAR(",
    " AND ",
    " NOT ",
    "*",
    "^",
    "words:",
    "data: ",
    "event: ",
    "id: ",
    "retry: ",
    "\n\n",
    "2026-02-30T25:61:61Z",
    "2026-11-20T03:22:28+99:99",
    "-262144-01-01T00:00:00Z",
];

/// An input made of one of the corpus by a few edits.
pub fn mutated(corpus: &[Vec<u8>], chance: &mut ChaCha8Rng) -> Vec<u8> {
    let mut input = corpus.choose(chance).cloned().unwrap_or_default();
    // One edit comes furthest in, many come anywhere.
    let mut edits = 1;
    while edits < 12 && chance.random_range(0..2) == 0 {
        edits += 1;
    }
    for _ in 0..edits {
        edit(&mut input, corpus, chance);
        input.truncate(MOST);
    }
    input
}

fn edit(input: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut ChaCha8Rng) {
    match chance.random_range(0..14) {
        0 => flip(input, chance),
        1 => insert_word(input, chance),
        2 => {
            let range = span(input, 64, chance);
            input.drain(range);
        }
        3 => {
            let range = span(input, 256, chance);
            let copy = input.get(range).unwrap_or_default().to_vec();
            insert(input, &copy, chance);
        }
        4 => splice(input, corpus, chance),
        5 => input.truncate(chance.random_range(0..=input.len())),
        6 => {
            let bytes: Vec<u8> = (0..chance.random_range(1..8))
                .map(|_| chance.random())
                .collect();
            insert(input, &bytes, chance);
        }
        7 | 8 => replace_number_or_word(input, chance),
        9 => deepen(input, chance),
        10 => again_and_again(input, chance),
        _ => edit_lines(input, chance),
    }
}

fn flip(input: &mut [u8], chance: &mut ChaCha8Rng) {
    let bit = 1 << chance.random_range(0..8);
    if let Some(byte) = input.choose_mut(chance) {
        *byte ^= bit;
    }
}

fn insert(input: &mut Vec<u8>, what: &[u8], chance: &mut ChaCha8Rng) {
    let at = chance.random_range(0..=input.len());
    input.splice(at..at, what.iter().copied());
}

fn insert_word(input: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    let word = WORDS.choose(chance).copied().unwrap_or_default();
    insert(input, word.as_bytes(), chance);
}

fn span(input: &[u8], most: usize, chance: &mut ChaCha8Rng) -> std::ops::Range<usize> {
    let begin = chance.random_range(0..=input.len());
    let most = most.min(input.len() - begin);
    begin..begin + chance.random_range(0..=most)
}

/// Goes on as another input does.
fn splice(input: &mut Vec<u8>, corpus: &[Vec<u8>], chance: &mut ChaCha8Rng) {
    let Some(other) = corpus.choose(chance) else {
        return;
    };
    let (at, from) = (
        chance.random_range(0..=input.len()),
        chance.random_range(0..=other.len()),
    );
    input.truncate(at);
    input.extend_from_slice(other.get(from..).unwrap_or_default());
}

/// Puts a word in the place of a run of letters and digits.
fn replace_number_or_word(input: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    let at = chance.random_range(0..=input.len());
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let Some(begin) = input.iter().skip(at).position(plain).map(|more| at + more) else {
        return;
    };
    let length = input
        .iter()
        .skip(begin)
        .take_while(|byte| plain(byte))
        .count();
    let word = WORDS.choose(chance).copied().unwrap_or_default();
    input.splice(begin..begin + length, word.bytes());
}

/// Puts brackets around a place, many deep.
fn deepen(input: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    let pairs: [(&str, &str); 7] = [
        ("[", "]"),
        ("{a: ", "}"),
        ("{\"a\":", "}"),
        ("(", ")"),
        ("!", ""),
        ("-", ""),
        ("{% if 1 %}", "{% endif %}"),
    ];
    let (open, close) = pairs.choose(chance).copied().unwrap_or_default();
    let depth = 1 << chance.random_range(1..14);
    let range = span(input, 64, chance);
    let mut deep = open.repeat(depth).into_bytes();
    deep.extend_from_slice(input.get(range.clone()).unwrap_or_default());
    deep.extend(close.repeat(depth).bytes());
    input.splice(range, deep);
}

/// The same bytes many times.
fn again_and_again(input: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    let range = span(input, 32, chance);
    let part = input.get(range).unwrap_or_default();
    let many = part.repeat(1 << chance.random_range(1..11));
    insert(input, &many, chance);
}

/// Edits of lines: what a person may do to a file of YAML.
fn edit_lines(input: &mut Vec<u8>, chance: &mut ChaCha8Rng) {
    let mut lines: Vec<Vec<u8>> = input
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if lines.is_empty() {
        return;
    }
    let (one, two) = (
        chance.random_range(0..lines.len()),
        chance.random_range(0..lines.len()),
    );
    match chance.random_range(0..5) {
        0 => drop(lines.remove(one)),
        // A key that is there twice.
        1 => lines.insert(one, lines.get(two).cloned().unwrap_or_default()),
        2 => lines.swap(one, two),
        3 => {
            if let Some(line) = lines.get_mut(one) {
                let spaces = chance.random_range(0..9);
                line.splice(0..0, std::iter::repeat_n(b' ', spaces));
            }
        }
        _ => {
            if let Some(line) = lines.get_mut(one) {
                let word = WORDS.choose(chance).copied().unwrap_or_default();
                let after = line
                    .iter()
                    .position(|byte| *byte == b':')
                    .map_or(0, |at| at + 1);
                line.truncate(after);
                line.extend_from_slice(format!(" {word}\n").as_bytes());
            }
        }
    }
    *input = lines.concat();
}
