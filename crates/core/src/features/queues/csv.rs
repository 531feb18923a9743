//! Lines of a CSV file (RFC 4180) that no spreadsheet takes for a formula.

use super::view::{CellValue, ColumnKind};
use watchkeeper_pack::value::money_text;

/// What a spreadsheet may take for the beginning of a formula, in their wide forms too.
const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Text that came from outside: an apostrophe before what could be a formula.
pub(super) fn text(text: &str) -> String {
    // A spreadsheet trims, so what comes after blanks counts as the beginning too.
    match text.starts_with(BEGINS) || text.trim_start().starts_with(BEGINS) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// One line with its end.
pub(super) fn line<S: AsRef<str>>(cells: &[S]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
    format!("{}\r\n", quoted.join(","))
}

fn quoted(cell: &str) -> String {
    match cell.contains([',', '"', '\r', '\n', '\'', ';', '\t']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// Cells of a column's head: an amount has one for its currency.
pub(super) fn heads(label: &str, kind: ColumnKind) -> Vec<String> {
    match kind {
        ColumnKind::Money => vec![text(label), text(&format!("{label} (currency)"))],
        _ => vec![text(label)],
    }
}

/// Cells of a value. Numbers, amounts and instants are written by us and stay what they are; words are
/// made safe.
pub(super) fn cells(value: &CellValue, kind: ColumnKind) -> Vec<String> {
    let one = match value {
        CellValue::Empty => String::new(),
        // An empty cell would look like a value that is not there.
        CellValue::Hidden => "not shown".to_owned(),
        CellValue::Text { text: words } | CellValue::Unknown { text: words } => text(words),
        CellValue::Number { number } => number.to_string(),
        CellValue::Flag { on } => on.to_string(),
        CellValue::Money { money } => {
            let amount = money_text(whole(money.minor), &money.currency);
            return vec![amount, text(&money.currency)];
        }
        CellValue::Instant { at } => at.clone(),
        CellValue::Clock { clock } => clock.due.clone(),
        CellValue::State { label, .. } => text(label),
    };
    match kind {
        ColumnKind::Money => vec![one, String::new()],
        _ => vec![one],
    }
}

/// Minor units are whole and within ±2^53.
#[allow(clippy::cast_possible_truncation)]
fn whole(minor: f64) -> i64 {
    minor as i64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::cells::money_view;
    use super::*;

    #[test]
    fn fault_63_no_text_is_a_formula() {
        for begin in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1",
        ] {
            assert_eq!(text(begin), format!("'{begin}"));
        }
        for plain in ["", "a=b", "1-2", "Ω", "ch_3P"] {
            assert_eq!(text(plain), plain);
        }
    }

    #[test]
    fn a_line_is_read_back_as_it_was() {
        let cells = ["a", "b,c", "say \"hi\"", "two\r\nlines", ""];
        let expected = "a,\"b,c\",\"say \"\"hi\"\"\",\"two\r\nlines\",\r\n";
        assert_eq!(line(&cells), expected);
        assert_eq!(
            line(&[text("=HYPERLINK(\"x\")")]),
            "\"'=HYPERLINK(\"\"x\"\")\"\r\n"
        );
    }

    #[test]
    fn fault_63_amounts_have_their_currency_beside_them_and_may_be_negative() {
        let money = |minor, currency| CellValue::Money {
            money: money_view(minor, currency),
        };
        assert_eq!(
            cells(&money(-2250, "AUD"), ColumnKind::Money),
            ["-22.50", "AUD"]
        );
        assert_eq!(
            cells(&money(1200, "JPY"), ColumnKind::Money),
            ["1200", "JPY"]
        );
        assert_eq!(cells(&CellValue::Empty, ColumnKind::Money), ["", ""]);
        assert_eq!(heads("Fee", ColumnKind::Money), ["Fee", "Fee (currency)"]);
        let number = CellValue::Number { number: -0.5 };
        assert_eq!(cells(&number, ColumnKind::Number), ["-0.5"]);
    }
}
