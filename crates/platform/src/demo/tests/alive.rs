//! A world that has begun: alerts come and go, and days pass.

use super::*;
use crate::clock::Clock;

/// A world that has just begun. Nobody evaluates its alerts but the test: they come when they come.
pub(super) struct Begun {
    pub server: Server,
    pub clock: Arc<crate::clock::ManualClock>,
    pub world: World,
    pub state: State,
    _data: tempfile::TempDir,
}

pub(super) async fn begun() -> Begun {
    begun_on(None).await
}

async fn begun_on(scenario: Option<&str>) -> Begun {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(crate::clock::ManualClock::new(start()));
    let server = Server::bind(Options {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        stand_ins: true,
        evaluates: false,
        ..Options::new(data.path().to_owned())
    })
    .await
    .unwrap();
    let world = World::read(&folder()).unwrap();
    let mut state = State {
        start: start(),
        ..State::new(&DemoOptions {
            packs: PathBuf::new(),
            data: PathBuf::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 5,
            start: Some(start()),
            lives: true,
            all: false,
            scenario: None,
        })
        .unwrap()
    };
    let place = Place::drawn(&folder()).unwrap();
    fill::settle(&server.platform, &place, &mut state, scenario)
        .await
        .unwrap();
    Begun {
        server,
        clock,
        world,
        state,
        _data: data,
    }
}

/// Alerts that fire, by rule.
async fn firing(begun: &Begun) -> BTreeMap<String, usize> {
    let question = crate::store::Question {
        text: "json_extract(body, '$.state') = 'firing'".into(),
        params: Vec::new(),
    };
    let store = &begun.server.platform.store;
    let rows = store
        .records(&begun.world.tenant.id, "alert", &question)
        .await;
    let mut rules = BTreeMap::new();
    for row in rows.unwrap() {
        let rule = row.body["rule"].as_str().unwrap().to_owned();
        *rules.entry(rule).or_default() += 1;
    }
    rules
}

fn counts<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.map(|(rule, count)| (rule.to_owned(), count)).into()
}

#[tokio::test]
async fn d_08_and_d_09_the_world_begins_with_its_alerts_and_they_come_and_go() {
    let begun = begun().await;
    let platform = Arc::clone(&begun.server.platform);
    let mut evaluator = crate::alerts::Evaluator::new(Arc::clone(&platform));
    evaluator.step(start()).await.unwrap();
    let at_first = counts([
        ("ai_down", 1),
        ("job_retrying", 1),
        ("orphan_charge", 1),
        ("queue_long", 4),
    ]);
    let orphans = counts([("orphan_charge", begun.world.orphans.len())]);
    assert_eq!(
        firing(&begun).await,
        at_first.into_iter().chain(orphans).collect()
    );
    let rate = crate::alerts::reading(&platform, &begun.world.tenant.id, "refund_rate", start());
    let rate = rate.await.unwrap().unwrap();
    assert!(rate.value.unwrap() < 0.10, "{rate:?}");

    let mut life = life::Life::new(
        Arc::clone(&platform),
        begun.world.clone(),
        begun.state.seed,
        begun.state.next.clone(),
    );
    let (mut recovered, mut succeeded, mut down_again) = (false, false, false);
    while !(recovered && succeeded && down_again) {
        let now = begun.clock.now();
        assert!(now < start() + TimeDelta::days(4), "nothing happens");
        match life.step().await {
            Some(wait) => begun.clock.advance(TimeDelta::from_std(wait).unwrap()),
            None => {
                evaluator.step(now).await.unwrap();
                let fires = firing(&begun).await;
                down_again |= recovered && fires.contains_key("ai_down");
                recovered |= !fires.contains_key("ai_down");
                succeeded |= !fires.contains_key("job_retrying");
            }
        }
    }
    begun.server.stop().await;
}

#[tokio::test]
async fn other_days_begin_with_other_alerts() {
    for (day, fire, silent) in [
        ("ai_down_4", "", "ai_faltering"),
        ("ai_down_12", "ai_faltering", "ai_down"),
        ("job_failed_b", "job_failed", "job_retrying"),
        ("job_25h", "job_late", "job_overdue"),
        ("job_49h", "job_overdue", "job_late"),
        (
            "position_wrong",
            "queue_position_wrong",
            "queue_order_broken",
        ),
        ("order_broken", "queue_order_broken", "queue_beside_free"),
        ("bad_week", "refund_rate_high", "refund_rate_raised"),
    ] {
        let begun = begun_on(Some(day)).await;
        let mut evaluator = crate::alerts::Evaluator::new(Arc::clone(&begun.server.platform));
        evaluator.step(start()).await.unwrap();
        let rules = firing(&begun).await;
        assert!(fire.is_empty() || rules.contains_key(fire), "{day}");
        assert!(!rules.contains_key(silent), "{day}");
        begun.server.stop().await;
    }
}

/// A world that has lived through so many arrivals: its feed, and what came.
async fn lived(arrivals: usize) -> (Vec<String>, BTreeMap<String, usize>) {
    let Begun {
        server,
        clock,
        world,
        state,
        _data,
    } = begun().await;
    let tenant = world.tenant.id.clone();
    let at = server
        .platform
        .store
        .tenant(&tenant)
        .await
        .unwrap()
        .unwrap()
        .head;
    let platform = Arc::clone(&server.platform);
    let mut life = life::Life::new(platform, world, state.seed, state.next);
    let mut arrived = 0;
    while arrived < arrivals {
        match life.step().await {
            Some(wait) => clock.advance(TimeDelta::from_std(wait).unwrap()),
            None => arrived += 1,
        }
    }
    let asked = crate::store::PageAsked {
        tenant,
        operator: "kim".into(),
        regions: Vec::new(),
        sight: Default::default(),
        from: crate::store::Place::Delta { at },
        limit: 5000,
        bytes: 1 << 24,
    };
    let page = server.platform.store.page(&asked).await.unwrap();
    let crate::store::PageRead::Lines { lines, .. } = page else {
        panic!("gone")
    };
    let mut kinds = BTreeMap::new();
    for line in &lines {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = line["record"]["kind"].as_str().unwrap().to_owned();
        *kinds.entry(kind).or_default() += 1;
    }
    server.stop().await;
    (lines, kinds)
}

#[tokio::test]
async fn the_world_goes_on_and_the_same_one_goes_on_the_same() {
    let (lines, kinds) = lived(120).await;
    assert_eq!(lines, lived(120).await.0);
    for kind in ["review", "charge", "placement", "refund"] {
        assert!(kinds.get(kind).is_some_and(|count| *count > 0), "{kinds:?}");
    }
    assert_eq!(kinds["charge"], kinds["placement"]);
    assert_eq!(kinds["charge"], kinds["provider_charge"]);
}
