//! Parsers of numbers on the command line, whose errors name the range.

use clap::builder::ValueParser;
use std::fmt::Display;
use std::str::FromStr;

/// Returns a parser of the numbers from `least` to `most`.
pub(super) fn between<N>(least: N, most: N) -> ValueParser
where
    N: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    let range = format!("expected a number from {least} to {most}");
    ValueParser::new(move |text: &str| {
        let number = text.parse::<N>().ok();
        number.filter(|number| (&least..=&most).contains(&number)).ok_or_else(|| range.clone())
    })
}

/// Returns a parser of the numbers from `least` on.
pub(super) fn at_least<N>(least: N) -> ValueParser
where
    N: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    let range = format!("expected a number of at least {least}");
    ValueParser::new(move |text: &str| {
        text.parse::<N>().ok().filter(|number| *number >= least).ok_or_else(|| range.clone())
    })
}
