//! What a row found, and what could not be worked out, in the words of the pack: `record.visits` is no word of
//! an operator's.

use watchkeeper_pack::Action;
use watchkeeper_pack::expr::Scope;
use watchkeeper_pack::template::Template;

use super::{Situation, params};

/// Roots of which the pack has labels.
const ROOTS: [&str; 4] = ["record", "params", "settings", "controls"];

/// What a row found, in words. What the operator has still to say is not there to be found yet.
pub(super) fn found(
    situation: &Situation<'_>,
    action: &Action,
    template: &Template,
    scope: &Scope<'_>,
) -> String {
    let said = |name: &str| template.reads_field("params", name);
    template.render(scope).unwrap_or_else(|error| {
        if params::awaits(action, scope, said) {
            String::new()
        } else {
            let error = error.to_string();
            let reads = |root: &str, name: &str| template.reads_field(root, name);
            format!("not known: {}", in_labels(situation, action, &error, reads))
        }
    })
}

/// An error with each name of the pack by its label. `reads` says whether a field of a root is read there: an
/// expression tells the field alone.
pub(super) fn in_labels(
    situation: &Situation<'_>,
    action: &Action,
    error: &str,
    reads: impl Fn(&str, &str) -> bool,
) -> String {
    let called = |name: &str| {
        let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let name = name.split(|c: char| !part(c)).next()?;
        match name.split_once('.') {
            Some((root, field)) => label(situation, action, root, field),
            None => {
                let mut roots = ROOTS.iter().filter(|root| reads(root, name));
                roots.find_map(|root| label(situation, action, root, name))
            }
        }
    };
    let parts = error.split('`').enumerate();
    let parts = parts.map(|(place, part)| match (place % 2, called(part)) {
        (0, _) => part.to_owned(),
        (_, Some(label)) => format!("“{label}”"),
        (_, None) => format!("`{part}`"),
    });
    parts.collect()
}

fn label<'a>(
    situation: &Situation<'a>,
    action: &'a Action,
    root: &str,
    field: &str,
) -> Option<&'a str> {
    let (pack, kind) = (situation.pack, situation.kind);
    let label = match root {
        "record" => match kind.fields.get(field) {
            Some(def) => &def.label,
            None => &kind.computed.get(field)?.def.label,
        },
        "params" => &action.def.params.get(field)?.label,
        "settings" => &pack.settings.get(field)?.label,
        "controls" => &pack.controls.get(field)?.label,
        _ => return None,
    };
    Some(label.as_str())
}
