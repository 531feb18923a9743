//! What is typed to confirm that money moves.

use crate::fixture;

use super::RECORD;
use super::mistakes::found_where_they_stand;

const TYPED: &str = "    confirm: typed\n";
const SCORE: &str = "  score: {type: number";
const FEE: &str = "  fee: {type: money, label: Fee, optional: true}\n  score: {type: number";
const WHY: &str = "      why: {type: text, label: Why}\n";
const PART: &str = "      why: {type: text, label: Why}\n      part: {type: money, label: Part}\n";

#[test]
fn whose_amount_is_typed_is_said_where_there_are_several() {
    found_where_they_stand(&[
        (RECORD, SCORE, FEE, "confirm.ambiguous", "typed"),
        (RECORD, WHY, PART, "confirm.ambiguous", "typed"),
        (
            RECORD,
            TYPED,
            "    confirm: typed\n    types: pirce\n",
            "pack.unknown_name",
            "pirce",
        ),
        (
            RECORD,
            TYPED,
            "    confirm: typed\n    types: params.why\n",
            "pack.unknown_name",
            "params.why",
        ),
        (RECORD, TYPED, "    types: price\n", "pack.field", "price"),
    ]);
}

#[test]
fn it_may_be_a_field_a_computed_one_or_a_parameter() {
    let half = "{type: money, label: Half, expr: 'record.price'}";
    let several = fixture::TICKET
        .replacen(SCORE, FEE, 1)
        .replacen(WHY, PART, 1)
        .replacen("computed:\n", &format!("computed:\n  half: {half}\n"), 1);
    for types in ["price", "fee", "half", "params.part"] {
        let said = format!("{TYPED}    types: {types}\n");
        let record = several.replacen(TYPED, &said, 1);
        let loaded = crate::load_files(&fixture::files(&[(RECORD, &record)]));
        let pack = loaded.unwrap_or_else(|problems| panic!("{types}: {problems:#?}"));
        let close = &pack.kind("ticket").unwrap().actions["close"];
        assert_eq!(close.def.types.as_deref(), Some(types));
    }
}
