//! Parsers of options whose values are names.

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Returns a parser that shows the values of a setting in `--help` without their docs, which are
/// written for users of the library.
pub(super) fn names<T: ValueEnum + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    one_of(T::value_variants(), |value| value.help(None::<&str>))
}

/// Returns a parser of some values of a setting, which `--help` shows as `shown` returns them.
pub(super) fn one_of<T: ValueEnum + Send + Sync + 'static>(
    values: &'static [T],
    shown: impl Fn(PossibleValue) -> PossibleValue,
) -> impl TypedValueParser<Value = T> {
    let known = values.iter().filter_map(ValueEnum::to_possible_value).map(shown);
    PossibleValuesParser::new(known).try_map(|name| T::from_str(&name, false))
}
