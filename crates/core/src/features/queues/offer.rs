//! What a view offers to filter, group and show by, from the types of its kind's fields.

use std::collections::BTreeSet;

use watchkeeper_pack::chip::{self, Asks, Chip, ChipTest};
use watchkeeper_pack::{Kind, Pack, filter, value};

use super::cells::{label, one_value};
use super::queries::narrow::unfit;
use super::view::{
    CellValue, ChipView, CurrencyView, FieldName, FilterInput, FilterView, OptionView,
};
use crate::engine::Rights;
use crate::error::Error;
use crate::features::reading::Reading;

/// The fields that may be filtered by.
pub(super) fn filters(pack: &Pack, rights: &Rights, kind: &Kind) -> Vec<FilterView> {
    chip::offered(kind)
        .into_iter()
        .filter_map(|(field, asks)| {
            Some(FilterView {
                field: field.to_owned(),
                label: label(kind, field),
                input: input((pack, rights), kind, field, asks)?,
                may_be_empty: chip::may_be_empty(kind, field),
                // A reference may be filtered by without an index to sort by.
                sortable: filter::is_indexed(kind, field),
            })
        })
        .collect()
}

fn input(
    (pack, rights): (&Pack, &Rights),
    kind: &Kind,
    field: &str,
    asks: Asks,
) -> Option<FilterInput> {
    Some(match asks {
        Asks::Among => FilterInput::Among {
            options: options(rights, kind, field),
        },
        Asks::Flag => FilterInput::Flag,
        Asks::Money => FilterInput::Money {
            currencies: currencies(pack),
        },
        Asks::Number => FilterInput::Number,
        Asks::Days => FilterInput::Days,
        Asks::Ref => {
            let target = kind.fields.get(field)?.kind.clone()?;
            FilterInput::Ref {
                label: pack.kind(&target)?.label_one.clone(),
                kind: target,
            }
        }
        Asks::Text => FilterInput::Text,
    })
}

fn options(rights: &Rights, kind: &Kind, field: &str) -> Vec<OptionView> {
    let option = |value: &str, label: &str| OptionView {
        value: value.to_owned(),
        label: label.to_owned(),
    };
    if field == "state" && !kind.states.is_empty() {
        let states = kind.states.iter();
        return states
            .map(|state| option(&state.id, &state.label))
            .collect();
    }
    let Some(def) = kind.fields.get(field) else {
        return Vec::new();
    };
    if def.operator {
        let operators = rights.operators.iter();
        return operators.map(|(id, name)| option(id, name)).collect();
    }
    let values = def.one_of.iter();
    values
        .map(|value| option(value, &def.word(value)))
        .collect()
}

/// The pack's own first, then those of its regions.
fn currencies(pack: &Pack) -> Vec<CurrencyView> {
    let others: BTreeSet<&str> = pack
        .regions
        .values()
        .map(|region| region.currency.as_str())
        .filter(|currency| *currency != pack.currency)
        .collect();
    [pack.currency.as_str()]
        .into_iter()
        .chain(others)
        .map(|currency| CurrencyView {
            currency: currency.to_owned(),
            digits: value::digits(currency),
        })
        .collect()
}

/// The fields by which a view may be grouped.
pub(super) fn groups(kind: &Kind) -> Vec<FieldName> {
    named(kind, chip::groups(kind))
}

/// All that a column may show: the state, clocks, fields, and what is computed from them.
pub(super) fn columns(kind: &Kind) -> Vec<FieldName> {
    let clocks: Vec<String> = kind
        .clocks
        .keys()
        .map(|name| format!("clock.{name}"))
        .collect();
    let state = (!kind.states.is_empty()).then_some("state");
    let fields = kind.fields.keys().chain(kind.computed.keys());
    let fields = fields.map(String::as_str).filter(|name| *name != "state");
    let clocks = clocks.iter().map(String::as_str);
    named(kind, state.into_iter().chain(clocks).chain(fields))
}

fn named<'k>(kind: &Kind, names: impl IntoIterator<Item = &'k str>) -> Vec<FieldName> {
    names
        .into_iter()
        .map(|field| FieldName {
            field: field.to_owned(),
            label: label(kind, field),
        })
        .collect()
}

/// A chip in words.
pub(super) fn chip_view(
    reading: &Reading<'_>,
    kind: &Kind,
    chip: &Chip,
) -> Result<ChipView, Error> {
    let values = match &chip.test {
        ChipTest::Among { values } => values
            .iter()
            .map(|value| {
                let shown = one_value(reading, kind, &chip.field, &value.as_str().into())?;
                Ok(match shown {
                    CellValue::Text { text } | CellValue::Unknown { text } => text,
                    CellValue::State { label, .. } => label,
                    _ => value.clone(),
                })
            })
            .collect::<Result<_, Error>>()?,
        _ => Vec::new(),
    };
    Ok(ChipView {
        chip: chip.clone(),
        label: label(kind, &chip.field),
        values,
        problem: unfit(reading, kind, chip).map(|unfit| unfit.to_string()),
    })
}
