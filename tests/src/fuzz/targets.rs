//! What each target does with an input, and what it promises. (Not to panic, not to hang and not to
//! need much memory is promised by all, and seen from outside.)

mod expressions;
mod line;
mod packs;

use std::sync::LazyLock;

use watchkeeper_pack::{Pack, load_dir};

use super::Target;
use crate::programs::root;

/// A pack whose kinds type what is read.
static PACK: LazyLock<Option<Pack>> =
    LazyLock::new(|| load_dir(&root().join("packs/dog-trainers")).ok());

/// Takes an input in. True where it was accepted; an error says which promise was broken.
pub fn take(target: Target, input: &[u8]) -> Result<bool, String> {
    match target {
        Target::Pack => packs::files(input),
        Target::Bundle => packs::bundle(input),
        Target::Wire => line::wire(input),
        Target::Events => line::events(input),
        Target::Search => line::search(input),
        Target::Expression => expressions::expression(input),
        Target::Template => expressions::template(input),
        Target::Schedule => expressions::schedule(input),
    }
}
