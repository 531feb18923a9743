//! The five packs as a whole: each is good, and says every row of its document.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use watchkeeper_pack::format::Settled;
use watchkeeper_pack::indexes::indexes;
use watchkeeper_pack::{Pack, bundle, diagnostic, load_files};

/// Folder, letter and number of rows.
const PACKS: [(&str, char, u32); 5] = [
    ("amarise", 'A', 56),
    ("live-shopping", 'L', 56),
    ("pos-saas", 'P', 32),
    ("dog-trainers", 'D', 60),
    ("admin-console", 'H', 14),
];
/// Contradictions, gaps and hazards of all documents.
const RULINGS: u32 = 97;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../packs")
        .join(name)
}

pub fn files(name: &str) -> BTreeMap<String, Vec<u8>> {
    bundle::read_dir(&folder(name)).unwrap()
}

fn pack(name: &str) -> Pack {
    let files = files(name);
    load_files(&files).unwrap_or_else(|all| panic!("{name}: {}", diagnostic::render(&all, &files)))
}

/// AMARISÉ Global Commerce.
pub static AMARISE: LazyLock<Pack> = LazyLock::new(|| pack("amarise"));
/// Live Shopping Network.
pub static LIVE_SHOPPING: LazyLock<Pack> = LazyLock::new(|| pack("live-shopping"));
/// POS SaaS.
pub static POS_SAAS: LazyLock<Pack> = LazyLock::new(|| pack("pos-saas"));
/// The admin console.
pub static ADMIN_CONSOLE: LazyLock<Pack> = LazyLock::new(|| pack("admin-console"));
/// The example.
pub static HARBOUR_LOCKERS: LazyLock<Pack> = LazyLock::new(|| pack("harbour-lockers"));

/// Every pack that there is, the example too.
pub fn every() -> [&'static Pack; 6] {
    [
        &AMARISE,
        &LIVE_SHOPPING,
        &POS_SAAS,
        &crate::world::PACK,
        &ADMIN_CONSOLE,
        &HARBOUR_LOCKERS,
    ]
}

#[test]
fn each_pack_loads_without_a_word() {
    for (name, ..) in PACKS {
        let pack = pack(name);
        assert_eq!(pack.id, name);
        let told = diagnostic::render(&pack.warnings, &files(name));
        assert_eq!(told, "", "{name}");
    }
}

/// The one to begin one's own from.
#[test]
fn the_example_pack_loads_without_a_word() {
    assert_eq!(HARBOUR_LOCKERS.warnings, []);
}

#[test]
fn each_pack_says_every_row_of_its_document() {
    for (name, letter, count) in PACKS {
        let texts = files(name).into_values().map(String::from_utf8);
        let text: String = texts.map(Result::unwrap).collect();
        let is_sign = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
        let said: BTreeSet<&str> = text.split(is_sign).collect();
        let wanted = (1..=count).map(|number| format!("{letter}-{number:02}"));
        let missing: Vec<String> = wanted.filter(|row| !said.contains(row.as_str())).collect();
        assert_eq!(missing, [""; 0], "{name}");
    }
}

/// Every contradiction is told with what holds, and one that a tenant settles names its setting.
#[test]
fn each_contradiction_is_told_and_settled() {
    let mut told = BTreeSet::new();
    for (name, ..) in PACKS {
        for ruling in pack(name).rulings {
            assert!(
                !ruling.says.is_empty() && !ruling.holds.is_empty(),
                "{name} {}",
                ruling.id
            );
            if matches!(ruling.settled, Settled::Setting | Settled::Needed) {
                assert!(ruling.setting.is_some(), "{name} {}", ruling.id);
            }
            told.insert(ruling.id);
        }
    }
    let wanted = (1..=RULINGS).map(|number| format!("X-{number:02}"));
    let missing: Vec<String> = wanted.filter(|id| !told.contains(id)).collect();
    assert_eq!(missing, [""; 0]);
}

/// Nothing that the tenant has to say is computed with before it is said.
#[test]
fn what_only_the_tenant_knows_has_no_value_before() {
    for (name, ..) in PACKS {
        let pack = pack(name);
        let needed = pack.settings.iter().filter(|(_, def)| def.needed);
        for (setting, def) in needed {
            assert!(def.default.is_null(), "{name}: {setting} has a default");
            let in_force = pack.settings_in_force(&serde_json::Map::new());
            assert!(in_force[setting].is_null(), "{name}: {setting}");
        }
    }
}

/// `payout` with `batch_number` and `payout_batch` with `number` had one name.
#[test]
fn indexes_have_names_of_their_own() {
    for (name, ..) in PACKS {
        let pack = pack(name);
        let mut names = BTreeSet::new();
        for kind in pack.kinds.values() {
            for index in indexes(kind) {
                assert!(
                    names.insert(index.name.clone()),
                    "{name}: {} twice",
                    index.name
                );
            }
        }
    }
}
