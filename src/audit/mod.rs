//! Verification of pycs: each is compared with the result of compiling its source.
//!
//! **Invariant:** fails closed. A pyc passes only if its source was compiled again and the code is
//! the same; a file that cannot be read, found, compiled or parsed is a finding, and so is bytecode
//! that Python would import or run under a name or path that is not verified.

mod bases;
mod beside;
mod cause;
mod change;
mod compilers;
mod dpkg;
mod elsewhere;
mod extensions;
mod filename;
mod finding;
mod first;
mod import_paths;
mod imports;
mod installed;
mod known_startup;
mod library;
mod likeness;
mod listed;
mod listed_code;
mod nested;
mod only;
mod path_names;
mod pyc_check;
mod reason;
mod record;
mod recorded;
mod releases;
mod repeated;
mod search;
mod settled;
mod shadows;
mod tally;
mod trusted;
mod unit;
mod unopened;
mod unrecorded;
mod verify;
mod view;
mod within;
mod without_record;
mod zipapp;

pub use beside::beside_packages;
pub use cause::{ExplainError, Explanation, explain, lacks_source};
pub use finding::{Finding, FindingKind, ReleaseFound, gathered};
pub use listed::against_manifest;
pub use only::{OnlyError, find_only};
pub(crate) use reason::only_tried;
pub use reason::{
    CodePlace, ManifestFault, OtherFile, PycField, Reason, RecordFault, RecordedName, WrongName, WrongTag,
};
pub use search::References;
pub use settled::Settled;
pub use tally::{PycCounts, PycVerdict};
pub use verify::{Request, Verified, VerifyError, verify};
