//! Settings of a tenant: who may say one, and what fits it.
//!
//! A setting is a record of the engine's kind `setting`, under the name that the pack declares; what
//! its actions are called stands there too. What the pack says of each is checked here, on both sides.

use serde_json::{Map, Value};
use watchkeeper_pack::Pack;
use watchkeeper_pack::format::SettingDef;

use crate::approval::has_one_of;
use crate::decision::{Actor, Outcome, deny};

/// The engine's kind.
pub const KIND: &str = "setting";
/// The action that says one.
pub const SAY: &str = "say";
/// Parameter with the value, as JSON.
pub const VALUE: &str = "value";

/// What a record of the kind has the tenant say; none where it says nothing.
pub fn said(body: &Map<String, Value>) -> Option<Value> {
    let text = body.get(VALUE)?.as_str()?;
    serde_json::from_str(text).ok()
}

/// Whether this operator may say a setting of the pack.
///
/// # Errors
/// Says in a sentence why not.
pub fn may(pack: &Pack, def: &SettingDef, actor: &Actor) -> Result<(), String> {
    let roles: &[String] = match def.roles.as_slice() {
        [] => &pack.settings_roles,
        roles => roles,
    };
    match roles {
        [] => Err("Nobody says this in the app; it is set on the platform.".into()),
        roles => has_one_of(pack, roles, actor),
    }
}

/// Why this operator may not say this, if so: `setting.unknown`, `rights.missing_role`,
/// `setting.unfit`.
pub(crate) fn refused(
    pack: &Pack,
    name: &str,
    action: &str,
    params: &Map<String, Value>,
    actor: &Actor,
) -> Option<Outcome> {
    let Some(def) = pack.settings.get(name) else {
        let detail = "The pack has no such setting any more.";
        return Some(deny("setting.unknown", None, detail));
    };
    if let Err(detail) = may(pack, def, actor) {
        return Some(deny("rights.missing_role", Some(&def.row), detail));
    }
    // A form that is still to be filled in is asked for by its parameters.
    let text = params.get(VALUE).and_then(Value::as_str)?;
    if action != SAY || text.trim().is_empty() {
        return None;
    }
    let unfit = match serde_json::from_str::<Value>(text) {
        Ok(value) => pack
            .accepts(name, &value)
            .err()
            .map(|unfit| unfit.to_string()),
        Err(_) => Some("this is no value".to_owned()),
    };
    let detail = format!("{}: {}.", def.label, unfit?);
    Some(deny("setting.unfit", Some(&def.row), detail))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pack() -> Pack {
        let text = "format: 1\nid: small\nversion: 1\nname: Small\nzone: UTC\ncurrency: EUR\n\
                    language: en\nqueues: []\nzone_setting: place\nsettings_roles: [lead]\nsettings:\n  \
                    place: {row: S-4, label: Zone, type: string, needed: true}\n  \
                    days: {row: S-1, label: Days, default: 3, least: 1, most: 7}\n  \
                    who: {row: S-2, label: Contact, type: string, needed: true, roles: [clerk]}\n  \
                    how: {row: S-3, label: Reading, default: strict, one_of: [strict, mild]}\n";
        let files = [("pack.yaml".to_owned(), text.as_bytes().to_vec())];
        watchkeeper_pack::load_files(&files.into()).unwrap()
    }

    /// The code that refuses and what it says, or none.
    fn told(name: &str, roles: &[&str], value: &str) -> Option<(String, String)> {
        let actor = Actor {
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..Actor::default()
        };
        let params = Map::from_iter([(VALUE.to_owned(), json!(value))]);
        match refused(&pack(), name, SAY, &params, &actor)? {
            Outcome::Deny { code, detail, .. } => Some((code, detail)),
            Outcome::Allow | Outcome::Ask => None,
        }
    }

    /// The code that refuses, or none.
    fn code(name: &str, roles: &[&str], value: &str) -> Option<String> {
        told(name, roles, value).map(|(code, _)| code)
    }

    #[test]
    fn who_may_say_a_setting_stands_at_it_else_at_the_pack() {
        assert_eq!(code("days", &["lead"], "3"), None);
        let missing = Some("rights.missing_role".to_owned());
        assert_eq!(code("days", &["clerk"], "3"), missing);
        assert_eq!(code("who", &["clerk"], "\"ada@example.com\""), None);
        assert_eq!(code("who", &["lead"], "\"ada@example.com\""), missing);
        assert_eq!(
            code("gone", &["lead"], "3"),
            Some("setting.unknown".to_owned())
        );
    }

    #[test]
    fn only_what_the_pack_allows_is_taken() {
        let unfit = Some("setting.unfit".to_owned());
        for (value, fits) in [
            ("0", false),
            ("1", true),
            ("7", true),
            ("8", false),
            ("3.5", false),
            ("\"3\"", false),
            ("null", false),
            ("{", false),
        ] {
            let told = code("days", &["lead"], value);
            assert_eq!(told, if fits { None } else { unfit.clone() }, "{value}");
        }
        let (_, detail) = told("days", &["lead"], "8").unwrap();
        assert_eq!(detail, "Days: this number is too small or too large.");
        assert_eq!(code("how", &["lead"], "\"mild\""), None);
        assert_eq!(code("how", &["lead"], "\"other\""), unfit);
        assert_eq!(code("who", &["clerk"], "\"  \""), unfit, "nothing is said");
        assert_eq!(code("place", &["lead"], "\"Europe/Lisbon\""), None);
        assert_eq!(code("place", &["lead"], "\"Lisbon\""), unfit);
    }

    #[test]
    fn a_record_says_what_its_json_says() {
        let body = |value: Value| Map::from_iter([(VALUE.to_owned(), value)]);
        assert_eq!(said(&body(json!("7"))), Some(json!(7)));
        assert_eq!(said(&body(json!("\"x\""))), Some(json!("x")));
        assert_eq!(said(&body(json!("{"))), None);
        assert_eq!(said(&Map::new()), None);
    }
}
