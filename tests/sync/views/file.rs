//! A view as a file.

use serde_json::json;
use watchkeeper_core::features::{log, queues};

use super::{asked, chip, fee, world};

#[tokio::test]
async fn fault_63_a_view_is_written_to_a_file_as_it_is_shown_and_audited() {
    let world = world().await;
    world.platform.with(|state| {
        let mut evil = fee(900, "AUD", 5);
        evil["number"] = "=1+1,\"x\"".into();
        state.put("parcel", "f", evil);
    });
    world.engine.sync_once().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut request = asked(vec![chip(
        "state",
        json!({"type": "among", "values": ["waiting"]}),
    )]);
    request.sort = Some("-fee".into());
    request.limit = 1;
    let written = queues::export(&world.engine, request.clone(), folder.path().to_owned())
        .await
        .unwrap();
    assert_eq!(written.rows, 5);
    let text = std::fs::read_to_string(&written.file).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "Section,Id,Number,Depot,Fee,Fee (currency),due,state,Our operation"
    );
    let rows: Vec<&str> = lines[1..6]
        .iter()
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    assert_eq!(rows, ["b", "c", "a", "f", "d"]);
    assert!(
        lines[1].starts_with("Open,b,N-2000,North,20.00,AUD,"),
        "{}",
        lines[1]
    );
    assert!(
        lines[4].contains("\"'=1+1,\"\"x\"\"\",North,9.00,AUD"),
        "{}",
        lines[4]
    );
    assert_eq!(lines.len(), 7, "each line has its end");
    let about = std::fs::read_to_string(&written.about).unwrap();
    for words in [
        "Rows: 5\n",
        "Filter: state: waiting\n",
        &written.sha256,
        "Australia/Melbourne",
    ] {
        assert!(about.contains(words), "{about}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&written.file)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // Once more in the same second is another file.
    let again = queues::export(&world.engine, request, folder.path().to_owned())
        .await
        .unwrap();
    assert_ne!(again.file, written.file);
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        4,
        "nothing half done is left"
    );
    let asked = log::view::LogRequest {
        search: String::new(),
        sorts: Vec::new(),
        before: None,
        limit: 1,
    };
    let entries = log::page(&world.engine, asked).await.unwrap().entries;
    let action = entries[0].action.as_deref();
    assert_eq!(action, Some("Export of 5 rows of “Parcels”"));
    world.check().await;
}

#[tokio::test]
async fn an_export_that_cannot_be_written_leaves_nothing_and_is_no_entry() {
    let world = world().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "x").unwrap();
    let entries = world.status().await.chain.entries;
    let failed = queues::export(&world.engine, asked(Vec::new()), file.join("below")).await;
    assert!(failed.is_err());
    assert_eq!(world.status().await.chain.entries, entries);
}
