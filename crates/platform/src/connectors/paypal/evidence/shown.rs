//! What a dispute shows of evidence, and what that proves. Pure.
//!
//! It is proved that nothing was taken while the dispute still takes evidence and shows no file and no shipment
//! of ours. Where it takes none, and shows nothing with our key, it may be closed because ours was taken: no
//! refusal follows from that.

use serde_json::{Value, json};

use super::{Evidence, FULFILLMENT, REFERENCE, WAITING, marked, said};
use crate::connectors::Look;
use crate::connectors::line::short;

/// Items that are named in a list, at most.
const MOST_NAMED: usize = 12;
/// Why nothing is proved by a case that takes evidence.
const NAMED: &str =
    "PayPal has files for this case that are called like these, or this tracking number.";

impl Evidence<'_> {
    /// What a dispute shows of it.
    pub(in crate::connectors::paypal) fn shown(&self, dispute: &Value, key: &str) -> Look {
        let ours: Vec<&Value> = pieces(dispute)
            .filter(|piece| is_ours(piece, key))
            .collect();
        if ours.is_empty() {
            let named = || self.is_named(dispute).then(|| NAMED.to_owned());
            return match closed(dispute).or_else(named) {
                None => Look::Absent,
                Some(why) => Look::Unproven(self.unproven(dispute, key, &why)),
            };
        }
        if !self.is_whole(&ours) {
            return Look::Part(format!(
                "PayPal shows only a part of what was submitted to this case. {} Look at the case in PayPal's \
                 Resolution Center.",
                self.compared(&ours, true)
            ));
        }
        Look::Found(json!({
            "id": self.dispute,
            "status": said(dispute, "status"),
            "evidences": ours.len(),
            "documents": ours.iter().flat_map(|piece| documents(piece)).count(),
            "submitted_at": ours.first().map(|piece| said(piece, "date")),
        }))
    }

    /// Why it may have been taken though nothing has its key, and what to look at.
    fn unproven(&self, dispute: &Value, key: &str, closed: &str) -> String {
        let sellers: Vec<&Value> = pieces(dispute).filter(is_sellers).collect();
        format!(
            "{closed} It shows no notes with \u{201c}{}\u{201d}, and that does not prove that what was sent was \
             not taken. {} Look at the case in PayPal's Resolution Center.",
            marked(key),
            self.compared(&sellers, false)
        )
    }

    /// It shows a file of ours by its name, or our shipment, with no notes that say whose it is: PayPal may have
    /// asked for more since.
    fn is_named(&self, dispute: &Value) -> bool {
        pieces(dispute)
            .filter(is_sellers)
            .filter(|piece| !said(piece, "notes").contains(REFERENCE))
            .any(|piece| {
                let is_called = |document: &Value| {
                    let name = said(document, "name");
                    self.files.iter().any(|file| file.called == name)
                };
                let tracking = self.tracking;
                documents(piece).any(is_called)
                    || tracking.is_some_and(|(number, _)| tracks(piece, number))
            })
    }

    /// These pieces show all of it.
    fn is_whole(&self, ours: &[&Value]) -> bool {
        let tracked = self.tracking.is_none() || of_type(ours, FULFILLMENT).next().is_some();
        let mut files = self.files.iter();
        tracked && files.all(|file| self.has_all(ours, file.type_))
    }

    /// These pieces show as many files as were submitted as this. PayPal may call them otherwise.
    fn has_all(&self, ours: &[&Value], type_: &str) -> bool {
        let wanted = self.files.iter().filter(|file| file.type_ == type_);
        of_type(ours, type_).flat_map(documents).count() >= wanted.count()
    }

    /// What of it these pieces show and what they do not, in words. Whether they are `ours` is known by our
    /// key; else only what has our names counts.
    fn compared(&self, pieces: &[&Value], ours: bool) -> String {
        let tracking = self.tracking.map(|(number, _)| {
            let shown = of_type(pieces, FULFILLMENT).any(|piece| ours || tracks(piece, number));
            (shown, format!("tracking number {}", short(number)))
        });
        let files = self.files.iter().map(|file| {
            let mut documents = of_type(pieces, file.type_).flat_map(documents);
            let named = documents.any(|document| said(document, "name") == file.called);
            let shown = named || ours && self.has_all(pieces, file.type_);
            (shown, short(file.name))
        });
        let words = self.words();
        let note = (!words.is_empty()).then(|| {
            let shown = pieces
                .iter()
                .any(|piece| said(piece, "notes").contains(&words));
            (shown, "the note".to_owned())
        });
        let items = tracking.into_iter().chain(files).chain(note);
        let (shown, missing): (Vec<_>, Vec<_>) = items.partition(|(shown, _)| *shown);
        format!(
            "Shown: {}. Not shown: {}.",
            listed(&shown),
            listed(&missing)
        )
    }
}

/// The first of them by name, and how many there are besides.
fn listed(items: &[(bool, String)]) -> String {
    let names: Vec<&str> = items
        .iter()
        .take(MOST_NAMED)
        .map(|(_, name)| name.as_str())
        .collect();
    match items.len() - names.len() {
        0 if names.is_empty() => "nothing".into(),
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn pieces(dispute: &Value) -> impl Iterator<Item = &Value> {
    let all = dispute.get("evidences").and_then(Value::as_array);
    all.into_iter().flatten()
}

fn is_sellers(piece: &&Value) -> bool {
    said(piece, "source") == "SUBMITTED_BY_SELLER"
}

/// A piece that was submitted, by the seller, under this key.
fn is_ours(piece: &Value, key: &str) -> bool {
    let asked_for = said(piece, "source").starts_with("REQUESTED_");
    !asked_for && said(piece, "notes").contains(&marked(key))
}

fn of_type<'a>(pieces: &[&'a Value], type_: &str) -> impl Iterator<Item = &'a Value> {
    let of_type = move |piece: &&Value| said(piece, "evidence_type") == type_;
    pieces.iter().copied().filter(of_type)
}

fn documents(piece: &Value) -> impl Iterator<Item = &Value> {
    let documents = piece.get("documents").and_then(Value::as_array);
    documents.into_iter().flatten()
}

/// A piece names this shipment.
fn tracks(piece: &Value, number: &str) -> bool {
    let shipments = piece.pointer("/evidence_info/tracking_info");
    let mut shipments = shipments.and_then(Value::as_array).into_iter().flatten();
    shipments.any(|shipment| said(shipment, "tracking_number") == number)
}

/// Why a dispute takes no evidence now, in words; none where it does.
pub(in crate::connectors::paypal) fn closed(dispute: &Value) -> Option<String> {
    let status = said(dispute, "status");
    if status != WAITING {
        let status = short(status);
        return Some(format!(
            "PayPal takes no evidence for this case now: its status is {status}."
        ));
    }
    let links = dispute.get("links").and_then(Value::as_array);
    let mut links = links.into_iter().flatten();
    let offered = links.any(|link| said(link, "rel") == "provide-evidence");
    (!offered).then(|| "PayPal offers no way to give evidence for this case.".into())
}
