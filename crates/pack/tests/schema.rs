//! The schemas that editors use are those of the types.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

#[test]
fn committed_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/schema");
    for (name, text) in watchkeeper_pack::schema::all() {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(
            committed == text,
            "packs/schema/{name} is stale: run `cargo run -p watchkeeper-pack -- schema packs/schema`"
        );
    }
}
