//! The listener: requests are read, and answers written as they are, however wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

use super::{Reply, Request, State};

type Behave = Box<dyn FnMut(&Request, &mut State) -> Option<Reply> + Send>;

/// A running platform; ends when dropped.
pub struct Platform {
    pub url: Url,
    pub state: Arc<Mutex<State>>,
    behave: Arc<Mutex<Option<Behave>>>,
    serving: JoinHandle<()>,
}

impl Platform {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            epoch: "e1".into(),
            page: 1_000,
            ..State::default()
        }));
        let behave: Arc<Mutex<Option<Behave>>> = Arc::default();
        let serving = tokio::spawn(serve(listener, state.clone(), behave.clone()));
        Self {
            url: url.parse().unwrap(),
            state,
            behave,
            serving,
        }
    }

    /// Looks at or changes what it holds.
    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// Answers in another way where this says so.
    pub fn behave(
        &self,
        behave: impl FnMut(&Request, &mut State) -> Option<Reply> + Send + 'static,
    ) {
        *self.behave.lock().unwrap() = Some(Box::new(behave));
    }

    /// Never answers what is asked of this path, and does nothing of it.
    pub fn never_answers(&self, path: &'static str) {
        self.behave(move |request, _| (request.path == path).then_some(Reply::Nothing));
    }

    /// Behaves well again.
    pub fn behave_well(&self) {
        *self.behave.lock().unwrap() = None;
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(
    listener: TcpListener,
    state: Arc<Mutex<State>>,
    behave: Arc<Mutex<Option<Behave>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (state, behave) = (state.clone(), behave.clone());
        tokio::spawn(async move {
            let _ = talk(stream, &state, &behave).await;
        });
    }
}

async fn talk(
    mut stream: TcpStream,
    state: &Mutex<State>,
    behave: &Mutex<Option<Behave>>,
) -> std::io::Result<()> {
    let Some(request) = read(&mut stream).await? else {
        return Ok(());
    };
    let reply = {
        let mut state = state.lock().unwrap();
        state.requests.push(request.clone());
        let mut behave = behave.lock().unwrap();
        let other = behave
            .as_mut()
            .and_then(|behave| behave(&request, &mut state));
        other.unwrap_or_else(|| state.answer(&request))
    };
    match reply {
        Reply::Full(status, headers, body) => {
            let mut text = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                write!(text, "{name}: {value}\r\n").unwrap();
            }
            text.push_str("\r\n");
            stream.write_all(text.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Broken(media, body) => {
            let text = format!(
                "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-type: {media}\r\n\
                 content-length: {}\r\n\r\n",
                body.len() + 1_000
            );
            stream.write_all(text.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Reply::Pieces(media, pieces) => {
            let media = format!("content-type: {media}");
            pour(&mut stream, &media, pieces, state).await?;
        }
        Reply::Encoded(media, encoding, pieces) => {
            let media = format!("content-type: {media}\r\ncontent-encoding: {encoding}");
            pour(&mut stream, &media, pieces, state).await?;
        }
        Reply::Open(media, pieces) => {
            let media = format!("content-type: {media}");
            pour(&mut stream, &media, pieces, state).await?;
            // Until the other side closes.
            let _closed = stream.read(&mut [0; 1]).await;
        }
        Reply::Nothing => {}
    }
    stream.shutdown().await
}

async fn pour(
    stream: &mut TcpStream,
    media: &str,
    pieces: Vec<(Vec<u8>, usize)>,
    state: &Mutex<State>,
) -> std::io::Result<()> {
    let text = format!("HTTP/1.1 200 X\r\nconnection: close\r\n{media}\r\n\r\n");
    stream.write_all(text.as_bytes()).await?;
    for (piece, times) in pieces {
        for _ in 0..times {
            stream.write_all(&piece).await?;
            state.lock().unwrap().poured += piece.len() as u64;
        }
    }
    Ok(())
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let method = first.next().unwrap().to_owned();
    let target = Url::parse("http://x/").unwrap().join(first.next().unwrap());
    let target = target.unwrap();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    let query = target.query_pairs().into_owned().collect();
    Ok(Some(Request {
        method,
        path: target.path().to_owned(),
        query,
        headers,
        body,
    }))
}
