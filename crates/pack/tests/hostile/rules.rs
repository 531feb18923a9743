//! Rules that never end, never begin, or take long to find out.

use crate::run::Folder;

#[test]
fn fault_62_rules_that_never_end_or_begin() {
    let hours = (0..24).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let minutes = (0..60).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let often = format!("FREQ=DAILY;BYHOUR={hours};BYMINUTE={minutes}");
    let long = format!("FREQ=DAILY;BYMONTHDAY={}", vec!["1"; 5_000].join(","));
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY;INTERVAL=1",
        "FREQ=DAILY;COUNT=1000000000",
        "FREQ=DAILY;UNTIL=99991231T000000Z",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=99999999999",
        "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9;BYMINUTE=0",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=9;BYMINUTE=0",
        "FREQ=YEARLY;INTERVAL=65535",
        "FREQ=MONTHLY;BYDAY=+6MO",
        "FREQ=YEARLY;BYDAY=+60MO",
        "FREQ=MONTHLY;BYSETPOS=366",
        "FREQ=YEARLY;BYWEEKNO=54",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;FREQ=WEEKLY",
        "FREQ=",
        "DTSTART:20000101T000000Z",
        "RRULE:FREQ=SECONDLY",
        &often,
        &long,
    ] {
        let short: String = rule.chars().take(60).collect();
        for (file, from, line) in [
            (
                "pack.yaml",
                "rule: FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0",
                10,
            ),
            (
                "routines/round.yaml",
                "rule: FREQ=DAILY;BYHOUR=9;BYMINUTE=0",
                4,
            ),
        ] {
            let folder = Folder::good();
            folder.replace(file, from, &format!("rule: '{rule}'"));
            folder.check(&short).refused("pack.schedule", file, line);
        }
    }
}

/// A pack full of rules that are as slow as a rule may be.
#[test]
fn fault_62_rules_that_are_all_slow() {
    let folder = Folder::good();
    for n in 0..190 {
        let text = crate::good::ROUND
            .replace("id: round", &format!("id: r{n}"))
            .replace("FREQ=DAILY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31");
        folder.write(&format!("routines/r{n}.yaml"), text);
    }
    folder
        .check("190 slow rules")
        .refused("pack.schedule", "routines/r0.yaml", 4);
}
