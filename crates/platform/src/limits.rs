//! Bounds on what one client may ask for at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use watchkeeper_wire::problem::Code;

use crate::auth;
use crate::problem::ApiError;

/// Seconds after which a client that asks too much at once may come again.
const COME_AGAIN: u32 = 1;
/// Where there is no room for anybody, those who are turned away are asked to come back over so many
/// seconds, one after the other, so that they do not come together again (fault 37).
const SPREAD: u32 = 20;

/// Requests in flight: so many over all, so many per token. Streams of hints do not count.
#[derive(Debug)]
pub struct InFlight {
    all: usize,
    each: usize,
    now: Mutex<BTreeMap<String, usize>>,
    turned_away: AtomicU32,
}

/// A place among the requests in flight; dropping it gives it back.
#[derive(Debug)]
pub struct InFlightPlace {
    of: Arc<InFlight>,
    who: String,
}

impl InFlight {
    /// At most `all`, of them `each` per token.
    pub fn new(all: usize, each: usize) -> Self {
        Self {
            all,
            each,
            now: Mutex::default(),
            turned_away: AtomicU32::new(0),
        }
    }

    /// Takes a place, or says why there is none.
    pub fn enter(self: &Arc<Self>, who: &str) -> Result<InFlightPlace, Code> {
        let mut now = self.now.lock().unwrap_or_else(|e| e.into_inner());
        if now.values().sum::<usize>() >= self.all {
            return Err(Code::Unavailable);
        }
        let mine = now.entry(who.to_owned()).or_default();
        if *mine >= self.each {
            return Err(Code::Busy);
        }
        *mine += 1;
        Ok(InFlightPlace {
            of: Arc::clone(self),
            who: who.to_owned(),
        })
    }
}

impl InFlight {
    /// Seconds after which a client that was turned away may come again.
    fn come_again(&self, code: Code) -> u32 {
        if code == Code::Busy {
            return COME_AGAIN;
        }
        COME_AGAIN + self.turned_away.fetch_add(1, Ordering::Relaxed) % SPREAD
    }
}

impl Drop for InFlightPlace {
    fn drop(&mut self) {
        let mut now = self.of.now.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(mine) = now.get_mut(&self.who) {
            *mine -= 1;
            if *mine == 0 {
                now.remove(&self.who);
            }
        }
    }
}

/// Turns requests away beyond the bounds, with `Retry-After`.
pub async fn guard(
    State(in_flight): State<Arc<InFlight>>,
    request: Request,
    next: Next,
) -> Response {
    let who = auth::bearer(request.headers()).map_or(String::new(), auth::token_hash);
    match in_flight.enter(&who) {
        Ok(_place) => next.run(request).await,
        Err(code) => {
            let seconds = in_flight.come_again(code);
            ApiError::from(code).retry_after(seconds).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fault_37_those_for_whom_there_is_no_room_are_asked_back_one_after_the_other() {
        let bounds = Arc::new(InFlight::new(0, 2));
        let mut seconds: BTreeMap<u32, u32> = BTreeMap::new();
        for n in 0..200 {
            let code = bounds.enter(&n.to_string()).unwrap_err();
            *seconds.entry(bounds.come_again(code)).or_default() += 1;
        }
        assert!(
            seconds.values().all(|at_once| *at_once <= 10),
            "{seconds:?}"
        );
        assert_eq!(seconds.keys().next(), Some(&1));
    }

    #[test]
    fn one_token_cannot_take_every_place_and_places_come_back() {
        let bounds = Arc::new(InFlight::new(3, 2));
        let first = bounds.enter("a").unwrap();
        let second = bounds.enter("a").unwrap();
        assert_eq!(bounds.enter("a").unwrap_err(), Code::Busy);
        let other = bounds.enter("b").unwrap();
        assert_eq!(bounds.enter("c").unwrap_err(), Code::Unavailable);
        drop(first);
        assert!(bounds.enter("a").is_ok());
        drop((second, other));
        assert!(bounds.now.lock().unwrap().is_empty());
    }
}
