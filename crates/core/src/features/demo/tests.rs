#![allow(clippy::unwrap_used)]

use chrono_tz::Australia::Melbourne;

use super::choose::instant;
use crate::error::Code;

#[test]
fn a_time_that_a_clock_change_skips_or_repeats_is_one_instant() {
    for (text, at) in [
        // On 5 April 2026 half past two comes twice, on 4 October not at all.
        ("2026-04-05T02:30", "2026-04-04T15:30:00Z"),
        ("2026-10-04T02:30", "2026-10-03T16:00:00Z"),
        ("2026-11-23T09:00:30", "2026-11-22T22:00:30Z"),
    ] {
        let found = instant(text, Melbourne).unwrap();
        assert_eq!(found, at.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    }
    for text in ["", "tomorrow", "2026-02-30T09:00", "2026-04-05"] {
        let refused = instant(text, Melbourne).unwrap_err();
        assert_eq!(refused.code, Code::NotNow, "{text}");
    }
}
