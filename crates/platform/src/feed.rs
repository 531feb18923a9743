//! Pages of the change feed as bytes: head, lines, end.

use watchkeeper_wire::feed::{Line, PageEnd, PageHead};
use watchkeeper_wire::problem::Code;

use crate::Platform;
use crate::cursor;
use crate::history;
use crate::problem::ApiError;
use crate::store::{Access, PageAsked, PageRead, Place};

/// The most lines of a page.
pub const MAX_LINES: usize = 5_000;
/// The most bytes of a page's lines.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A page from this cursor on, for this reader.
pub async fn page(
    platform: &Platform,
    access: &Access,
    cursor: Option<&str>,
    limit: Option<usize>,
) -> Result<String, ApiError> {
    let history = platform.history.epoch();
    let sight = platform.packs.sight(access).await?;
    let epoch = cursor::epoch(&history, access, &sight);
    let key = &platform.secrets.cursor_key;
    let from = match cursor {
        Some(text) => cursor::open(key, access, &epoch, text)?,
        None => Place::Start,
    };
    let asked = PageAsked {
        tenant: access.tenant.clone(),
        operator: access.operator.id.clone(),
        regions: access.regions.clone(),
        sight,
        from,
        limit: limit.unwrap_or(MAX_LINES).clamp(1, MAX_LINES),
        bytes: MAX_BYTES,
    };
    let PageRead::Lines {
        lines,
        next,
        more,
        snapshot,
        snapshot_complete,
    } = platform.store.page(&asked).await?
    else {
        history::judge(platform, access, (history, from)).await?;
        return Err(Code::CursorGone.into());
    };
    let head = Line::Page(PageHead {
        epoch: epoch.clone(),
        snapshot,
        server_time: platform.clock.now(),
    });
    let end = Line::End(PageEnd {
        cursor: cursor::seal(key, access, &epoch, next),
        more,
        snapshot_complete,
    });
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
    let mut text = String::with_capacity(bytes + 512);
    push(&mut text, &json(&head)?);
    lines.iter().for_each(|line| push(&mut text, line));
    push(&mut text, &json(&end)?);
    Ok(text)
}

fn json(line: &Line) -> Result<String, ApiError> {
    serde_json::to_string(line).map_err(|error| {
        tracing::error!(%error, "a line of the feed");
        Code::Internal.into()
    })
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
