//! What an erasure leaves of a record: the fields that said something of a person are empty, and the
//! record says which these are, so that whoever has a copy of what it said before gives that up too.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::pack::Kind;

/// Field of a body that lists its erased fields. No pack can declare a field of this name.
pub const MARK: &str = "_erased";
/// What stands where a field may not be empty.
pub const WORD: &str = "erased";

/// Most fields that are read from a mark: it may come over the line.
const MOST_FIELDS: usize = 200;

/// The fields of a body that were erased; none where nothing of it was.
pub fn fields(body: &Map<String, Value>) -> BTreeSet<&str> {
    let listed = body.get(MARK).and_then(Value::as_array);
    let names = listed.into_iter().flatten().take(MOST_FIELDS);
    names.filter_map(Value::as_str).collect()
}

/// Empties fields of a record: what is optional goes, in the place of anything else stands [`WORD`].
pub fn empty(kind: &Kind, body: &mut Map<String, Value>, names: &[String]) {
    let known = names
        .iter()
        .filter_map(|name| kind.fields.get_key_value(name));
    for (name, def) in known {
        if def.optional {
            body.remove(name);
        } else {
            body.insert(name.clone(), WORD.into());
        }
    }
    let mut marked: BTreeSet<String> = fields(body).into_iter().map(ToOwned::to_owned).collect();
    marked.extend(names.iter().cloned());
    let marked = marked.into_iter().map(Value::from).collect();
    body.insert(MARK.to_owned(), Value::Array(marked));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_is_read_as_far_as_it_is_one() {
        let read = |mark: Value| {
            let body = json!({"email": "kim@shop.example", MARK: mark});
            let body = body.as_object().unwrap().clone();
            fields(&body)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(read(json!(["note", "email", 7])), ["email", "note"]);
        assert_eq!(read(json!("email")), [""; 0]);
        assert_eq!(read(json!({"email": true})), [""; 0]);
        let many: Vec<String> = (0..1_000).map(|n| format!("f{n}")).collect();
        assert_eq!(read(json!(many)).len(), MOST_FIELDS);
        assert!(fields(&Map::new()).is_empty());
    }
}
