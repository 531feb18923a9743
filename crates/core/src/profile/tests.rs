#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::path::Path;

use tempfile::TempDir;
use uuid::Uuid;
use watchkeeper_wire::session::{Operator, Tenant};

use super::*;
use crate::error::Code;
use crate::features::session::view::Notice;
use crate::keys::{LockedKey, Protection};

fn pinned(operator: &str) -> Pinned {
    Pinned {
        platform: "https://platform.example/".parse().unwrap(),
        operator: Operator {
            id: operator.into(),
            name: "Ada".into(),
        },
        tenant: Tenant {
            id: "t1".into(),
            name: "Tenant".into(),
            zone: "Australia/Melbourne".into(),
        },
        device: Uuid::from_u128(7),
        audit_key: "00".repeat(32),
        publisher: String::new(),
    }
}

fn file(operator: &str) -> ProfileFile {
    let pinned = pinned(operator);
    let outer = zeroize::Zeroizing::new([3; 32]);
    let keys = LockedKey::create(&profile_id(&pinned), &Protection::Keyring(&outer))
        .unwrap()
        .0;
    ProfileFile::new(pinned, keys)
}

#[test]
fn fault_10_a_second_app_is_turned_away_and_a_dead_one_leaves_no_lock() {
    let folder = TempDir::new().unwrap();
    let first = DataFolder::take(folder.path()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let lock = folder.path().join("lock").metadata().unwrap();
        assert_eq!(lock.permissions().mode() & 0o777, 0o600);
    }
    let second = DataFolder::take(folder.path()).unwrap_err();
    assert_eq!(second.code, Code::InUse);
    drop(first);
    // The lock file is still there, as after a crash; nobody holds it.
    assert!(folder.path().join("lock").exists());
    DataFolder::take(folder.path()).unwrap();
}

#[test]
fn the_same_operator_of_the_same_tenant_is_the_same_profile() {
    let id = profile_id(&pinned("op-1"));
    assert_eq!(id, profile_id(&pinned("op-1")));
    assert_ne!(id, profile_id(&pinned("op-2")));
    let mut shifted = pinned("op-1");
    shifted.tenant.id = "t1op".into();
    shifted.operator.id = "-1".into();
    assert_ne!(id, profile_id(&shifted));
    assert!(
        profile_id(&pinned("../../etc"))
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
    );
}

#[test]
fn profiles_are_kept_read_and_listed_and_a_damaged_one_hides_no_other() {
    let folder = TempDir::new().unwrap();
    let data = DataFolder::take(folder.path()).unwrap();
    assert!(data.profiles().is_empty());
    assert_eq!(data.last(), None);
    let mut one = file("op-1");
    one.notices.push(Notice::CacheRebuilt);
    for profile in [&one, &file("op-2")] {
        let folder = data.make_folder(&profile.id).unwrap();
        profile.write(&folder).unwrap();
    }
    assert_eq!(data.profile(&one.id).unwrap(), one);
    assert_eq!(data.profiles().len(), 2);
    std::fs::write(data.folder(&file("op-2").id).join("profile.json"), "{").unwrap();
    assert_eq!(data.profiles(), [one.clone()]);
    assert_eq!(
        data.profile(&file("op-2").id).unwrap_err().code,
        Code::Storage
    );
    assert_eq!(data.profile("nobody").unwrap_err().code, Code::NotFound);
    assert_eq!(data.profile("../escape").unwrap_err().code, Code::NotFound);
    data.remember(&one.id).unwrap();
    assert_eq!(data.last(), Some(one.id));
}

#[test]
fn a_profile_of_a_newer_app_says_so() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("profile.json"),
        r#"{"format": 2, "other": true}"#,
    )
    .unwrap();
    let refused = ProfileFile::read(folder.path()).unwrap_err();
    assert_eq!(refused.code, Code::NewerDatabase);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_data_folder() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let parent = TempDir::new().unwrap();
    let root = parent.path().join("data");
    let data = DataFolder::take(&root).unwrap();
    let profile = file("op-1");
    let folder = data.make_folder(&profile.id).unwrap();
    profile.write(&folder).unwrap();
    for path in [
        &root,
        &root.join("profiles"),
        &folder,
        &folder.join("blobs"),
    ] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
    assert_eq!(mode(&folder.join("profile.json")), 0o600);
}

/// Not even the administrator makes files here, which is as read-only as it gets.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_says_so() {
    let refused = DataFolder::take(Path::new("/sys/kernel")).unwrap_err();
    assert_eq!(refused.code, Code::ReadOnly);
}
