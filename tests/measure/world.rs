//! The records of the bench: orders of about 650 bytes, the same every time.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use watchkeeper_wire::ingest::Incoming;

/// Where the orders begin; one comes every four minutes.
const BEGIN: &str = "2026-01-05T08:00:00Z";
/// How many different words notes are made of.
pub const WORDS: u64 = 4_000;

/// What an order stands for: of a hundred 30 wait, 20 are packed.
const STATES: [(u64, &str); 4] = [
    (30, "waiting"),
    (50, "packed"),
    (75, "shipped"),
    (100, "closed"),
];
const CHANNELS: [&str; 3] = ["web", "shop", "phone"];
const CITIES: [&str; 8] = [
    "Aachen",
    "Bremen",
    "Dresden",
    "Erfurt",
    "Freiburg",
    "Kassel",
    "Lübeck",
    "Würzburg",
];
/// Syllables that words and names are made of.
const PARTS: [&str; 16] = [
    "al", "ber", "con", "dar", "el", "fen", "gra", "hil", "in", "jor", "kal", "lun", "mor", "nis",
    "or", "pel",
];

/// An order as the platform's own systems bring it. `edit` counts how often it was changed since.
pub fn order(number: u64, edit: u64) -> Incoming {
    let mut draw = Draw(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ edit.rotate_left(40));
    let (first, last) = (draw.word(400), draw.word(WORDS));
    let begin: DateTime<Utc> = BEGIN.parse().unwrap_or_default();
    let placed = begin + TimeDelta::minutes(i64::try_from(4 * number).unwrap_or(0));
    let state = Draw(number ^ 0x5bd1).below(100);
    let state = STATES.iter().find(|(below, _)| state < *below);
    // Common words are common: the square of a fraction favours the low numbers.
    let note: Vec<String> = (0..40).map(|_| draw.common_word()).collect();
    // Of two hundred one is late, the others are not due for years.
    let promised = match number % 200 {
        0 => placed + TimeDelta::hours(72),
        _ => placed + TimeDelta::days(3_650),
    };
    let body = json!({
        "number": format!("O-{number:07}"),
        "customer": format!("{first} {last}"),
        "email": format!("{first}.{last}{number}@post.example"),
        "city": pick(&CITIES, draw.below(8)),
        "total": {"minor": 500 + draw.below(50_000), "currency": "EUR"},
        "channel": pick(&CHANNELS, draw.below(3)),
        "placed_at": placed,
        "promised_at": promised,
        "note": note.join(" "),
        "state": state.map_or("closed", |(_, name)| *name),
        "weight": draw.below(30_000),
        "parcel": format!("JJD{:018}", draw.next()),
    });
    Incoming {
        kind: "order".to_owned(),
        id: format!("order-{number:07}"),
        body: match body {
            Value::Object(body) => body,
            _ => Map::new(),
        },
        version: None,
    }
}

/// A word as notes have it.
pub fn word(number: u64) -> String {
    let mut text = String::new();
    let mut rest = number + PARTS.len() as u64;
    while rest > 0 {
        text.push_str(pick(&PARTS, rest % 16));
        rest /= 16;
    }
    text
}

fn pick<'a>(of: &[&'a str], at: u64) -> &'a str {
    let at = usize::try_from(at).unwrap_or(0);
    of.get(at).copied().unwrap_or_default()
}

/// Chance that is the same every time (SplitMix64).
pub struct Draw(pub u64);

impl Draw {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// A word of the first so many.
    pub fn word(&mut self, of: u64) -> String {
        word(self.below(of))
    }

    fn common_word(&mut self) -> String {
        let (one, other) = (self.below(WORDS), self.below(WORDS));
        word(one * other / WORDS)
    }
}
