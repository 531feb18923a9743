//! The line between app and platform: a TCP relay that can be cut, or lose answers. As a negative
//! control it can also do away with what operation ids are for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// A relay on a port of its own; ends with its value.
pub struct Line {
    address: SocketAddr,
    state: Arc<State>,
    runtime: Option<tokio::runtime::Runtime>,
}

#[derive(Default)]
struct State {
    cut: AtomicBool,
    lose: AtomicU32,
    lost: AtomicU32,
    ignores_ids: AtomicBool,
    without_stream: AtomicBool,
    without_operations: AtomicBool,
    /// How often each operation was sent, where ids are ignored.
    sent: Mutex<BTreeMap<Vec<u8>, u32>>,
}

impl Line {
    /// A relay to this address, `http://host:port`.
    pub fn to(platform: &str) -> Result<Self> {
        let upstream: SocketAddr = platform
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let shared = state.clone();
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, upstream, shared.clone()));
            }
        });
        Ok(Self {
            address,
            state,
            runtime: Some(runtime),
        })
    }

    /// Address for the app.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts the line, connections in use included, or mends it.
    pub fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::SeqCst);
    }

    /// Closes every connection on which the stream of hints runs or is asked for, or lets it be again.
    pub fn without_stream(&self, without: bool) {
        self.state.without_stream.store(without, Ordering::SeqCst);
    }

    /// Closes every connection on which operations are sent or asked about, before the platform hears of it, or
    /// lets them through again. All else passes.
    pub fn without_operations(&self, without: bool) {
        self.state
            .without_operations
            .store(without, Ordering::SeqCst);
    }

    /// The answers to this many requests that send operations are lost on the way back.
    pub fn lose_answers(&self, times: u32) {
        self.state.lose.store(times, Ordering::SeqCst);
    }

    /// From now on the platform does not recognise an operation that it is sent again: nobody reads
    /// one back, and the second time it goes out it has another id. (A third time it has its own
    /// again, so that the app gets its answer and goes on.)
    pub fn ignore_ids(&self) {
        self.state.ignores_ids.store(true, Ordering::SeqCst);
    }

    /// Answers lost so far.
    pub fn lost(&self) -> u32 {
        self.state.lost.load(Ordering::SeqCst)
    }

    /// A demo file like this one, with the line's address.
    pub fn demo_file(&self, of: &std::path::Path) -> Result<std::path::PathBuf> {
        let mut demo: serde_json::Value = serde_json::from_slice(&std::fs::read(of)?)?;
        let platform = demo
            .get_mut("platform")
            .context("a ready file names its platform")?;
        *platform = self.url().into();
        let file = of.with_file_name("through-the-line.json");
        std::fs::write(&file, demo.to_string())?;
        Ok(file)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn relay(mut client: TcpStream, upstream: SocketAddr, state: Arc<State>) {
    if state.cut.load(Ordering::SeqCst) {
        return;
    }
    let Ok(mut server) = TcpStream::connect(upstream).await else {
        return;
    };
    let (mut up, mut down) = (vec![0u8; 16 * 1024], vec![0u8; 16 * 1024]);
    let (mut losing, mut streams) = (false, false);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                let bytes = up.get_mut(..count).unwrap_or_default();
                if state.ignores_ids.load(Ordering::SeqCst) {
                    ignore_ids(bytes, &state);
                }
                streams |= bytes.windows(EVENTS.len()).any(|window| window == EVENTS);
                if state.without_operations.load(Ordering::SeqCst)
                    && bytes.windows(OPERATIONS.len()).any(|window| window == OPERATIONS)
                {
                    return;
                }
                let sends = bytes.windows(19).any(|window| window == b"POST /v1/operations");
                if sends && take_one(&state.lose) {
                    losing = true;
                }
                if server.write_all(bytes).await.is_err() { return }
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                if losing {
                    // The platform has answered, so it has committed; nobody hears it.
                    state.lost.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if client.write_all(down.get(..count).unwrap_or_default()).await.is_err() { return }
            }
            () = tokio::time::sleep(std::time::Duration::from_millis(50)) => {}
        }
        if state.cut.load(Ordering::SeqCst)
            || streams && state.without_stream.load(Ordering::SeqCst)
        {
            return;
        }
    }
}

/// How the stream of hints is asked for.
const EVENTS: &[u8] = b"GET /v1/events";

/// In the path of what sends operations and asks about them.
const OPERATIONS: &[u8] = b" /v1/operations";

/// What stands before an operation's id where it is sent, and where it is read back.
const SENT: &[u8] = b"{\"operations\":[{\"id\":\"";
const READ_BACK: &[u8] = b"GET /v1/operations/";
/// Length of an id in text.
const ID: usize = 36;

fn ignore_ids(bytes: &mut [u8], state: &State) {
    if let Some(id) = id_after(bytes, SENT) {
        let mut sent = state.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(id.to_vec()).or_default();
        *times += 1;
        if *times == 2 {
            id.copy_from_slice(Uuid::new_v4().to_string().as_bytes());
        }
    }
    let sent = state.sent.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(id) = id_after(bytes, READ_BACK)
        && sent.get(&*id).is_none_or(|times| *times < 3)
    {
        id.copy_from_slice(Uuid::new_v4().to_string().as_bytes());
    }
}

fn id_after<'a>(bytes: &'a mut [u8], mark: &[u8]) -> Option<&'a mut [u8]> {
    let at = bytes
        .windows(mark.len())
        .position(|window| window == mark)?;
    let begin = at + mark.len();
    bytes.get_mut(begin..begin + ID)
}

fn take_one(counter: &AtomicU32) -> bool {
    counter
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}
