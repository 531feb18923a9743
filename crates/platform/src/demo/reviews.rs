//! Reviews of the demo world.

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchkeeper_pack::value::instant_text;

use super::draw::Draw;
use super::generate::Generator;
use super::world::Words;

/// Reviews that wait, and those decided in all months.
pub(super) fn reviews(generator: &mut Generator<'_>) {
    let reviews = &generator.world().reviews;
    for pending in &reviews.pending {
        let hours = pending.days_ago * 24.0;
        one(
            generator,
            hours,
            pending.confidence,
            &pending.verdict,
            "pending",
        );
    }
    for _ in 0..reviews.pending_sure {
        let (hours, confidence) = {
            let draw = generator.draw();
            (
                draw.between(1.0, 190.0),
                rounded(draw.between(0.905, 0.995)),
            )
        };
        one(generator, hours, confidence, "clean", "pending");
    }
    for _ in 0..reviews.pending_unsure {
        let hours = generator.draw().between(1.0, 240.0);
        let confidence = rounded(generator.draw().between(0.42, 0.89));
        let verdict = verdict(generator.draw());
        one(generator, hours, confidence, verdict, "pending");
    }
    for _ in 0..reviews.decided {
        let hours = generator.draw().between(240.0, 13.0 * 30.4 * 24.0);
        let spam = generator.draw().chance(0.06);
        let confidence = rounded(generator.draw().between(0.7, 0.995));
        let (verdict, state) = if spam {
            ("spam", "rejected")
        } else {
            ("clean", "published")
        };
        one(generator, hours, confidence, verdict, state);
    }
}

fn one(generator: &mut Generator<'_>, hours_ago: f64, confidence: f64, verdict: &str, state: &str) {
    let business = generator.any_business();
    let at = generator.ago(hours_ago);
    let id = generator.next("rv");
    let words = &generator.world().words;
    let mut body = body(generator.draw(), words, &business, verdict);
    if let Some(fields) = body.as_object_mut() {
        fields.insert("written_at".into(), instant_text(at).into());
        fields.insert("confidence".into(), confidence.into());
        fields.insert("state".into(), state.into());
        if state != "pending" {
            let decided = instant_text(at + TimeDelta::hours(30));
            fields.insert("decided_at".into(), decided.into());
            let by = generator.world().operator.id.as_str();
            fields.insert("decided_by".into(), by.into());
        }
        if state == "rejected" {
            fields.insert("rejected_for".into(), "Spam".into());
        }
    }
    generator.record("review", &id, body);
}

/// A review's text, stars and verdict.
pub(super) fn body(draw: &mut Draw, words: &Words, business: &str, verdict: &str) -> Value {
    let happy = draw.chance(0.8);
    let (text, rating) = match verdict {
        "spam" => (draw.one(&words.spam), 5),
        "off_topic" => (draw.one(&words.off_topic), 3),
        "profanity" => (draw.one(&words.complaints), 1),
        _ if happy => (draw.one(&words.praise), 4 + draw.index(2)),
        _ => (draw.one(&words.complaints), 2 + draw.index(2)),
    };
    json!({"business": business, "rating": rating, "text": text, "verdict": verdict})
}

/// What the automatic check says when it is not sure.
pub(super) fn verdict(draw: &mut Draw) -> &'static str {
    match draw.index(4) {
        0 => "spam",
        1 => "off_topic",
        2 => "profanity",
        _ => "clean",
    }
}

/// Four digits, as the check gives them.
pub(super) fn rounded(confidence: f64) -> f64 {
    (confidence * 10_000.0).round() / 10_000.0
}
