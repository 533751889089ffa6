//! Arguments together with the names of the options that the user gave.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches, Id};
use std::ops::Deref;

/// Arguments, and the options among them that are on the command line.
#[derive(Debug)]
pub(super) struct WithNames<A> {
    arguments: A,
    /// Names such as `--python`, in the order of their declaration.
    pub(super) names: Vec<String>,
}

impl<A> Deref for WithNames<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.arguments
    }
}

impl<A: Args> FromArgMatches for WithNames<A> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let declared = A::augment_args(Command::new(""));
        let is_given = |argument: &&Arg| {
            matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        let given = declared.get_arguments().filter(is_given).filter_map(Arg::get_long);
        let names = given.map(|name| format!("--{name}")).collect();
        Ok(Self { arguments: A::from_arg_matches(matches)?, names })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<A: Args> Args for WithNames<A> {
    fn group_id() -> Option<Id> {
        A::group_id()
    }

    fn augment_args(command: Command) -> Command {
        A::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        A::augment_args_for_update(command)
    }
}
