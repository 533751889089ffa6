//! Search for what compiles an opened source to a pyc's code: releases, optimization level, form
//! and recorded name.

use super::compilers::Releases;
use super::filename;
use super::likeness::{CompareError, Compared, Likeness, PycCode};
use super::reason::WrongName;
use crate::diff::Form;
use crate::engine::{Diagnostic, OpenSource, TargetEngine};
use crate::marshal::MarshalError;
use crate::pyc::PycName;
use std::cell::OnceCell;

/// Forms of the right code that are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum References {
    /// Report it as a finding.
    #[default]
    Exact,
    /// Accept it.
    Any,
}

/// Number of releases that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The first release that compiles the source to the code.
    First,
    /// All releases that do.
    All,
}

/// Search for the origin of a code.
pub(super) struct CodeSearch<'a> {
    pub(super) code: &'a PycCode<'a>,
    /// Path of the source once it is installed.
    pub(super) place: &'a str,
    /// Returns true for the path of another file in the place.
    pub(super) is_file: &'a dyn Fn(&str) -> bool,
    pub(super) references: References,
    pub(super) wanted: Wanted,
    /// The code with one file name, if it records several, and their fault.
    one_name: OnceCell<Option<(PycCode<'a>, WrongName)>>,
}

/// Origin of a code.
pub(super) struct CodeFit {
    /// Optimization level.
    pub(super) level: u8,
    /// Indices of the engines that compile the source to the code, in ascending order, with the
    /// differences of form from what they write.
    pub(super) releases: Vec<(usize, Vec<Form>)>,
    /// Fault of the recorded file name.
    pub(super) wrong_name: Option<WrongName>,
}

/// Reason for which a source is not the origin of a code, as the closest of all releases has it.
pub(super) enum Miss {
    /// The code is right, in a form that is not accepted.
    Form(Vec<Form>),
    /// The code is right apart from the file names that it records.
    Filename(WrongName),
    /// Another level than the expected one gives the code.
    Level(u8),
    /// The source compiles to this other code.
    Code(OtherCodes),
    /// The source does not compile.
    Compile(Box<Diagnostic>),
    /// The compiled code cannot be parsed.
    Malformed(MarshalError),
}

/// Code of the release, of several, that differs least from the code of a pyc.
#[derive(Default)]
pub(super) struct OtherCodes {
    pub(super) code: Vec<u8>,
    /// The release, if it is not the preferred one.
    pub(super) release: Option<String>,
    /// Releases that were tried, if others may compile the source to other code and are not known.
    pub(super) tried: Box<[String]>,
}

impl Miss {
    /// Returns a number that is smaller the closer the code is to the expected one.
    const fn distance(&self) -> usize {
        match self {
            // Several forms are further away than one.
            Self::Form(forms) => forms.len(),
            Self::Filename(_) => 10,
            Self::Code(_) | Self::Level(_) => 20,
            Self::Compile(_) => 30,
            Self::Malformed(_) => 40,
        }
    }
}

impl<'a> CodeSearch<'a> {
    pub(super) const fn new(
        code: &'a PycCode<'a>,
        place: &'a str,
        is_file: &'a dyn Fn(&str) -> bool,
        references: References,
        wanted: Wanted,
    ) -> Self {
        Self { code, place, is_file, references, wanted, one_name: OnceCell::new() }
    }

    /// Searches for the releases at the first of the levels that gives the code. If one level is
    /// expected, the others are tried before the code is called wrong.
    ///
    /// # Errors
    /// The closest miss. It depends neither on other pycs nor on the order in which releases are
    /// tried.
    pub(super) fn run(
        &self,
        levels: &[u8],
        releases: &Releases,
        opened: &mut OpenSource<'_>,
    ) -> Result<CodeFit, Miss> {
        let mut misses: Vec<((usize, usize), Miss)> = Vec::new();
        for (rank, &level) in levels.iter().enumerate() {
            let mut fits: Vec<(usize, Vec<Form>)> = Vec::new();
            for at in releases.in_order() {
                match self.check(&releases.engines[at], level, opened) {
                    Ok(forms) => {
                        fits.push((at, forms));
                        if self.wanted == Wanted::First {
                            break;
                        }
                    }
                    Err(miss) => misses.push(((rank, at), miss)),
                }
            }
            if let Some((first, _)) = fits.first() {
                releases.note(*first);
                fits.sort_unstable();
                let wrong_name = filename::fault(&self.code.recorded, self.place, self.is_file);
                return Ok(CodeFit { level, releases: fits, wrong_name });
            }
        }
        let miss = self.closest(misses, releases);
        if let (Miss::Code(_), &[expected]) = (&miss, levels) {
            let mut others = LEVELS.into_iter().filter(|level| *level != expected);
            let found = others.find(|level| {
                let mut found =
                    releases.in_order().map(|at| self.check(&releases.engines[at], *level, opened));
                found.any(|found| matches!(found, Ok(_) | Err(Miss::Form(_))))
            });
            return Err(found.map_or(miss, Miss::Level));
        }
        Err(miss)
    }

    /// Returns the closest miss; of several other codes, the one that differs in the fewest code
    /// objects. `misses` have the rank of their level and the index of their engine.
    fn closest(&self, misses: Vec<((usize, usize), Miss)>, releases: &Releases) -> Miss {
        let is_one = misses.len() == 1;
        let closest = misses.into_iter().min_by_key(|(rank, miss)| {
            let differing = match miss {
                Miss::Code(other) if !is_one => self.code.distance(&other.code),
                _ => 0,
            };
            (miss.distance(), differing, *rank)
        });
        match closest {
            Some(((_, at), Miss::Code(other))) => {
                let release = (at > 0).then(|| releases.engines[at].release.clone());
                Miss::Code(OtherCodes { release, tried: releases.interpreters_only(), ..other })
            }
            Some((_, miss)) => miss,
            None => Miss::Code(OtherCodes::default()),
        }
    }

    /// Compares the code with the code that an engine compiles the source to; returns the
    /// differences of form that are accepted.
    fn check(
        &self,
        target: &TargetEngine,
        level: u8,
        opened: &mut OpenSource<'_>,
    ) -> Result<Vec<Form>, Miss> {
        let compared = self.code.against(target, level, opened).map_err(|error| match error {
            CompareError::Compile(error) => Miss::Compile(error),
            CompareError::Malformed(error) => Miss::Malformed(error),
        });
        let Compared { likeness, expected } = compared?;
        match likeness {
            Likeness::Exact => Ok(Vec::new()),
            Likeness::OtherForm(forms) => match self.accepts(&forms, &expected) {
                true => Ok(forms),
                false => Err(Miss::Form(forms)),
            },
            Likeness::Other => {
                let one_name =
                    self.one_name.get_or_init(|| self.code.with_one_name(self.place, self.is_file));
                let wrong = one_name.as_ref().filter(|(code, _)| {
                    let compared = code.against(target, level, opened);
                    compared.is_ok_and(|compared| !matches!(compared.likeness, Likeness::Other))
                });
                Err(wrong.map_or(
                    Miss::Code(OtherCodes { code: expected, ..OtherCodes::default() }),
                    |(_, wrong)| Miss::Filename(wrong.clone()),
                ))
            }
        }
    }

    fn accepts(&self, forms: &[Form], expected: &[u8]) -> bool {
        self.references == References::Any
            || (forms.iter().all(|form| matches!(form, Form::References | Form::Interned))
                && self.code.is_of_other_tool(expected))
    }
}

/// Optimization levels.
pub(super) const LEVELS: [u8; 3] = [0, 1, 2];

/// Returns the optimization levels that a pyc of this name can have; a legacy name allows all.
pub(super) fn levels(name: Option<&PycName>) -> &[u8] {
    match name {
        Some(name) if name.cache_tag.is_some() => std::slice::from_ref(&name.optimize),
        _ => &LEVELS,
    }
}
