//! The loop.
#![allow(
    clippy::indexing_slicing,
    reason = "what is not in a JSON value reads as null"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use uuid::{NoContext, Timestamp, Uuid};

use super::book::Book;
use super::chance::Chance;
use super::world::{CANARY, Target, World};
use super::{Control, Options, Report};
use crate::client::{Client, Launch};
use crate::{files, wait_for};

/// After so many kills everything is let come to rest and checked.
const BETWEEN_CHECKS: u32 = 10;
/// Kills of the client in one first fill.
const OF_A_FILL: u32 = 3;
/// One kill in so many of the client's is in a first fill.
const FILLS: u32 = 24;

struct Run {
    world: World,
    book: Book,
    chance: Chance,
    report: Report,
    fills: u32,
}

/// Runs; says after each kill how far it is, and ends where the answer is false. What it finds is in
/// its report, also where it found something wrong; an error is a run that could not go on.
pub fn run(options: &Options, mut progress: impl FnMut(&Report) -> bool) -> Result<Report> {
    let begun = Instant::now();
    let world = World::new(options.control == Some(Control::Forgets))?;
    if options.control == Some(Control::IgnoresIds) {
        world.line.ignore_ids();
    }
    let mut run = Run {
        world,
        book: Book::default(),
        chance: Chance::new(options.seed),
        report: Report::default(),
        fills: 0,
    };
    let (clients, platforms) = (options.client_kills, options.platform_kills);
    let mut checked = 0;
    while run.report.client_kills < clients || run.report.platform_kills < platforms {
        let left = |done: u32, of: u32| of.saturating_sub(done) as usize;
        let (client, platform) = (
            left(run.report.client_kills, clients),
            left(run.report.platform_kills, platforms),
        );
        let kills = run.report.kills();
        if run.chance.below(client + platform) < platform {
            run.kill_platform(client > 0)?;
        } else if run.report.client_kills / FILLS >= run.fills && client >= OF_A_FILL as usize {
            run.kill_in_a_fill()?;
        } else {
            run.kill_client(client)?;
        }
        anyhow::ensure!(run.report.kills() > kills, "nobody was killed");
        if run.report.kills() - checked >= BETWEEN_CHECKS {
            run.rest()?;
            checked = run.report.kills();
        }
        run.sum_up(begun);
        if !progress(&run.report) {
            break;
        }
    }
    run.rest()?;
    run.sum_up(begun);
    Ok(run.report)
}

impl Run {
    /// A few decisions and a kill of the client, perhaps again while it starts.
    fn kill_client(&mut self, left: usize) -> Result<()> {
        let cut = self.mood();
        let unread = self.stream()?;
        std::thread::sleep(self.instant(300));
        self.killed(unread)?;
        if left > 1 && self.chance.one_in(4) {
            let starting = Client::begin(&self.world.launch)?;
            std::thread::sleep(self.instant(500));
            drop(starting);
            self.report.client_kills += 1;
            self.report.while_starting += 1;
        }
        // The line may come back only after the client has.
        let late = cut && self.chance.one_in(2);
        if !late {
            self.world.line.cut(false);
        }
        self.restarted()?;
        self.world.line.cut(false);
        Ok(())
    }

    /// A few decisions and a kill of the platform; perhaps of the client at the same time.
    fn kill_platform(&mut self, client_too: bool) -> Result<()> {
        self.mood();
        let unread = self.stream()?;
        std::thread::sleep(self.instant(300));
        self.world.platform.kill()?;
        self.report.platform_kills += 1;
        let client_too = client_too && self.chance.one_in(3);
        if client_too {
            self.killed(unread)?;
        } else {
            for id in unread {
                let answer = self.world.client.answer();
                self.book.hear(&id, &answer);
            }
            // Work goes on without it.
            let unread = self.stream()?;
            for id in unread {
                let answer = self.world.client.answer();
                self.book.hear(&id, &answer);
            }
        }
        self.world.line.cut(false);
        self.world.platform.restart()?;
        if client_too {
            self.restarted()?;
        }
        Ok(())
    }

    /// A new client, killed in its first fill or its sign-in, has in the end what the other has.
    fn kill_in_a_fill(&mut self) -> Result<()> {
        self.fills += 1;
        let folder = self.world.folder.path();
        let launch = Launch {
            data: folder.join(format!("fresh-{}", self.fills)),
            keyring: Some(folder.join(format!("fresh-{}.keyring", self.fills))),
            forgetful: false,
            ..self.world.launch.clone()
        };
        for _ in 0..OF_A_FILL {
            let fresh = Client::begin(&launch)?;
            let at = Duration::from_millis(self.chance.below(1_500) as u64);
            std::thread::sleep(at);
            drop(fresh);
            self.report.client_kills += 1;
            self.report.while_filling += 1;
        }
        let mut fresh = Client::launch(&launch)?;
        fresh.filled()?;
        let old = &mut self.world.client;
        let alike = wait_for("the two clients to have the same", || {
            let mirror = |client: &mut Client| {
                client.pull()?;
                client.ask(&json!({"do": "mirror"}))
            };
            Ok((mirror(&mut fresh)? == mirror(old)?).then_some(()))
        });
        if let Err(error) = alike {
            self.book.findings.wrong.push(error.to_string());
        }
        self.look_through(&mut fresh, &launch)?;
        drop(fresh);
        std::fs::remove_dir_all(&launch.data)?;
        Ok(())
    }

    /// Something may be wrong with the line. True where it is cut.
    fn mood(&mut self) -> bool {
        match self.chance.below(10) {
            0 | 1 => self
                .world
                .line
                .lose_answers(1 + self.chance.below(3) as u32),
            2 => {
                self.world.line.cut(true);
                return true;
            }
            _ => {}
        }
        false
    }

    /// Asks for a few decisions while a page may be coming in. Answers the ids of those whose
    /// answers nobody has read.
    fn stream(&mut self) -> Result<Vec<String>> {
        let (mut ready, count) = (Vec::new(), 1 + self.chance.below(4));
        for _ in 0..count {
            ready.extend(self.prepared()?);
        }
        // A wave is also the page that comes in while the kill does.
        let alive = self.world.platform.runs();
        if alive && (self.world.free.len() < 80 || self.chance.one_in(3)) {
            let count = 1 + self.chance.below(30);
            self.world.wave(count, &mut self.chance)?;
        }
        let mut unread = Vec::new();
        for (target, request) in ready {
            let id = request["operation"].as_str().unwrap_or_default().to_owned();
            self.world.client.tell(&request)?;
            self.book.ask(&id, target, request);
            self.report.asked += 1;
            unread.push(id);
            if self.chance.one_in(2) {
                for id in unread.drain(..) {
                    let answer = self.world.client.answer();
                    self.book.hear(&id, &answer);
                }
            }
        }
        Ok(unread)
    }

    /// A decision that may be taken now, as it would be asked for.
    fn prepared(&mut self) -> Result<Option<(Target, Value)>> {
        if self.world.free.is_empty() {
            return Ok(None);
        }
        let at = self.chance.below(self.world.free.len());
        let target = self.world.free.swap_remove(at);
        let Ok(record) = self.world.client.record(target.kind, &target.id) else {
            // It has not arrived yet.
            self.world.free.push(target);
            return Ok(None);
        };
        self.book.see(&record);
        let actions = record.get("actions").and_then(Value::as_array);
        let action = actions
            .and_then(|all| all.iter().find(|each| each["action"] == target.action))
            .with_context(|| format!("no {} on {record}", target.action))?;
        if action["allowed"] != true {
            self.world.free.push(target);
            return Ok(None);
        }
        let params = match target.action {
            "refuse" => json!({"reason": "\"too late\""}),
            _ => json!({}),
        };
        let id = Uuid::new_v7(Timestamp::now(NoContext));
        let request = json!({
            "do": "act", "operation": id, "kind": target.kind, "id": target.id,
            "action": target.action, "params": params, "typed": action["typed"],
            "seen_revision": record["revision"], "amends": null,
        });
        Ok(Some((target, request)))
    }

    /// Kills the client and reads what it had said.
    fn killed(&mut self, unread: Vec<String>) -> Result<()> {
        let heard = self.world.client.kill_and_hear()?;
        for (id, answer) in unread.iter().zip(heard) {
            self.book.hear(id, &answer);
        }
        self.report.client_kills += 1;
        Ok(())
    }

    /// Starts the client again and holds its outbox against the book.
    fn restarted(&mut self) -> Result<()> {
        self.world.client = Client::launch(&self.world.launch)?;
        let outbox = outbox(&mut self.world.client)?;
        self.book.after_restart(&outbox);
        // What the client never said is asked again at times, as the same form in the window is.
        let unsaid = self.book.asked.values();
        let unsaid: Vec<Value> = unsaid
            .filter(|asked| !asked.heard && !asked.denied && !asked.settled)
            .map(|asked| asked.request.clone())
            .collect();
        for request in unsaid {
            if self.chance.one_in(2) {
                let answer = self.world.client.ask(&request);
                self.book
                    .hear(request["operation"].as_str().unwrap_or_default(), &answer);
            }
        }
        Ok(())
    }

    /// Lets everything come to rest and checks it.
    fn rest(&mut self) -> Result<()> {
        self.world.line.cut(false);
        self.world.line.lose_answers(0);
        let client = &mut self.world.client;
        wait_for("everything to come to rest", || {
            client.pull()?;
            let status = client.status()?;
            let none = |name: &str| status[name].as_array().is_some_and(Vec::is_empty);
            Ok((none("waiting") && none("under_way")).then_some(()))
        })?;
        let outbox = outbox(client)?;
        let open: Vec<Target> = self
            .book
            .asked
            .values()
            .filter(|asked| !asked.settled)
            .filter(|asked| asked.target.again)
            .map(|asked| asked.target.clone())
            .collect();
        self.book.after_restart(&outbox);
        let effects = self.world.ledger.effects()?;
        let held = self.book.at_rest(&outbox, &effects);
        for id in &held {
            if let Err(error) = client.ask(&json!({"do": "discard", "operation": id})) {
                // Without its id an operation seems lost until the feed tells of it.
                let what = format!("{id} was held at rest and is not given up: {error}");
                self.book.findings.wrong.push(what);
            }
        }
        self.report.refused += held.len() as u32;
        self.report.effects = 0;
        let ours = |effect: &&super::ledger::Effect| !effect.operation.is_empty();
        self.report.effects += effects.refunds.iter().filter(ours).count() as u32;
        self.report.effects += effects.mails.iter().filter(ours).count() as u32;
        for target in open {
            if !self.world.free.contains(&target) {
                self.world.free.push(target);
            }
        }
        let launch = self.world.launch.clone();
        let wrong = check(client, &launch)?;
        self.book.findings.wrong.extend(wrong);
        self.report.checks += 1;
        Ok(())
    }

    fn look_through(&mut self, client: &mut Client, launch: &Launch) -> Result<()> {
        let wrong = check(client, launch)?;
        self.book.findings.wrong.extend(wrong);
        Ok(())
    }

    fn sum_up(&mut self, begun: Instant) {
        let asked = self.book.asked.values();
        self.report.stood = self.book.stood.clone();
        self.report.queued = asked.filter(|asked| asked.heard || asked.kept).count() as u32;
        self.report.answers_lost = self.world.line.lost();
        self.report.seconds = begun.elapsed().as_secs_f64();
        self.report.findings = self.book.findings.clone();
    }

    /// From a tenth of a millisecond to so many.
    fn instant(&mut self, most: u64) -> Duration {
        self.chance
            .wait(Duration::from_micros(100), Duration::from_millis(most))
    }
}

/// What is wrong with a client's databases, its audit chain, or its folder.
fn check(client: &mut Client, launch: &Launch) -> Result<Vec<String>> {
    let wrong = client.ask(&json!({"do": "check"}))?;
    let mut wrong: Vec<String> = serde_json::from_value(wrong)?;
    wrong.extend(files::in_clear(&launch.data, &[CANARY])?);
    let log = std::fs::read_to_string(launch.data.with_extension("log"))?;
    if log.contains(CANARY) || log.contains("panicked") {
        wrong.push(format!(
            "the log of {} says too much",
            launch.data.display()
        ));
    }
    Ok(wrong)
}

/// The whole outbox: id → where it stands.
fn outbox(client: &mut Client) -> Result<BTreeMap<String, String>> {
    let answer = client.ask(&json!({"do": "operations"}))?;
    Ok(serde_json::from_value(answer)?)
}
