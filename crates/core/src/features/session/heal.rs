//! An open profile cannot go on as it is: a page of a database turned out bad, or the platform holds
//! another end of its audit chain.

use super::enter::{blocking, enter, enter_beside};
use super::view::Notice;
use crate::app::{App, Live};
use crate::error::Error;
use crate::store::opening;

/// Closes a profile of which a database turned out damaged, and opens it anew: a damaged `cache.db`
/// is removed before, a damaged `state.db` is found and moved aside by opening it, and so is a chain
/// that cannot be continued. Nothing to do
/// where all is well, or where somebody is signing in, opening or closing just now.
///
/// The UI is told to read the state of the app when damage is met, and that asks for this.
pub(super) async fn heal(app: &App) {
    let hurt: Vec<Live> = app.standing().live.into_values().collect();
    let hurt: Vec<Live> = hurt.into_iter().filter(is_to_be_opened_anew).collect();
    if hurt.is_empty() {
        return;
    }
    let Some(_turn) = app.try_turn() else {
        return;
    };
    for live in hurt {
        // Somebody may have seen to it meanwhile.
        let live = app.live_of(&live.profile.id);
        if let Ok(live) = live
            && is_to_be_opened_anew(&live)
            && let Err(error) = reopen(app, live).await
        {
            tracing::error!(%error, "a damaged profile was not opened anew");
        }
    }
}

fn is_to_be_opened_anew(live: &Live) -> bool {
    let stores = &live.profile.stores;
    let damaged = stores.state.is_damaged() || stores.cache.is_damaged();
    !stores.state.is_reading() && (damaged || live.engine.is_chain_forked())
}

async fn reopen(app: &App, live: Live) -> Result<(), Error> {
    let mut file = app.data.profile(&live.profile.id)?;
    let key = live.profile.stores.state.key();
    let shown = app.standing().profile.as_ref() == Some(&live.profile.id);
    app.leave(&live.profile.id).await;
    if live.profile.stores.cache.is_damaged() {
        let folder = live.profile.folder.clone();
        blocking(move || Ok(opening::remove_cache(&folder)?)).await?;
        file.notices.push(Notice::CacheRebuilt);
        file.write(&live.profile.folder)?;
    }
    let token = Some(live.profile.token);
    if shown {
        enter(app, file, key, token).await
    } else {
        enter_beside(app, file, key, token).await
    }
}
