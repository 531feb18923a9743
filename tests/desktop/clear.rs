//! I6 with the real window: what the webview keeps beside the app's own data.

use watchkeeper_tests::files;

use crate::harness::Laptop;

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_in_the_window_no_folder_of_the_desktop_has_a_word_of_a_record() {
    const NOTE: &str = "canary-note 7f3a91 bought twice";
    const SOUGHT: &str = "canary-sought";
    let mut laptop = Laptop::new();
    laptop.start_platform();
    let window = laptop.open().await;
    window.sign_in_to_demo().await;
    let list = window.read_list().await;
    let late = list.iter().find(|each| each.may("Refuse")).unwrap();
    window.pick(late).await;
    window.act("Refuse", Some(NOTE)).await;
    window.operation_is("confirmed").await;
    let typed = format!(
        "const done = arguments[arguments.length - 1];
         const {{invoke}} = window.__TAURI_INTERNALS__;
         invoke('app_view')
             .then(({{current}}) => invoke('search', {{profile: current, query: '{SOUGHT}'}}))
             .then(() => done('found'), (error) => done(error));"
    );
    assert_eq!(window.run_async(&typed).await, "found");
    let mut canaries = vec![NOTE.to_owned(), SOUGHT.to_owned()];
    for record in &list {
        canaries.push(record.title.clone());
        canaries.push(record.fact("Mail of the buyer").to_owned());
        canaries.push(record.fact("Charge at the provider").to_owned());
    }
    let words: Vec<&str> = canaries.iter().map(String::as_str).collect();
    for folder in [laptop.data(), laptop.home()] {
        let found = files::in_clear(&folder, &words).unwrap();
        assert_eq!(found, Vec::<String>::new(), "while it is open");
    }
    window.kill();
    for folder in [laptop.data(), laptop.home()] {
        let found = files::in_clear(&folder, &words).unwrap();
        assert_eq!(found, Vec::<String>::new(), "after a kill");
    }
}
