//! Errors of building a wheel.

use super::descriptor::DescriptorError;
use super::metadata::MetadataError;
use super::name::WheelNameError;
use super::record::RecordError;
use crate::archive::NameFault;
use crate::text::Shown as _;
use std::path::PathBuf;

/// Errors of building a wheel, caused by the input wheel or the config.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WheelError {
    /// The file name is invalid.
    #[error(transparent)]
    Name(#[from] WheelNameError),
    /// There is no `*.dist-info`, more than one, or that of another project.
    #[error("{}: a wheel of this name has one {expected}.dist-info, and this one has {found}", wheel.shown())]
    DistInfo {
        /// Path of the wheel.
        wheel: PathBuf,
        /// `name-version` of the file name.
        expected: String,
        /// Directories that were found.
        found: String,
    },
    /// A required file is missing.
    #[error("{}: there is no {file}", wheel.shown())]
    MissingFile {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Name of the file.
        file: String,
    },
    /// RECORD does not match the files.
    #[error("{}: {fault}", wheel.shown())]
    Record {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Fault of the RECORD.
        #[source]
        fault: RecordError,
    },
    /// The wheel has a signature, which would become invalid.
    #[error("{}: it is signed ({file}); a signed wheel cannot be repacked", wheel.shown())]
    Signed {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Name of the signature.
        file: String,
    },
    /// The `WHEEL` file is invalid.
    #[error("{}: {fault}", wheel.shown())]
    Descriptor {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Description of the fault.
        #[source]
        fault: DescriptorError,
    },
    /// `WHEEL` and the file name have different tags.
    #[error("{}: the tags in WHEEL ({found}) are not those of the file name ({expected})", wheel.shown())]
    Tags {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Tags of the file name.
        expected: String,
        /// Tags of `WHEEL`.
        found: String,
    },
    /// METADATA and the file name differ.
    #[error("{}: {fault}", wheel.shown())]
    Metadata {
        /// Path of the wheel.
        wheel: PathBuf,
        /// Fault of the metadata.
        #[source]
        fault: MetadataError,
    },
    /// The tags do not allow bytecode of one version.
    #[error("byte code of {python} in place of the sources does not fit a wheel tagged {tags}")]
    Sourceless {
        /// Python tag, such as `cp314`.
        python: String,
        /// Tags of the wheel.
        tags: String,
    },
    /// A pyc replaces a source that does not exist.
    #[error("{pyc:?} is to replace {source_file:?}, which the wheel does not have")]
    NoSource {
        /// Path of the pyc.
        pyc: String,
        /// Path of the source.
        source_file: String,
    },
    /// A pyc is validated by timestamp.
    #[error(
        "{0:?} is validated by the modification time of its source, which installers change: the pyc would be stale \
         once it is installed"
    )]
    TimestampPyc(String),
    /// A file name is refused.
    #[error("{name:?} cannot be in a wheel: {fault}")]
    FileName {
        /// Name of the file.
        name: String,
        /// Fault of the name.
        #[source]
        fault: NameFault,
    },
    /// A file has the path of one that the wheel adds.
    #[error("{0:?} is in the wheel's own directory, in which pycompile writes the files")]
    Reserved(String),
    /// An installer would write two files to one path.
    #[error(
        "{0:?} and {1:?} cannot both be installed: they have the same path, or one needs a directory where the other is a file"
    )]
    Installed(String, String),
    /// A file in `NAME.data` is not in a known scheme.
    #[error("{0:?} is not in a scheme that installers know: purelib, platlib, scripts, headers or data")]
    Scheme(String),
    /// A file would replace a program of the environment.
    #[error("{0:?} would replace a program of the environment: an interpreter, pip or `activate`")]
    Program(String),
    /// A file would be a module of the standard library, or come before one.
    #[error("{0:?} would be installed into the standard library")]
    Library(String),
    /// A file is in the metadata of another distribution.
    #[error(
        "{0:?} would be installed into the metadata of another distribution, or into its own by a path that RECORD does not have"
    )]
    OtherDistInfo(String),
    /// An entry point for which no script can be written without harm.
    #[error(
        "{file:?} has the script {name:?}, which is written outside the directory of scripts or replaces a program of \
         the environment"
    )]
    Script {
        /// Path of `entry_points.txt`.
        file: String,
        /// Name of the entry point.
        name: String,
    },
    /// A name occurs twice.
    #[error("{0:?} would be in the wheel twice")]
    Duplicate(String),
}

impl WheelError {
    /// Returns the file in the wheel that caused the error, if there is one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::MissingFile { file, .. } | Self::Signed { file, .. } => Some(file),
            Self::TimestampPyc(file)
            | Self::Installed(_, file)
            | Self::Scheme(file)
            | Self::Program(file)
            | Self::Library(file)
            | Self::OtherDistInfo(file)
            | Self::Script { file, .. }
            | Self::Reserved(file)
            | Self::Duplicate(file) => Some(file),
            Self::Record { fault, .. } => fault.file(),
            Self::FileName { name, .. } => Some(name),
            _ => None,
        }
    }
}
