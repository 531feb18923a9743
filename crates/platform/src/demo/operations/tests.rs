#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use watchkeeper_model::saved_view;
use watchkeeper_pack::load_dir;

use super::*;
use crate::clock::Clock;
use crate::demo::place::Form;
use crate::demo::state::State;
use crate::demo::{DemoOptions, fill};
use crate::store::{Question, RecordRow};
use crate::{Options, Server};

/// The packs of the documents in which nobody has to agree to anything.
const WITHOUT: [&str; 3] = ["admin-console", "dog-trainers", "pos-saas"];

fn start() -> DateTime<Utc> {
    "2026-11-20T14:00:00Z".parse().unwrap()
}

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

/// The worlds of all packs.
fn places() -> Vec<Place> {
    let first = Place::drawn(&packs().join(crate::demo::PACK)).unwrap();
    let further = crate::demo::further(&packs());
    let further = further.iter().map(|folder| Place::rows(folder).unwrap());
    std::iter::once(first).chain(further).collect()
}

fn of_rows(name: &str) -> Place {
    Place::rows(&packs().join(name)).unwrap()
}

/// A platform whose clock stands still, with one world.
struct Filled {
    server: Server,
    state: State,
    place: Place,
    _data: TempDir,
}

impl Filled {
    async fn new(place: Place, scenario: Option<&str>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::bind(Options {
            clock: Arc::new(ManualClock::new(start())) as Arc<dyn Clock>,
            stand_ins: true,
            evaluates: false,
            ..Options::new(data.path().to_owned())
        });
        let server = server.await.unwrap();
        let options = DemoOptions {
            packs: PathBuf::new(),
            data: PathBuf::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 5,
            start: Some(start()),
            lives: false,
            all: false,
            scenario: None,
        };
        let mut state = State::new(&options).unwrap();
        fill::settle(&server.platform, &place, &mut state, scenario)
            .await
            .unwrap_or_else(|error| panic!("{} on {scenario:?}: {error}", place.name));
        Self {
            server,
            state,
            place,
            _data: data,
        }
    }

    async fn rows(&self, kind: &str) -> Vec<RecordRow> {
        let all = Question {
            text: "1".into(),
            params: Vec::new(),
        };
        let tenant = self.place.tenant().id;
        let store = &self.server.platform.store;
        let mut rows = store.records(&tenant, kind, &all).await.unwrap();
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        rows
    }

    /// Approvals as they stand: record, row, state and who asked.
    async fn approvals(&self) -> Vec<[String; 4]> {
        let rows = self.rows(approval::KIND).await;
        let text = |row: &RecordRow, name: &str| row.body[name].as_str().unwrap().to_owned();
        let told = rows
            .iter()
            .map(|row| ["subject", "row", "state", "asked_by"].map(|name| text(row, name)));
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    }

    async fn pack(&self) -> Arc<Pack> {
        let tenant = self.place.tenant().id;
        let platform = &self.server.platform;
        let state = platform.store.tenant(&tenant).await.unwrap().unwrap();
        platform.packs.active(&state).await.unwrap().unwrap()
    }

    /// Fills the tenant again as a choice does, or as after a kill.
    async fn again(&self, clears: bool) {
        let (platform, tenant) = (&self.server.platform, self.place.tenant().id);
        let pack = self.pack().await;
        if clears {
            fill::clear(platform, &tenant, &pack).await.unwrap();
        }
        let made = self.place.made(&pack, (5, start()), None).unwrap();
        fill::lay(platform, &self.place, made).await.unwrap();
    }
}

fn row(subject: &str, row: &str, state: &str, by: &str) -> [String; 4] {
    [subject, row, state, by].map(ToOwned::to_owned)
}

#[tokio::test]
async fn what_was_done_before_is_decided_in_every_world_on_every_day() {
    for place in places() {
        let drawn = matches!(place.form, Form::Drawn(_));
        let days: Vec<String> = place.scenarios().iter().map(|day| day.id.clone()).collect();
        let (folder, name) = (place.folder.clone(), place.name.clone());
        let pack = load_dir(&folder).unwrap();
        for day in &days {
            place.made(&pack, (5, start()), Some(day.as_str())).unwrap();
        }
        let filled = Filled::new(place, None).await;
        let shared = filled.rows(saved_view::KIND).await;
        let colleagues = |row: &&RecordRow| {
            let (operator, _) = filled.place.operator_and_admin();
            row.body["shared"] == true && row.body["owner"] != json!(operator.id)
        };
        assert_eq!(shared.iter().filter(colleagues).count(), 1, "{name}");
        let approvals = filled.approvals().await;
        let none = WITHOUT.contains(&name.as_str());
        assert_eq!(approvals.is_empty(), none, "{name}: {approvals:?}");
        // Nobody is asked for what is sent: nothing is under way.
        let far = start() + chrono::TimeDelta::days(400);
        let calls = filled.server.platform.store.due_calls(far, 10).await;
        assert!(calls.unwrap().is_empty(), "{name}");
        filled.server.stop().await;
        // The generated world's days are many, and change nothing of what is told here.
        for day in days.iter().filter(|_| !drawn) {
            let place = Place::rows(&folder).unwrap();
            let other = Filled::new(place, Some(day.as_str())).await;
            assert_eq!(other.approvals().await, approvals, "{name}, {day}");
            other.server.stop().await;
        }
    }
}

#[tokio::test]
async fn a_39_to_a_44_the_shop_begins_with_approvals_of_every_sort() {
    let filled = Filled::new(of_rows("amarise"), None).await;
    let expected = [
        row("am-120", "A-42", "rejected", "lena"),
        row("am-121", "A-42", "waiting", "ada"),
        row("ct-55", "A-43", "waiting", "ines"),
        row("ct-57", "A-43", "waiting", "noor"),
        row("pc-311", "A-39", "waiting", "noor"),
        row("pc-312", "A-39", "approved", "lena"),
        row("pc-312", "A-40", "waiting", "lena"),
        row("rf-2110", "A-41", "waiting", "noor"),
        row("rf-2111", "A-41", "waiting", "lena"),
    ];
    assert_eq!(filled.approvals().await, expected);
    // For whoever sits in front of the app: content waits for her, and nothing that she asked herself.
    let (lena, _) = filled.place.operator_and_admin();
    let lena = actor(&lena.id, &lena.roles, &lena.regions);
    let mine = filled.rows(approval::KIND).await;
    let mine = mine.iter().filter(|row| {
        let approval = approval::Approval::read(&row.body).unwrap();
        approval.waits_for(&lena, start())
    });
    let mut mine: Vec<_> = mine.map(|row| row.body["subject"].clone()).collect();
    mine.sort_by_key(ToString::to_string);
    assert_eq!(mine, ["ct-55", "ct-57"]);
    // The refund says when it was asked for; it was then, and not as the world was filled.
    let platform = &filled.server.platform;
    let refund = platform.store.record("amarise", "refund", "rf-2111").await;
    let refund = refund.unwrap().unwrap();
    let asked = filled.rows(approval::KIND).await;
    let asked = asked.iter().find(|row| row.body["subject"] == "rf-2111");
    assert_eq!(
        (&refund.body["approval_asked_at"], &refund.body["state"]),
        (&asked.unwrap().body["asked_at"], &json!("requested"))
    );
    assert_eq!(refund.body["approval_asked_at"], "2026-11-20T12:00:00.000Z");
    filled.server.stop().await;
}

#[tokio::test]
async fn controls_are_switched_by_somebody_who_may_and_say_why() {
    let frozen = Filled::new(of_rows("amarise"), Some("frozen")).await;
    let rows = frozen.rows(control::KIND).await;
    let by = |id: &str| {
        let row = rows.iter().find(|row| row.id == id).unwrap();
        let why = row.body.get(control::REASON).and_then(Value::as_str);
        let on = row.body[control::VALUE] == json!("true");
        (row.body["by"].as_str().unwrap(), on && why.is_some())
    };
    for (id, who) in [
        ("incident_mode", "lena"),
        ("sales_paused/uae", "noor"),
        ("freeze_checkout", "fiona"),
        ("freeze_refunds", "fiona"),
        ("freeze_prices", "remy"),
        ("freeze_cms", "ines"),
    ] {
        assert_eq!(by(id), (who, true), "{id}");
    }
    let incident = rows.iter().find(|row| row.id == "incident_mode").unwrap();
    assert_eq!(incident.body["since"], "2026-11-20T13:30:00.000Z");
    let platform = &frozen.server.platform;
    let state = platform.store.tenant("amarise").await.unwrap().unwrap();
    assert_eq!(state.controls["freeze_refunds"], true, "it is in force");
    frozen.server.stop().await;
    let usual = Filled::new(of_rows("amarise"), None).await;
    let rows = usual.rows(control::KIND).await;
    let free = rows.iter().find(|row| row.id == "freeze_refunds").unwrap();
    assert_eq!(free.body.get("by"), None, "not on this day");
    usual.server.stop().await;
}

#[tokio::test]
async fn one_start_is_one_world_and_the_next_start_changes_nothing_of_it() {
    let place = || of_rows("harbour-lockers");
    let mut first = Filled::new(place(), None).await;
    let second = Filled::new(place(), None).await;
    async fn told(filled: &Filled) -> Vec<(String, Map<String, Value>)> {
        let mut rows = filled.rows(approval::KIND).await;
        rows.extend(filled.rows(saved_view::KIND).await);
        rows.into_iter().map(|row| (row.id, row.body)).collect()
    }
    let before = told(&first).await;
    assert_eq!(before.len(), 3);
    assert_eq!(told(&second).await, before);
    fill::settle(&first.server.platform, &first.place, &mut first.state, None)
        .await
        .unwrap();
    assert_eq!(told(&first).await, before);
    second.server.stop().await;
    first.server.stop().await;
}

#[tokio::test]
async fn a_world_that_is_chosen_again_asks_anew_and_what_was_asked_before_has_ended() {
    let filled = Filled::new(of_rows("amarise"), None).await;
    let before = filled.approvals().await;
    let asked = filled.rows(approval::KIND).await;
    // Chosen again; and filled over what a kill left.
    for clears in [true, false] {
        filled.again(clears).await;
        assert_eq!(filled.approvals().await, before, "{clears}");
        assert_eq!(filled.rows(saved_view::KIND).await.len(), 1);
    }
    let now = filled.rows(approval::KIND).await;
    let store = &filled.server.platform.store;
    for old in &asked {
        assert!(now.iter().all(|row| row.id != old.id), "{}", old.id);
        let id: Uuid = old.body["operation"].as_str().unwrap().parse().unwrap();
        let known = store.operation("amarise", id).await.unwrap().unwrap();
        assert!(known.verdict.word.is_final(), "{:?}", known.verdict);
    }
    filled.server.stop().await;
}

#[tokio::test]
async fn a_filling_that_a_kill_cut_off_after_its_controls_were_set_is_made_again() {
    let mut filled = Filled::new(of_rows("amarise"), Some("frozen")).await;
    let before = filled.approvals().await;
    // All of it was made, and that was not written down.
    filled.state.others.remove(&filled.place.name);
    fill::settle(
        &filled.server.platform,
        &filled.place,
        &mut filled.state,
        Some("frozen"),
    )
    .await
    .unwrap();
    assert_eq!(filled.approvals().await, before);
    let state = filled.server.platform.store.tenant("amarise").await;
    let controls = state.unwrap().unwrap().controls;
    assert_eq!(controls["freeze_refunds"], json!(true), "{controls:?}");
    filled.server.stop().await;
}

#[test]
fn what_a_world_cannot_mean_is_told_before_anything_is_done() {
    let said = |change: &dyn Fn(&mut Vec<OperationOf>, &mut Vec<SwitchedOf>)| {
        let mut place = of_rows("amarise");
        let pack = load_dir(&place.folder).unwrap();
        let Form::Rows(world) = &mut place.form else {
            panic!("rows")
        };
        change(&mut world.operations, &mut world.switched);
        place.made(&pack, (5, start()), None).err().unwrap()
    };
    let first = |change: &dyn Fn(&mut OperationOf)| said(&|all, _| change(&mut all[0]));
    assert!(first(&|of| of.by = "nobody".into()).contains("nobody is called nobody"));
    assert!(first(&|of| of.kind = "nothing".into()).contains("no such kind"));
    assert!(first(&|of| of.action = "nothing".into()).contains("no such action"));
    assert!(first(&|of| of.record = None).contains("`record`"));
    for ago in [0.0, -1.0, f64::NAN, f64::INFINITY, 8_784.1] {
        assert!(first(&|of| of.ago = ago).contains("`ago`"), "{ago}");
    }
    let more = |of: &mut OperationOf| {
        of.params.insert("more".into(), Value::from(1));
    };
    assert!(first(&more).contains("no parameter more"));
    let answer = |ago| AnswerOf {
        by: "fiona".into(),
        ago,
        agrees: true,
        comment: "Seen.".into(),
    };
    // Money would go back as the world is filled, and at once where nobody is asked.
    let agreed = first(&|of| of.answers = vec![answer(1.0)]);
    assert!(agreed.contains("a provider would be asked"), "{agreed}");
    let refused = first(&|of| of.action = "refuse".into());
    assert!(refused.contains("a provider would be asked"), "{refused}");
    let early = said(&|all, _| {
        all.iter_mut().for_each(|of| {
            of.answers.iter_mut().for_each(|answer| answer.ago = 100.0);
        })
    });
    assert!(early.contains("before it was asked"), "{early}");
    let many = said(&|all, _| *all = vec![all[0].clone(); MOST + 1]);
    assert!(many.contains("more than 50 operations"), "{many}");
    let may = said(&|_, switched| switched[0].by = "louis".into());
    assert!(may.contains("This needs the role"), "{may}");
    let unknown = said(&|_, switched| switched[0].control = "nothing".into());
    assert!(unknown.contains("none of this name"), "{unknown}");
}

#[tokio::test]
async fn what_policy_refuses_ends_the_filling_with_a_word() {
    let filled = Filled::new(of_rows("amarise"), None).await;
    let platform = &filled.server.platform;
    let pack = filled.pack().await;
    let carried =
        |by: &'static str, kind: &'static str, record: &'static str, action: &'static str| {
            let mut place = of_rows("amarise");
            let Form::Rows(world) = &mut place.form else {
                panic!("rows")
            };
            world.operations = vec![OperationOf {
                by: by.into(),
                ago: 1.0,
                kind: kind.into(),
                record: Some(record.into()),
                action: action.into(),
                params: Map::new(),
                answers: Vec::new(),
            }];
            let steps = steps(&place, &pack, start()).unwrap();
            async move { carry_out(platform, "amarise", &steps).await }
        };
    // It is asked for already; it is not in sight; it is not there.
    for (by, kind, record, action, code) in [
        ("fiona", "refund", "rf-2111", "pay", "approval.asked"),
        ("noor", "refund", "rf-2104", "pay", "record.gone"),
        ("lena", "product", "am-999", "launch", "record.gone"),
    ] {
        let error = carried(by, kind, record, action).await.unwrap_err();
        assert!(error.to_string().contains(code), "{error}");
    }
    filled.server.stop().await;
}
