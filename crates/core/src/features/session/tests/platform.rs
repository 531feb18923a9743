//! A platform that answers what it is told.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use watchkeeper_pack::{Bundle, Publisher};
use wiremock::matchers::{header, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(super) const TOKEN: &str = "token-canary-51d2";

pub(super) struct Platform {
    pub(super) server: MockServer,
    pack: Bundle,
    pub(super) publisher: Publisher,
    signature: String,
}

impl Platform {
    /// One that knows [`TOKEN`].
    pub(super) async fn start() -> Self {
        let platform = Self::empty().await;
        platform.knows(TOKEN, platform.me()).await;
        platform
    }

    /// One that answers nothing but its pack.
    pub(super) async fn empty() -> Self {
        let server = MockServer::start().await;
        let pack = pack();
        let answer = ResponseTemplate::new(200).set_body_bytes(pack.bytes());
        Mock::given(path_regex("^/v1/packs/"))
            .respond_with(answer)
            .mount(&server)
            .await;
        let publisher = Publisher::generate().unwrap();
        let signature = publisher.signature(pack.bytes()).unwrap();
        Self {
            server,
            pack,
            publisher,
            signature,
        }
    }

    pub(super) fn address(&self) -> String {
        self.server.uri()
    }

    /// Whose token it is, as a whole answer.
    pub(super) fn me(&self) -> Value {
        json!({
            "api": 1,
            "operator": {"id": "op-1", "name": "Ada Canary"},
            "tenant": {"id": "t1", "name": "Tenant", "zone": "Australia/Melbourne"},
            "roles": ["operator"], "regions": [],
            "server_time": "2026-11-20T03:22:28Z",
            "pack": {"hash": self.pack.hash(), "version": 1, "signature": self.signature},
            "publisher": self.publisher.public(),
            "settings_version": 1, "settings": {}, "controls": {},
            "audit_key": "d7".repeat(32),
        })
    }

    /// From now on this token gets this answer.
    pub(super) async fn knows(&self, token: &str, me: Value) {
        self.answers(token, ResponseTemplate::new(200).set_body_json(me))
            .await;
    }

    pub(super) async fn answers(&self, token: &str, answer: ResponseTemplate) {
        Mock::given(method("GET"))
            .and(path("/v1/me"))
            .and(header("authorization", format!("Bearer {token}").as_str()))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }
}

/// A small pack of nobody's operation.
fn pack() -> Bundle {
    let files = [
        (
            "pack.yaml",
            "format: 1\nid: small\nversion: 1\nname: Small\nzone: Australia/Melbourne\n\
             currency: AUD\nlanguage: en\nqueues: [tickets]\n",
        ),
        (
            "records/ticket.yaml",
            "kind: ticket\nlabel: {one: Ticket, many: Tickets}\ntitle: '{{ record.name }}'\n\
             fields:\n  name: {type: string, label: Name, indexed: true, searched: true}\n\
             detail: [name]\nviews:\n  tickets:\n    label: Tickets\n    row: T-1\n    sort: [name]\n\
             \x20   sort_label: by name\n    columns: [name]\n    queue: {target: 0, minutes_each: 1}\n",
        ),
    ];
    let files: BTreeMap<String, String> = files
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    Bundle::from_files(files).unwrap()
}
