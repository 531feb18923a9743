//! The part of WebDriver that is needed here, over HTTP. (The crate for it switches a feature of
//! `serde_json` on that would reach the programs under test.)

use serde_json::{Value, json};

/// How an element is referred to (WebDriver, section 12).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session with the app.
#[derive(Debug, Clone)]
pub struct Session {
    http: reqwest::Client,
    url: String,
}

/// How elements are named.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// CSS selector.
    Css,
    /// XPath.
    Path,
}

/// An element of the page.
#[derive(Debug, Clone)]
pub struct Element {
    session: Session,
    id: String,
}

impl Session {
    /// Opens a session with these capabilities.
    pub async fn open(driver: &str, wanted: Value) -> Result<Self, String> {
        let mut session = Self {
            http: reqwest::Client::builder()
                .timeout(super::PATIENCE)
                // On one that is kept, a request may meet the driver as it closes it.
                .pool_max_idle_per_host(0)
                .build()
                .map_err(|error| error.to_string())?,
            url: driver.to_owned(),
        };
        let asked = json!({"capabilities": {"alwaysMatch": wanted}});
        let answer = session.post("session", asked).await?;
        let id = answer["sessionId"].as_str().ok_or("no session id")?;
        session.url = format!("{driver}/session/{id}");
        Ok(session)
    }

    /// The visible elements of a name.
    pub async fn shown(&self, by: By, name: &str) -> Result<Vec<Element>, String> {
        let using = match by {
            By::Css => "css selector",
            By::Path => "xpath",
        };
        let found = self
            .post("elements", json!({"using": using, "value": name}))
            .await;
        let mut shown = Vec::new();
        // Drawn anew while the driver took hold of it: it is looked for again.
        let found = match found {
            Err(error) if error.contains("stale element reference") => return Ok(shown),
            found => found?,
        };
        for each in found.as_array().into_iter().flatten() {
            let id = each[ELEMENT].as_str().unwrap_or_default().to_owned();
            // One that has gone meanwhile is not shown.
            let displayed = self.get(&format!("element/{id}/displayed")).await;
            if displayed == Ok(Value::Bool(true)) {
                let session = self.clone();
                shown.push(Element { session, id });
            }
        }
        Ok(shown)
    }

    /// Presses and lets go of keys, one after the other, where the focus is.
    pub async fn press(&self, keys: &[&str]) -> Result<(), String> {
        let ups_and_downs: Vec<Value> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|type_| json!({"type": type_, "value": key})))
            .collect();
        let actions = json!([{"type": "key", "id": "keys", "actions": ups_and_downs}]);
        self.post("actions", json!({"actions": actions}))
            .await
            .map(drop)
    }

    /// Runs a script and gives what it returns.
    pub async fn run(&self, script: &str) -> Result<Value, String> {
        self.post("execute/sync", json!({"script": script, "args": []}))
            .await
    }

    /// Runs a script that calls its last argument with what it gives.
    pub async fn run_async(&self, script: &str) -> Result<Value, String> {
        self.post("execute/async", json!({"script": script, "args": []}))
            .await
    }

    /// How many windows there are.
    pub async fn windows(&self) -> Result<usize, String> {
        let handles = self.get("window/handles").await?;
        Ok(handles.as_array().map_or(0, Vec::len))
    }

    /// Makes the window as large as the screen.
    pub async fn maximize(&self) -> Result<(), String> {
        self.post("window/maximize", json!({})).await.map(drop)
    }

    async fn post(&self, what: &str, body: Value) -> Result<Value, String> {
        let request = self.http.post(format!("{}/{what}", self.url));
        answer(request.json(&body)).await
    }

    async fn get(&self, what: &str) -> Result<Value, String> {
        answer(self.http.get(format!("{}/{what}", self.url))).await
    }
}

impl Element {
    /// Clicks it.
    pub async fn click(&self) -> Result<(), String> {
        self.post("click", json!({})).await
    }

    /// Types into it.
    pub async fn send_keys(&self, text: &str) -> Result<(), String> {
        self.post("value", json!({"text": text})).await
    }

    async fn post(&self, what: &str, body: Value) -> Result<(), String> {
        let what = format!("element/{}/{what}", self.id);
        self.session.post(&what, body).await.map(drop)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let well = answer.status().is_success();
    let body: Value = answer.json().await.map_err(|error| error.to_string())?;
    let value = body["value"].clone();
    if well {
        Ok(value)
    } else {
        // The driver leaves many a message empty.
        Err(format!("{}: {}", value["error"], value["message"]))
    }
}
