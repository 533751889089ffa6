//! Why a wheel is not made.

use super::descriptor::DescriptorError;
use super::metadata::MetadataError;
use super::name::WheelNameError;
use super::record::RecordError;
use crate::archive::NameFault;
use crate::text::Shown as _;
use std::path::PathBuf;

/// A wheel that is not made. The fault is that of the wheel that was given, or of the config.
#[derive(Debug, thiserror::Error)]
pub enum WheelError {
    /// The file name.
    #[error(transparent)]
    Name(#[from] WheelNameError),
    /// No `*.dist-info`, or more than one, or another project's.
    #[error("{}: a wheel of this name has one {expected}.dist-info, and this one has {found}", wheel.shown())]
    DistInfo {
        /// The wheel.
        wheel: PathBuf,
        /// `name-version` by the file name.
        expected: String,
        /// Values that were found.
        found: String,
    },
    /// A file that every wheel has.
    #[error("{}: there is no {file}", wheel.shown())]
    MissingFile {
        /// The wheel.
        wheel: PathBuf,
        /// The file.
        file: String,
    },
    /// RECORD does not fit.
    #[error("{}: {fault}", wheel.shown())]
    Record {
        /// The wheel.
        wheel: PathBuf,
        /// Fault of the RECORD.
        #[source]
        fault: RecordError,
    },
    /// A signature, which would not hold any more.
    #[error("{}: it is signed ({file}); a signed wheel cannot be repacked", wheel.shown())]
    Signed {
        /// The wheel.
        wheel: PathBuf,
        /// The signature.
        file: String,
    },
    /// The `WHEEL` file.
    #[error("{}: {fault}", wheel.shown())]
    Descriptor {
        /// The wheel.
        wheel: PathBuf,
        /// Description of the fault.
        #[source]
        fault: DescriptorError,
    },
    /// `WHEEL` and the file name disagree.
    #[error("{}: the tags in WHEEL ({found}) are not those of the file name ({expected})", wheel.shown())]
    Tags {
        /// The wheel.
        wheel: PathBuf,
        /// By the file name.
        expected: String,
        /// By `WHEEL`.
        found: String,
    },
    /// METADATA and the file name disagree.
    #[error("{}: {fault}", wheel.shown())]
    Metadata {
        /// The wheel.
        wheel: PathBuf,
        /// Fault of the metadata.
        #[source]
        fault: MetadataError,
    },
    /// The tags leave no room for byte code of one version.
    #[error("byte code of {python} in place of the sources does not fit a wheel tagged {tags}")]
    Sourceless {
        /// `cp314`
        python: String,
        /// The tags.
        tags: String,
    },
    /// A pyc in place of a source that is not there.
    #[error("{pyc:?} is to replace {source_file:?}, which the wheel does not have")]
    NoSource {
        /// The pyc.
        pyc: String,
        /// The source.
        source_file: String,
    },
    /// A pyc with a time stamp.
    #[error(
        "{0:?} is valid by its source's time stamp, and installers give sources a new one: it would be stale the \
         moment it is installed\nhint: use `invalidation-mode = \"checked-hash\"` or \"unchecked-hash\""
    )]
    TimestampPyc(String),
    /// A name.
    #[error("{name:?} cannot be in a wheel: {fault}")]
    FileName {
        /// The name.
        name: String,
        /// Why.
        #[source]
        fault: NameFault,
    },
    /// A file where the wheel has one of its own.
    #[error("{0:?} is in the wheel's own folder, and written by pycompile")]
    Reserved(String),
    /// Two files that an installer would put into one place.
    #[error(
        "{0:?} and {1:?} cannot both be installed: they go to one path, or one to where the other needs a directory"
    )]
    Installed(String, String),
    /// A file of `NAME.data` in no scheme.
    #[error(
        "{0:?} is in no scheme that installers know: purelib, platlib, scripts, headers and data are known"
    )]
    Scheme(String),
    /// One name twice.
    #[error("{0:?} would be in the wheel twice")]
    Duplicate(String),
}

impl WheelError {
    /// The file of the wheel that is at fault, where there is one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::MissingFile { file, .. } | Self::Signed { file, .. } => Some(file),
            Self::TimestampPyc(file)
            | Self::Installed(_, file)
            | Self::Scheme(file)
            | Self::Reserved(file)
            | Self::Duplicate(file) => Some(file),
            Self::Record { fault, .. } => fault.file(),
            Self::FileName { name, .. } => Some(name),
            _ => None,
        }
    }
}
