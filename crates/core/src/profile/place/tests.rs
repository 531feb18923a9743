#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tempfile::TempDir;

use super::*;
use crate::profile::DataFolder;

fn file(name: &str) -> Marker {
    Marker {
        name: name.into(),
        folder: false,
    }
}

fn folder(name: &str) -> Marker {
    Marker {
        name: name.into(),
        folder: true,
    }
}

#[test]
fn fault_19_file_systems_over_the_network_are_no_place_for_databases() {
    for (kind, name) in [
        (0x6969, "NFS"),
        (0xFE53_4D42, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0x6573_5546, "FUSE"),
    ] {
        assert_eq!(verdict(Some(kind), &[], &[]), Err(Unfit::FileSystem(name)));
    }
    // ext4, btrfs, xfs, tmpfs, overlay, ZFS; and one of which nothing is known.
    for kind in [
        0xEF53,
        0x9123_683E,
        0x5846_5342,
        0x0102_1994,
        0x794C_7630,
        0x2FC1_2FC1,
    ] {
        assert_eq!(verdict(Some(kind), &["home", "robin"], &[]), Ok(()));
    }
    assert_eq!(verdict(None, &[], &[]), Ok(()));
}

#[test]
fn fault_19_folders_that_a_program_keeps_in_step_are_told_by_their_marks() {
    for (marker, program) in [
        (file(".dropbox"), "Dropbox"),
        (folder(".dropbox.cache"), "Dropbox"),
        (folder(".stfolder"), "Syncthing"),
        (file(".sync_0a1b.db"), "Nextcloud"),
        (file("._sync_0a1b.db"), "Nextcloud"),
        (file(".849C9593-D756-4E56-8D6E-42412F2A707B"), "OneDrive"),
        (folder(".tmp.drivedownload"), "Google Drive"),
    ] {
        assert_eq!(verdict(None, &[], &[marker]), Err(Unfit::Synced(program)));
    }
    for (name, program) in [
        ("OneDrive - Depot Pty Ltd", "OneDrive"),
        ("com~apple~CloudDocs", "iCloud"),
        ("Mobile Documents", "iCloud"),
    ] {
        assert_eq!(
            verdict(None, &["Users", name], &[]),
            Err(Unfit::Synced(program))
        );
    }
    // A home in which Dropbox keeps its settings is not a folder that it syncs.
    let home = [
        folder(".dropbox"),
        file(".bashrc"),
        folder(".config"),
        file(".sync.log"),
    ];
    assert_eq!(verdict(None, &["home", "robin"], &home), Ok(()));
}

#[test]
fn fault_19_a_synced_folder_is_refused_before_anything_is_made_there() {
    let parent = TempDir::new().unwrap();
    check(&parent.path().join("not/yet/there")).unwrap();
    let synced = parent.path().join("Documents");
    std::fs::create_dir_all(synced.join(".stfolder")).unwrap();
    let root = synced.join("work/watchkeeper");
    let refused = DataFolder::take(&root).unwrap_err();
    assert_eq!(refused.code, Code::FolderUnfit);
    assert_eq!(
        refused.detail.as_deref(),
        Some("the folder is kept in step by Syncthing")
    );
    assert!(!synced.join("work").exists());
    // Nor by way of a link that leads there.
    #[cfg(unix)]
    {
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&synced, &link).unwrap();
        let refused = DataFolder::take(&link.join("watchkeeper")).unwrap_err();
        assert_eq!(refused.code, Code::FolderUnfit);
    }
    DataFolder::take(&parent.path().join("fit")).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn fault_19_the_kind_of_a_file_system_is_what_the_kernel_says() {
    assert_eq!(file_system(Path::new("/proc")), Some(0x9FA0));
    assert_eq!(file_system(Path::new("/nowhere/at/all")), None);
}
