//! Keys in the real window: from the key until the page has what it asks for, and has painted it.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::harness::Window;
use crate::numbers::Times;
use crate::world;

/// Remembers when a key came, when the last answer of the engine before it came, when what `done` waits for
/// was in the document, and when the page had painted it: the second frame after that.
const STOPWATCH: &str = "
    window.__bench = {};
    const asking = window.fetch;
    let answered = 0;
    window.fetch = async (...question) => {
        const answer = await asking(...question);
        answered = performance.now();
        return answer;
    };
    window.__bench.arm = (done) => {
        window.__bench.taken = new Promise((tell) => {
            let came = null;
            const hear = (event) => { came ??= event.timeStamp; };
            window.addEventListener('keydown', hear, {capture: true, once: true});
            const look = () => {
                if (came === null || !done()) return;
                watcher.disconnect();
                const changed = performance.now() - came;
                const told = Math.max(0, answered - came);
                requestAnimationFrame(() => requestAnimationFrame(() =>
                    tell([told, changed, performance.now() - came])));
            };
            const watcher = new MutationObserver(look);
            watcher.observe(document.body,
                {subtree: true, childList: true, attributes: true, characterData: true});
        });
    };
    // Never `innerText`: that has the page lay itself out at once.
    window.__bench.first = () => document.querySelector('[role=grid] .grid-data')?.textContent;
    window.__bench.filtered = () => {
        const list = document.querySelector('.queue-list');
        return list && list.getAttribute('aria-busy') !== 'true'
            ? `${list.querySelector('input')?.value} ${list.textContent}` : undefined;
    };
    window.__bench.picked = () =>
        document.querySelector('.grid-data[aria-selected=true]')?.textContent.match(/O-\\d+/)?.[0];
    window.__bench.shown = () => {
        const label = document.querySelector('section.record')?.getAttribute('aria-label');
        const picked = window.__bench.picked();
        return picked && label?.includes(picked) ? label : undefined;
    };
    // The rows in sight, all of them read.
    window.__bench.sight = () => {
        const picked = document.querySelector(`.queue-list .grid-data[tabindex='0']`);
        const unread = document.querySelector('.queue-list .grid-data[aria-busy]');
        return picked && !unread ? picked.textContent : undefined;
    };
    window.__bench.count = () => document.querySelector('.bulk-bar [role=status]')?.textContent ?? '';
    window.__bench.asked = () => {
        const dialog = document.querySelector('[role=dialog]');
        if (!dialog) return 'closed';
        return dialog.querySelector('button[type=submit]:not(:disabled)') ? 'ready' : undefined;
    };
    const mark = document.body.appendChild(document.createElement('div'));
    mark.style.cssText = 'position: fixed; right: 0; top: 0; width: 4rem; height: 1rem';
    window.addEventListener('keydown', (event) => {
        if (event.key === 'F8') mark.textContent = `${event.timeStamp}`;
    });
    window.__bench.mark = () => mark.textContent;";

/// The queue of the bench, as the rail calls it.
pub const QUEUE: &str = "Orders";
/// Keys as WebDriver names them.
const F8: &str = "\u{e038}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const PAGE_UP: &str = "\u{e00e}";
const PAGE_DOWN: &str = "\u{e00f}";
const END: &str = "\u{e010}";
const HOME: &str = "\u{e011}";

/// Presses keys and takes the times that the page told.
pub async fn pressed(window: &Window, count: u64) -> Result<Value> {
    window.run(STOPWATCH).await;
    let (mut moved, mut opened) = (Answers::default(), Answers::default());
    window.find("[role=grid] .grid-data[tabindex='0']").await;
    focus_on_list(window).await;
    for round in 0..count {
        // Down through the list, and up again for the last third. Each waits for what the one before
        // brings, as somebody who looks at the record does.
        let key = if round % 3 == 2 { "k" } else { "j" };
        moved.take(window, "picked", &[key]).await?;
        settled(window).await;
        let key = if round % 3 == 1 { "k" } else { "j" };
        opened.take(window, "shown", &[key]).await?;
        settled(window).await;
    }
    // What no app can be quicker than here: a key that changes one word.
    let mut floor = Answers::default();
    for _ in 0..count {
        floor.take(window, "mark", &[F8]).await?;
    }
    let (mut narrowed, mut begun) = (Answers::default(), Answers::default());
    for round in 0..count {
        let word = world::word(300 + round * 7);
        let (first, rest) = word.split_at(1);
        window.press(&["/"]).await;
        begun.take(window, "filtered", &[first]).await?;
        // The letters between are typed; the one after them is measured.
        let rest: Vec<String> = rest.chars().map(String::from).collect();
        let (typed, measured) = rest.split_at(2.min(rest.len().saturating_sub(1)));
        for letter in typed {
            time(window, "filtered", &[letter]).await?;
        }
        if let Some(letter) = measured.first() {
            narrowed.take(window, "filtered", &[letter]).await?;
        }
        time(window, "filtered", &[ESCAPE]).await?;
    }
    let mut paged = Answers::default();
    focus_on_list(window).await;
    for round in 0..count {
        // Down page by page, to the other end, up from there, and to the beginning.
        let key = match round % 10 {
            0..4 => PAGE_DOWN,
            4 => END,
            5..9 => PAGE_UP,
            _ => HOME,
        };
        paged.take(window, "sight", &[key]).await?;
    }
    let mut viewed = Answers::default();
    for _ in 0..count {
        begin_anew(window).await;
        // From anywhere, so that nothing of it is read ahead.
        viewed.take(window, "sight", &["g", "q"]).await?;
    }
    let mut sorted = Answers::default();
    while sorted.painted.len() < count {
        begin_anew(window).await;
        window.go_to(QUEUE).await;
        window.find("[role=grid] .grid-data:not([aria-busy])").await;
        for column in [3, 2, 1] {
            for _ in 0..2 {
                let focus = format!(
                    "document.querySelectorAll('.grid-sort')[{}]?.focus()",
                    column - 1
                );
                window.run(&focus).await;
                sorted.take(window, "first", &[ENTER]).await?;
            }
        }
    }
    Ok(json!({
        "one word alone": floor.summed(),
        "move: the next row is picked": moved.summed(),
        "open: the record is shown": opened.summed(),
        "filter: the first letter": begun.summed(),
        "filter: a further letter": narrowed.summed(),
        "scroll: a page, or to the other end": paged.summed(),
        "view: its first page": viewed.summed(),
        "sort: by another column or the other way": sorted.summed(),
    }))
}

/// What was read before is shown at once; after this nothing was, and Watch is shown.
async fn begin_anew(window: &Window) {
    window.run("location.reload()").await;
    window.find(".watch .digest h2").await;
    window.run(STOPWATCH).await;
}

/// Picks a thousand, asks what packing them would do, and has it done, so many times.
pub async fn many_at_once(window: &Window, count: u64) -> Result<Value> {
    window.run(STOPWATCH).await;
    let [mut picked, mut asked, mut done] = <[Answers; 3]>::default();
    for _ in 0..count {
        window
            .find("[role=grid] .grid-data:not([aria-busy])[tabindex='0']")
            .await;
        window
            .run("document.querySelector('[role=grid] [role=columnheader] input').focus()")
            .await;
        picked.take(window, "count", &[" "]).await?;
        asked.take(window, "asked", &["a"]).await?;
        window
            .run("document.querySelector('[role=dialog] button[type=submit]').focus()")
            .await;
        done.take(window, "asked", &[ENTER]).await?;
        window.go_to("Sync").await;
        let sent = "return !/(Waiting|Under way) · [1-9]/.test(document.body.innerText)";
        window.until(sent, "all of them sent").await;
        window.go_to(QUEUE).await;
    }
    Ok(json!({
        "picked": picked.summed(),
        "what it would do": asked.summed(),
        "queued": done.summed(),
    }))
}

async fn settled(window: &Window) {
    let quiet =
        "return document.querySelector('section.record')?.getAttribute('aria-busy') === 'false'";
    window.until(quiet, "the record").await;
}

async fn focus_on_list(window: &Window) {
    window
        .run("document.querySelector(\"[role=grid] .grid-data[tabindex='0']\").focus()")
        .await;
}

/// From a key until the page has what it asks for, and until that is painted.
#[derive(Default)]
struct Answers {
    answered: Times,
    changed: Times,
    painted: Times,
}

impl Answers {
    /// Presses keys and takes the times until what `part` tells was another.
    async fn take(&mut self, window: &Window, part: &str, keys: &[&str]) -> Result<()> {
        let [answered, changed, painted] = time(window, part, keys).await?;
        self.answered.add(answered);
        self.changed.add(changed);
        self.painted.add(painted);
        Ok(())
    }

    fn summed(self) -> Value {
        json!({
            "answered": self.answered.summed(),
            "changed": self.changed.summed(),
            "painted": self.painted.summed(),
        })
    }
}

/// Presses keys and answers how long it took until the engine had answered, until what `part` tells was
/// another, and until that was painted. The page waits by itself: asking it again and again would hold it up.
async fn time(window: &Window, part: &str, keys: &[&str]) -> Result<[Duration; 3]> {
    let arm = format!(
        "const before = window.__bench.{part}();
         window.__bench.arm(() => {{
             const now = window.__bench.{part}();
             return now !== undefined && now !== before;
         }});"
    );
    window.run(&arm).await;
    window.press(keys).await;
    let wait = "const done = arguments[arguments.length - 1];
         setTimeout(() => done(null), 20000);
         window.__bench.taken.then(done);";
    let taken = window.run_async(wait).await;
    let millis = |at: usize| taken.get(at).and_then(Value::as_f64);
    let (Some(answered), Some(changed), Some(painted)) = (millis(0), millis(1), millis(2)) else {
        let text = window.text().await;
        anyhow::bail!("{keys:?} changed nothing of {part}: {text}");
    };
    let seconds = |millis: f64| Duration::from_secs_f64(millis.max(0.0) / 1e3);
    Ok([answered, changed, painted].map(seconds))
}
