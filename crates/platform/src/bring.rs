//! Brings a CSV file to a platform over its API: the preview first, then the very same file.

use std::fmt::Write as _;

use anyhow::Context;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};
use watchkeeper_wire::ingest::{CsvAnswer, CsvChange};
use watchkeeper_wire::problem::Problem;

/// Previews a file at the platform at this address, and with `load` loads it where nothing is wrong with
/// it. Answers what is to be said of it.
///
/// # Errors
/// Where the address would carry the token in clear, where the platform refuses, or where something is
/// wrong with the file; then nothing was loaded.
pub async fn bring(
    to: &Url,
    token: &str,
    (kind, bytes): (&str, Vec<u8>),
    load: bool,
) -> anyhow::Result<String> {
    let here = matches!(to.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    anyhow::ensure!(
        to.scheme() == "https" || to.scheme() == "http" && here,
        "the address is https, or http to this very machine"
    );
    let client = Client::builder()
        // The token goes to one address only.
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let ask = |more: Vec<(&'static str, String)>| {
        let mut query = vec![("kind", kind.to_owned())];
        query.extend(more);
        let (client, bytes) = (client.clone(), bytes.clone());
        async move {
            let request = client
                .post(to.join("v1/ingest/csv")?)
                .query(&query)
                .bearer_auth(token)
                .header(CONTENT_TYPE, "text/csv")
                .body(bytes);
            let answer = request.send().await?;
            let well = answer.status().is_success();
            let body = answer.bytes().await?;
            if well {
                return serde_json::from_slice::<CsvAnswer>(&body).context("no platform answers");
            }
            let problem: Problem = serde_json::from_slice(&body).context("no platform answers")?;
            let detail = problem.detail.unwrap_or_default();
            Err(anyhow::anyhow!("{}: {detail}", problem.title))
        }
    };
    let preview = ask(Vec::new()).await?;
    let mut said = words(&preview);
    if preview.error_count > 0 {
        anyhow::bail!("{said}Nothing was loaded.");
    }
    if load {
        let loaded = ask(vec![
            ("preview", "false".to_owned()),
            ("token", preview.token),
        ]);
        let loaded = loaded.await?;
        let _always = writeln!(
            said,
            "Loaded: {} new, {} changed.",
            loaded.new, loaded.changed
        );
    } else {
        said.push_str("Nothing was loaded; --load loads it.\n");
    }
    Ok(said)
}

/// A preview as lines of text.
fn words(preview: &CsvAnswer) -> String {
    let mut said = format!(
        "{}: {} new, {} changed, {} as they are\n",
        preview.kind, preview.new, preview.changed, preview.same
    );
    if preview.older > 0 {
        let lines = preview.older_lines.iter().map(u64::to_string);
        let lines = lines.collect::<Vec<_>>().join(", ");
        let more = match preview.older > preview.older_lines.len() as u64 {
            true => " and more",
            false => "",
        };
        let _always = writeln!(
            said,
            "Left out, older than what is there: {} (line {lines}{more})",
            preview.older
        );
    }
    if !preview.ignored.is_empty() {
        let names = preview.ignored.join(", ");
        let _always = writeln!(said, "Not taken, no field is called so: {names}");
    }
    for first in &preview.first {
        let becomes = match first.becomes {
            CsvChange::New => "new",
            CsvChange::Changed => "changed",
            CsvChange::Same => "as it is",
            CsvChange::Older => "older than it is",
        };
        let body = serde_json::Value::Object(first.body.clone());
        let _always = writeln!(said, "line {}: {} {becomes} {body}", first.line, first.id);
    }
    for error in &preview.errors {
        let column = error.column.as_ref();
        let column = column.map_or_else(String::new, |column| format!(", {column}"));
        let _always = writeln!(said, "line {}{column}: {}", error.line, error.problem);
    }
    let more = preview
        .error_count
        .saturating_sub(preview.errors.len() as u64);
    if more > 0 {
        let _always = writeln!(said, "and {more} more");
    }
    said
}
