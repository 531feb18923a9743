//! What happens to a request on its way, and to its answer on the way back.

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::StreamExt;
use http::{Method, Request, Response, StatusCode, header};
use rand::Rng;
use watchkeeper_core::sync::client::{Body, ClientError};
use watchkeeper_wire::operation::{Batch, BatchAnswer};
use watchkeeper_wire::problem::{Code, Problem};

use super::Weather;
use crate::provider::Mood;
use crate::wire::{Answer, Ask, Item, Letter, PATIENCE};
use crate::world::{Sabotage, World};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, and so does its answer.
    Arrives,
    /// It is lost.
    Lost,
    /// It is lost for its sender, and arrives much later.
    Strays,
    /// It arrives, and its answer is lost.
    AnswerLost,
    /// It arrives, and its answer breaks off.
    AnswerCut,
    /// It arrives twice.
    Twice,
    /// It arrives, and a copy of it much later.
    Echoes,
    /// 429 instead of an answer; it does not arrive.
    TooMany,
    /// 500 instead of an answer; it does not arrive.
    Fails,
    /// 500 instead of its answer; it has arrived.
    FailsAfter,
    /// 503 instead of its answer; it has arrived.
    UnavailableAfter,
    /// A web page instead of an answer.
    Portal,
    /// 422 instead of an answer: the platform does not understand it, and never will.
    Unprocessable,
}

impl World {
    /// Decides about something that waits on the wire, and lets everybody go on.
    pub async fn carry_one(&mut self, weather: &Weather) {
        let at = self.rng.random_range(0..self.wire.len());
        match self.wire.take(at) {
            Item::Letter(letter) => {
                let fate = if self.cut_off[self.profiles[letter.from].laptop] {
                    None
                } else {
                    Some(weather.fate(&mut self.rng))
                };
                self.carry(letter, fate).await;
            }
            Item::Call { key, ask } => {
                let mood = weather.mood(&mut self.rng);
                let unclear = weather.unclear(&mut self.rng);
                self.call(&key, ask, mood, unclear);
            }
        }
        self.settle().await;
    }

    /// Carries a request by its fate; none where the line is down.
    pub async fn carry(&mut self, letter: Letter, fate: Option<Fate>) {
        self.counts.requests += 1;
        let Letter {
            from,
            request,
            reply,
        } = letter;
        let line = format!("{from} {} {}", request.method(), request.uri().path());
        let Some(fate) = fate else {
            self.note(format!("{line}: no line"));
            let _ = reply.send(Err(ClientError::Unreachable("no line".into())));
            return;
        };
        self.time
            .advance(TimeDelta::milliseconds(self.rng.random_range(5..400)));
        self.check_author(&request);
        if self.sabotage == Some(Sabotage::ForgetAtClaim) && request.method() == Method::POST {
            self.forget_operation(from, &request).await;
        }
        let answer = match fate {
            Fate::Arrives => self.arrive(request).await,
            Fate::Lost => Err(ClientError::Transient("lost".into())),
            Fate::Strays => {
                self.strays.push(request);
                Err(ClientError::Transient("lost, so far".into()))
            }
            Fate::AnswerLost => {
                let _ = self.arrive(request).await;
                Err(ClientError::Transient("its answer was lost".into()))
            }
            Fate::AnswerCut => match self.arrive(request).await {
                Ok(response) => Ok(self.cut(response).await),
                other => other,
            },
            Fate::Twice => {
                let first = self.arrive(request.clone()).await;
                let second = self.arrive(request).await;
                if self.rng.random_bool(0.5) {
                    first
                } else {
                    second
                }
            }
            Fate::Echoes => {
                self.strays.push(request.clone());
                self.arrive(request).await
            }
            Fate::TooMany => Ok(problem(Code::Busy, StatusCode::TOO_MANY_REQUESTS, "30")),
            Fate::Fails => Ok(problem(
                Code::Internal,
                StatusCode::INTERNAL_SERVER_ERROR,
                "",
            )),
            Fate::FailsAfter => {
                let _ = self.arrive(request).await;
                Ok(problem(
                    Code::Internal,
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "",
                ))
            }
            Fate::UnavailableAfter => {
                let _ = self.arrive(request).await;
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Ok(problem(Code::Unavailable, status, "5"))
            }
            Fate::Unprocessable => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Ok(problem(Code::BodyInvalid, status, ""))
            }
            Fate::Portal => Ok(page("text/html", Bytes::from_static(b"<html>Sign in"))),
        };
        let said = match &answer {
            Ok(response) => response.status().as_u16().to_string(),
            Err(error) => error.to_string(),
        };
        self.note(format!("{line}: {fate:?}, {said}"));
        // Whoever asked may have died meanwhile.
        let _ = reply.send(answer);
    }

    /// It reaches the platform, if that is up.
    pub async fn arrive(&mut self, request: Request<Bytes>) -> Answer {
        let request = match self.sabotage {
            Some(Sabotage::IgnoreIds) => self.relabel(request),
            _ => request,
        };
        let feed = request.uri().path() == "/v1/changes";
        let Some(response) = self.office.answer(request).await else {
            let down = "nobody is there, or not any more";
            return Err(match self.office.is_open() {
                true => ClientError::Transient(down.into()),
                false => ClientError::Unreachable(down.into()),
            });
        };
        let response = match self.sabotage {
            Some(Sabotage::IgnoreIds) => response.map(|body| self.labels_back(body)),
            Some(Sabotage::CursorAlone) if feed => response.map(without_lines),
            _ => response,
        };
        Ok(response.map(|body| futures_util::stream::iter([Ok(body)]).boxed()))
    }

    /// Something arrives that its sender has long forgotten.
    pub async fn stray_arrives(&mut self) {
        if self.strays.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..self.strays.len());
        let request = self.strays.swap_remove(at);
        let line = format!("stray {} {}", request.method(), request.uri().path());
        let said = match self.arrive(request).await {
            Ok(response) => response.status().as_u16().to_string(),
            Err(error) => error.to_string(),
        };
        self.note(format!("{line}: {said}"));
        self.settle().await;
    }

    /// The answer breaks off somewhere.
    async fn cut(&mut self, response: Response<Body>) -> Response<Body> {
        let (head, mut body) = response.into_parts();
        let mut all = Vec::new();
        while let Some(Ok(chunk)) = body.next().await {
            all.extend_from_slice(&chunk);
        }
        let at = self.rng.random_range(0..=all.len());
        all.truncate(at);
        let broke = Err(ClientError::Transient("the answer broke off".into()));
        let chunks = [Ok(Bytes::from(all)), broke];
        Response::from_parts(head, futures_util::stream::iter(chunks).boxed())
    }

    /// A call to the provider.
    pub fn call(&mut self, key: &str, ask: Ask, mood: Mood, unclear: bool) {
        let wait = self.rng.random_range(5..800);
        self.time.advance(TimeDelta::milliseconds(wait));
        let (now, short) = (self.time.now(), key.get(..8).unwrap_or(key).to_owned());
        match ask {
            Ask::Look { of, reply } => {
                let look = match unclear {
                    true => watchkeeper_platform::connectors::Look::Unclear,
                    false => self.office.provider.look(key, of.as_deref(), now),
                };
                self.note(format!("look {short}: {look:?}"));
                let _ = reply.send(look);
            }
            Ask::Send {
                of,
                idempotency_key,
                until,
                reply,
            } => {
                // A process that slept over it gives up before anything leaves.
                let mood = match now > until {
                    true => Mood::TimeoutBefore,
                    false => mood,
                };
                let provider = &self.office.provider;
                let sent = provider.send((key, of), &idempotency_key, mood, now);
                if sent == watchkeeper_platform::connectors::Sent::Ambiguous {
                    // Its patience.
                    self.time.advance(PATIENCE);
                }
                self.note(format!("send {short} {mood:?}: {sent:?}"));
                let _ = reply.send(sent);
            }
        }
    }

    /// Fault 46: nothing goes out under another name than its author's.
    fn check_author(&mut self, request: &Request<Bytes>) {
        if request.uri().path() != "/v1/operations" {
            return;
        }
        let Ok(batch) = serde_json::from_slice::<Batch>(request.body()) else {
            return;
        };
        let sender = self.author_of(request);
        for operation in batch.operations {
            if Some(&operation.author) != sender.as_ref() {
                let what = format!("{} went out under the name {sender:?}", operation.id);
                self.violate("I1", what);
            }
        }
    }

    /// A negative control: the laptop has no memory of what it sends.
    async fn forget_operation(&mut self, from: usize, request: &Request<Bytes>) {
        let Ok(batch) = serde_json::from_slice::<Batch>(request.body()) else {
            return;
        };
        let state = self.profiles[from].engine().stores().state.clone();
        let forget = move |state: &rusqlite::Transaction<'_>| {
            for operation in &batch.operations {
                let id = operation.id.to_string();
                state.execute("DELETE FROM overlay WHERE operation = ?1", [&id])?;
                state.execute("DELETE FROM gave_along WHERE operation = ?1", [&id])?;
                state.execute("DELETE FROM beside WHERE operation = ?1", [&id])?;
                state.execute("DELETE FROM rest WHERE ?1 IN (operation, rests_on)", [&id])?;
                state.execute("DELETE FROM operation WHERE id = ?1", [&id])?;
            }
            Ok::<_, watchkeeper_core::store::StoreError>(())
        };
        state.write(forget).await.unwrap();
    }

    /// A negative control: every request is a new one to the platform.
    fn relabel(&mut self, request: Request<Bytes>) -> Request<Bytes> {
        let Ok(mut batch) = serde_json::from_slice::<Batch>(request.body()) else {
            return request;
        };
        for operation in &mut batch.operations {
            let new = uuid::Builder::from_random_bytes(self.rng.random()).into_uuid();
            let first = self.relabelled.get(&operation.id).copied();
            self.relabelled.insert(new, first.unwrap_or(operation.id));
            operation.id = new;
        }
        let body = serde_json::to_vec(&batch).unwrap();
        let (mut head, _) = request.into_parts();
        head.headers.remove(header::CONTENT_LENGTH);
        Request::from_parts(head, body.into())
    }

    fn labels_back(&self, body: Bytes) -> Bytes {
        let Ok(mut answer) = serde_json::from_slice::<BatchAnswer>(&body) else {
            return body;
        };
        for verdict in &mut answer.verdicts {
            if let Some(first) = self.relabelled.get(&verdict.operation) {
                verdict.operation = *first;
            }
        }
        serde_json::to_vec(&answer).unwrap().into()
    }
}

/// A negative control: the first and the last line of a page, and nothing between.
fn without_lines(body: Bytes) -> Bytes {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    match lines.as_slice() {
        [first, .., last] if first.contains("\"snapshot\":false") => {
            format!("{first}\n{last}\n").into()
        }
        _ => body,
    }
}

fn page(content_type: &str, body: Bytes) -> Response<Body> {
    let body = futures_util::stream::iter([Ok(body)]).boxed();
    let mut response = Response::new(body);
    let value = content_type.parse().unwrap();
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

fn problem(code: Code, status: StatusCode, wait: &str) -> Response<Body> {
    let body = serde_json::to_vec(&Problem::new(code, None)).unwrap();
    let mut response = page(watchkeeper_wire::PROBLEM_JSON, body.into());
    *response.status_mut() = status;
    if !wait.is_empty() {
        let value = wait.parse().unwrap();
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
