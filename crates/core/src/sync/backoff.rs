//! How long to wait before the next try. Pure: chance comes in as a number.

use std::time::Duration;

/// First step of the back-off.
const BASE: Duration = Duration::from_secs(1);
/// The longest that a back-off waits.
pub const CAP: Duration = Duration::from_secs(60);
/// The shortest and the longest that a `Retry-After` is believed (fault 30).
const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15 * 60));

/// Full jitter: anything between nothing and `min(60 s, 1 s · 2^failures)`. `chance` is in `0..1`.
pub fn full_jitter(failures: u32, chance: f64) -> Duration {
    let ceiling = BASE
        .saturating_mul(2_u32.saturating_pow(failures.min(16)))
        .min(CAP);
    ceiling.mul_f64(chance.clamp(0.0, 1.0))
}

/// The longest that a stream of hints waits. Of laptops that draw from this whenever they find nobody,
/// as many come back in the first second after a long outage as twice their number by these seconds;
/// with one minute more than one in twenty did, half of the time.
const REOPEN: Duration = Duration::from_secs(3 * 60);

/// How long a stream of hints that broke waits before it is opened again: anything up to three
/// minutes. When a platform restarts all laptops lose theirs at one moment; at most one in twenty
/// comes back in a second (fault 37). Nothing is missed meanwhile, the feed is asked every 20 s.
pub fn reconnect(chance: f64) -> Duration {
    REOPEN.mul_f64(chance.clamp(0.0, 1.0))
}

/// What `Retry-After` asks for, clamped to 1 s – 15 min. Jitter is only ever added, up to a tenth,
/// so that nobody comes back sooner than asked and many do not come back together.
pub fn retry_after(asked: Duration, chance: f64) -> Duration {
    let believed = asked.clamp(RETRY_AFTER.0, RETRY_AFTER.1);
    (believed + believed.mul_f64(0.1 * chance.clamp(0.0, 1.0))).min(RETRY_AFTER.1)
}

/// Spreads a period by a tenth either way, so that laptops that started together drift apart.
pub fn spread(period: Duration, chance: f64) -> Duration {
    period.mul_f64(0.9 + 0.2 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        assert_eq!(full_jitter(0, 1.0), Duration::from_secs(1));
        assert_eq!(full_jitter(3, 1.0), Duration::from_secs(8));
        assert_eq!(full_jitter(40, 1.0), CAP);
        assert_eq!(full_jitter(40, 0.0), Duration::ZERO);
        assert_eq!(full_jitter(1, 0.5), Duration::from_secs(1));
    }

    /// When each of 200 laptops is back whose streams a restart has cut, in seconds. The platform is
    /// away for `down` seconds; who comes sooner waits again.
    fn back(seed: u64, down: f64) -> Vec<f64> {
        let mut random = StdRng::seed_from_u64(seed);
        let one = |random: &mut StdRng| {
            let mut at = 0.0;
            while at <= down {
                at += reconnect(random.random()).as_secs_f64().max(0.01);
            }
            at
        };
        (0..200).map(|_| one(&mut random)).collect()
    }

    #[test]
    fn fault_37_of_200_laptops_no_more_than_one_in_twenty_comes_back_within_a_second() {
        // Not in seeds that were chosen: in all of these, however long it was away.
        let outages = [0.0, 3.0, 20.0, 90.0, 600.0];
        for (seed, down) in (0..100).flat_map(|seed| outages.map(|down| (seed, down))) {
            let mut seconds: std::collections::BTreeMap<u64, u32> = Default::default();
            for at in back(seed, down) {
                *seconds.entry(at as u64).or_default() += 1;
            }
            let peak = seconds.values().max().copied().unwrap_or_default();
            assert!(peak <= 10, "{peak} at once, seed {seed}, away for {down} s");
        }
        // The check can fail: within a few seconds it does.
        let together = back(1, 0.0).iter().filter(|at| **at / 60.0 < 0.5).count();
        assert!(together > 10);
    }

    #[test]
    fn retry_after_is_clamped_and_only_grows() {
        assert_eq!(retry_after(Duration::ZERO, 0.0), Duration::from_secs(1));
        assert_eq!(
            retry_after(Duration::from_secs(3600), 1.0),
            Duration::from_secs(900)
        );
        assert_eq!(
            retry_after(Duration::from_secs(20), 0.0),
            Duration::from_secs(20)
        );
        assert_eq!(
            retry_after(Duration::from_secs(20), 1.0),
            Duration::from_secs(22)
        );
    }
}
