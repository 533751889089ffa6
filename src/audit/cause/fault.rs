//! Reasons why a pyc is not explained by its source.

use super::SIDES;
use crate::audit::first::FirstPlace;
use crate::audit::reason::{PycField, WrongName, WrongTag, only_tried};
use crate::diff::{Cause, CauseKind, CauseReason, CodeOrigin, DifferenceKind, PycFault};
use crate::target::PyVersion;

/// Reason why a pyc is not what its source compiles to.
#[derive(Clone)]
pub(super) enum OriginFault {
    /// The header or the code cannot be read; with the error.
    Unreadable(String),
    /// The name and the magic number are of two versions.
    Tag(WrongTag),
    /// The content is not a code object with a file name.
    NotCode,
    /// A field of the header is that of another source.
    Header { source: String, field: PycField, code: OtherCode },
    /// The code is another; with the first place where it differs.
    Code { source: String, first: Option<Box<FirstPlace>>, tried: Box<[String]> },
    /// The source compiles to the code at another optimization level than the name says.
    Level { source: String, level: u8, expected: u8 },
    /// The source compiles to the code, but under another file name than the recorded one.
    Filename(WrongName),
    /// The source does not compile; with the last line of the error, and the line in the source.
    Compile { source: String, error: String, line: Option<i64> },
    /// Code with another fault to which another source compiles.
    Swapped { fault: Box<Self>, of: OtherOrigin },
}

/// Another source that compiles to a pyc.
#[derive(Clone)]
pub(super) enum OtherOrigin {
    /// The source of the other side, `left` or `right`; the header may be that of another source.
    OtherSide { side: &'static str, source: String, is_whole: bool },
    /// A source next to that of the pyc.
    Beside(String),
}

impl OtherOrigin {
    /// Returns the end of a clause such as "the right pyc is stale, compiled from …".
    fn words(&self, about: About) -> String {
        let named = |source: &str| if about == About::One { source.to_owned() } else { "source".into() };
        match self {
            Self::OtherSide { side, source, is_whole: false } => {
                format!("has the code of the {side} {}", named(source))
            }
            // The left side is the older one by convention.
            Self::OtherSide { side, source, .. } if *side == SIDES[0] => {
                format!("is stale, compiled from the {side} {}", named(source))
            }
            Self::OtherSide { side, source, .. } => format!("is compiled from the {side} {}", named(source)),
            Self::Beside(source) if about == About::One => format!("is that of {source}"),
            Self::Beside(_) => "is that of another module".to_owned(),
        }
    }
}

/// Code of a pyc whose header is that of another source.
#[derive(Clone)]
pub(super) enum OtherCode {
    /// The source compiles to it.
    Right,
    /// The code was not checked.
    Unchecked,
    /// The source does not compile to it.
    Wrong(Box<OriginFault>),
}

/// Pycs that a sentence is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// One pyc: the source and the code object are named.
    One,
    /// All pycs with the fault.
    All,
    /// All faults of this class.
    Class,
}

impl OriginFault {
    fn words(&self, about: About) -> String {
        let named = |source: &str| if about == About::One { source.to_owned() } else { "its source".into() };
        match self {
            Self::Unreadable(error) => error.clone(),
            Self::Tag(wrong) => wrong.to_string(),
            Self::NotCode => "it does not contain a code object with a file name".to_owned(),
            Self::Header { source, field, code } => {
                let header =
                    format!("the source {} in its header is not that of {}", field.name(), named(source));
                match code {
                    OtherCode::Right => format!("{header}, but its code is"),
                    OtherCode::Unchecked => header,
                    OtherCode::Wrong(fault) => format!("{header}; {}", fault.words(about)),
                }
            }
            Self::Code { source, first, tried } => {
                let other = format!("it is not what {} compiles to", named(source));
                let tried = only_tried(tried);
                match (first, about) {
                    (None, _) | (_, About::Class) => format!("{other}{tried}"),
                    (Some(first), About::One) => format!("{other}: {first}{tried}"),
                    (Some(first), About::All) => format!("{other}: {}{tried}", first.what()),
                }
            }
            Self::Level { source, level, expected } => format!(
                "it is what {} compiles to at optimization level {level}, but its name says level {expected}",
                named(source)
            ),
            Self::Filename(wrong) if about == About::One => wrong.to_string(),
            Self::Filename(_) => "it records another file name than that of its source".to_owned(),
            Self::Compile { source, error, line } => {
                let line = line.filter(|_| about == About::One);
                let line = line.map_or(String::new(), |line| format!(" (line {line})"));
                match about {
                    About::Class => format!("{} does not compile", named(source)),
                    _ => format!("{} does not compile: {error}{line}", named(source)),
                }
            }
            Self::Swapped { fault, of } => match about {
                About::One => format!("it {}: {}", of.words(about), fault.words(about)),
                About::All | About::Class => format!("it {}", of.words(about)),
            },
        }
    }

    /// Returns the place in the code that differs.
    pub(super) fn place(&self) -> Option<LentPlace> {
        match self {
            Self::Code { source, first: Some(first), .. } => {
                Some(LentPlace { source: source.clone(), place: first.to_string() })
            }
            Self::Header { code: OtherCode::Wrong(fault), .. } => fault.place(),
            _ => None,
        }
    }

    /// Returns the kind of a finding for the fault.
    const fn kind(&self) -> DifferenceKind {
        match self {
            Self::Header { code: OtherCode::Right, .. } | Self::Tag(_) => DifferenceKind::Header,
            Self::Level { .. } => DifferenceKind::Level,
            Self::Swapped { fault, .. } => fault.kind(),
            Self::Filename(_) => DifferenceKind::Filename,
            _ => DifferenceKind::Code,
        }
    }

    /// Returns the origin of the code.
    const fn origin(&self) -> CodeOrigin {
        match self {
            Self::Header { code: OtherCode::Right, .. } => CodeOrigin::OwnSource,
            // The header says that the code is that of its own source.
            Self::Swapped { of: OtherOrigin::OtherSide { is_whole: false, .. }, .. } => CodeOrigin::Unknown,
            Self::Swapped { .. } => CodeOrigin::OtherSource,
            _ => CodeOrigin::Unknown,
        }
    }

    /// Returns whether the code is not what the source compiles to.
    pub(super) const fn is_of_code(&self) -> bool {
        match self {
            Self::Code { .. } | Self::Compile { .. } => true,
            Self::Header { code: OtherCode::Wrong(fault), .. } => fault.is_of_code(),
            _ => false,
        }
    }

    /// Returns the clause about a pyc that begins with `is_not`, such as "the left pyc is not".
    fn clause(&self, is_not: &str, about: About) -> String {
        let words = self.words(about);
        let pyc = is_not.strip_suffix(" is not");
        match (words.strip_prefix("it is not what "), self, pyc) {
            (Some(what), ..) => format!("{is_not} what {what}"),
            (None, Self::Swapped { .. }, Some(pyc)) => {
                format!("{pyc} {}", words.strip_prefix("it ").unwrap_or(&words))
            }
            (None, ..) => format!("{is_not} explained by its source: {words}"),
        }
    }
}

/// Place at which a pyc without a source differs from what the source of the other side compiles
/// to.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct LentPlace {
    pub(super) source: String,
    pub(super) place: String,
}

/// Reason why a pyc was not checked.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Unchecked {
    /// There is no source for it.
    NoSource,
    /// There is no source for it, and the source of another side does not explain it.
    Lent { lender: usize, has_other_header: bool, first: Option<LentPlace> },
    /// No importer recognizes its name.
    Name,
    /// The source cannot be read; with the error.
    Source(String),
    /// No known version has the magic number.
    Magic(u16),
    /// No engine compiles for the version.
    Engine { version: PyVersion, error: String },
}

impl std::fmt::Display for Unchecked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoSource => formatter.write_str("there is no source for it"),
            Self::Lent { lender, has_other_header, first } => {
                let side = SIDES[*lender];
                let fault = match first {
                    Some(LentPlace { source, place }) => {
                        format!("it is not what the {side} {source} compiles to: {place}")
                    }
                    None if *has_other_header => format!("its header is not that of the {side} source"),
                    None => format!("it is not what the {side} source compiles to"),
                };
                write!(formatter, "the {} pyc has no source, and {fault}", SIDES[1 - *lender])
            }
            Self::Name => formatter.write_str("no importer recognizes its name"),
            Self::Source(error) => write!(formatter, "its source cannot be read: {error}"),
            Self::Magic(magic) => {
                write!(formatter, "no known version of Python has the magic number {magic}")
            }
            Self::Engine { version, error } => {
                write!(formatter, "no engine compiles for Python {version}: {error}")
            }
        }
    }
}

impl Unchecked {
    /// Returns the cause; `context` comes before the reason.
    pub(super) fn cause(&self, context: &str) -> Cause {
        // A pyc that another source was compiled for was compared.
        let context = match self {
            Self::Lent { .. } => "",
            _ => context,
        };
        let sentence = format!("{context}{self}");
        let reason = match self {
            Self::Lent { lender, has_other_header, .. } => {
                let all = Self::Lent { lender: *lender, has_other_header: *has_other_header, first: None };
                CauseReason::NoSource { sentence, common: format!("{context}{all}") }
            }
            Self::NoSource => CauseReason::no_source(sentence),
            _ => CauseReason::Words(sentence),
        };
        Cause { kind: CauseKind::NotChecked, reason, also: Vec::new(), source: None }
    }
}

/// Beginnings of the clauses about the pyc of each side.
const IS_NOT: [&str; 2] = ["the left pyc is not", "the right pyc is not"];

/// Returns the cause of the difference of a pyc that is not what its source compiles to.
pub(super) fn unexplained(side: usize, fault: &OriginFault) -> Cause {
    unexplained_pycs(&[fault], |about| fault.clause(IS_NOT[side], about))
}

/// Returns the cause of the difference of two pycs that are not what their sources compile to.
pub(super) fn both_unexplained(left: &OriginFault, right: &OriginFault) -> Cause {
    unexplained_pycs(&[left, right], |about| match (left.words(about), right.words(about)) {
        (one, other) if one == other => left.clause("neither pyc is", about),
        (one, other) => match (one.split_once(": "), other.split_once(": ")) {
            // The same source, and another place in each pyc.
            (Some((one, at)), Some((other, other_at)))
                if one == other && one.starts_with("it is not what ") =>
            {
                let what = one.trim_start_matches("it is not what ");
                format!("neither pyc is what {what}: on the left, {at}; on the right, {other_at}")
            }
            _ => format!("{}; {}", left.clause(IS_NOT[0], about), right.clause(IS_NOT[1], about)),
        },
    })
}

/// Returns the cause of a difference with these faults, one of each pyc that has one.
fn unexplained_pycs(faults: &[&OriginFault], words: impl Fn(About) -> String) -> Cause {
    let kind = faults.iter().map(|fault| fault.kind()).max().unwrap_or(DifferenceKind::Code);
    let origin = faults.iter().map(|fault| fault.origin()).min().unwrap_or(CodeOrigin::Unknown);
    let [sentence, common, class] = [About::One, About::All, About::Class].map(words);
    let reason = CauseReason::Fault(Box::new(PycFault { sentence, common, class, kind, origin }));
    Cause { kind: CauseKind::Unexplained, reason, also: Vec::new(), source: None }
}
