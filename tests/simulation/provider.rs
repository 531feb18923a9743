//! A payment provider in memory: the oracle of what really happened.
//!
//! It follows the published contract (an idempotency key replays its first answer and is forgotten
//! after a day; refunds of a charge are listed, each with the caller's own key), and it never limits
//! what a charge may give back: whoever asks twice under two keys gets it twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use watchkeeper_platform::connectors::{Look, Other, Sent};

/// After this an idempotency key is forgotten.
const REMEMBERS: TimeDelta = TimeDelta::hours(24);
/// Before this it is not, however bad the provider: nothing that it took is still on its way then.
const SURELY: TimeDelta = TimeDelta::seconds(60);

/// How it treats one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// As published.
    Well,
    /// No answer, and nothing happens.
    TimeoutBefore,
    /// It happens, and no answer comes.
    TimeoutAfter,
    /// No answer, and it happens so many seconds later.
    Late(i64),
    /// No, for good.
    Refuse,
    /// An answer 500 that is replayed; nothing happened.
    Broke,
    /// An answer 500 that is replayed; it has happened.
    BrokeAfter,
    /// It asks for patience.
    NotNow,
    /// It takes it, and is not done for so many minutes.
    Pending(i64),
    /// It takes it, and after so many minutes it came to nothing.
    Fails(i64),
}

/// One effect.
#[derive(Debug, Clone)]
struct Effect {
    key: String,
    /// The charge that it is listed under, if any.
    of: Option<String>,
    /// Not visible to anybody before.
    at: DateTime<Utc>,
    /// Under way until then.
    done_at: DateTime<Utc>,
    /// It will come to nothing.
    fails: bool,
}

#[derive(Default)]
struct Ledger {
    effects: Vec<Effect>,
    answered: BTreeMap<String, (DateTime<Utc>, Sent)>,
}

impl Ledger {
    /// What has not come to nothing of a charge; nothing where it is of none.
    fn beside(&self, of: Option<&str>, now: DateTime<Utc>) -> Look {
        let stands = |effect: &&Effect| {
            let failed = effect.fails && effect.done_at <= now;
            of.is_some() && effect.of.as_deref() == of && effect.at <= now && !failed
        };
        let other = |effect: &Effect| Other {
            key: effect.key.clone(),
            words: format!("re_{}", effect.key),
        };
        let others: Vec<Other> = self.effects.iter().filter(stands).map(other).collect();
        match others.is_empty() {
            true => Look::Absent,
            false => Look::Beside(others),
        }
    }
}

/// The provider. Clones are the same one.
#[derive(Clone, Default)]
pub struct Provider(Arc<Mutex<Ledger>>);

impl Provider {
    /// What it lists under a key, or beside it of the same charge.
    pub fn look(&self, key: &str, of: Option<&str>, now: DateTime<Utc>) -> Look {
        let ledger = self.0.lock().unwrap();
        let mut listed = ledger.effects.iter();
        match listed.find(|effect| effect.key == key && effect.at <= now) {
            None => ledger.beside(of, now),
            Some(effect) if effect.done_at > now => Look::UnderWay,
            Some(effect) if effect.fails => Look::Failed("the account is closed".into()),
            Some(effect) => Look::Found(json!({"id": format!("re_{}", effect.key)})),
        }
    }

    /// A request for a refund.
    pub fn send(
        &self,
        (key, of): (&str, Option<String>),
        idempotency_key: &str,
        mood: Mood,
        now: DateTime<Utc>,
    ) -> Sent {
        let mut ledger = self.0.lock().unwrap();
        ledger.answered.retain(|_, (at, _)| now - *at < REMEMBERS);
        if let Some((_, answer)) = ledger.answered.get(idempotency_key) {
            return match mood {
                Mood::TimeoutBefore | Mood::TimeoutAfter | Mood::Late(_) => Sent::Ambiguous,
                Mood::NotNow => Sent::NotNow(None),
                _ => answer.clone(),
            };
        }
        let done = || Sent::Done(json!({"id": format!("re_{key}")}));
        let mut effect = |after: i64, lasts: i64| {
            let at = now + TimeDelta::seconds(after);
            ledger.effects.push(Effect {
                key: key.to_owned(),
                of: of.clone(),
                at,
                done_at: at + TimeDelta::minutes(lasts),
                fails: matches!(mood, Mood::Fails(_)),
            });
        };
        let (answer, replayed) = match mood {
            Mood::Well => {
                effect(0, 0);
                (done(), Some(done()))
            }
            Mood::TimeoutBefore => (Sent::Ambiguous, None),
            Mood::TimeoutAfter => {
                effect(0, 0);
                (Sent::Ambiguous, Some(done()))
            }
            Mood::Late(seconds) => {
                effect(seconds, 0);
                (Sent::Ambiguous, Some(done()))
            }
            Mood::Refuse => {
                let no = Sent::Refused("the charge is disputed".into());
                (no.clone(), Some(no))
            }
            Mood::Broke => (Sent::Broke, Some(Sent::Broke)),
            Mood::BrokeAfter => {
                effect(0, 0);
                (Sent::Broke, Some(Sent::Broke))
            }
            Mood::NotNow => (Sent::NotNow(None), None),
            Mood::Pending(minutes) | Mood::Fails(minutes) => {
                effect(0, minutes);
                (Sent::UnderWay, Some(Sent::UnderWay))
            }
        };
        if let Some(replayed) = replayed {
            ledger
                .answered
                .insert(idempotency_key.to_owned(), (now, replayed));
        }
        answer
    }

    /// Forgets all idempotency keys but the youngest.
    pub fn forget(&self, now: DateTime<Utc>) {
        let mut ledger = self.0.lock().unwrap();
        ledger.answered.retain(|_, (at, _)| now - *at < SURELY);
    }

    /// Something that it took has not shown yet.
    pub fn owes(&self, now: DateTime<Utc>) -> bool {
        let ledger = self.0.lock().unwrap();
        ledger.effects.iter().any(|effect| effect.at > now)
    }

    /// Effects by key; what came to nothing is none.
    pub fn effects(&self) -> BTreeMap<String, u32> {
        let mut counted = BTreeMap::new();
        let ledger = self.0.lock().unwrap();
        for effect in ledger.effects.iter().filter(|effect| !effect.fails) {
            *counted.entry(effect.key.clone()).or_default() += 1;
        }
        counted
    }
}
