//! A pyc as a whole: its header and its code.

use super::header::{HEADER_SIZE, Header, HeaderError};
use crate::marshal::{self, MarshalError};
use crate::object::Objects;
use crate::target::Series;

/// A parsed pyc.
#[derive(Debug)]
pub struct Pyc {
    /// The first 16 bytes.
    pub header: Header,
    /// Version whose magic number the header has.
    pub series: &'static Series,
    /// The marshalled objects; the root is a code object.
    pub objects: Objects,
}

/// Error of parsing a pyc.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PycError {
    /// The header is malformed.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The magic number is unknown.
    #[error("magic number {0} belongs to no known version")]
    Magic(u16),
    /// The code is malformed.
    #[error("the code cannot be read: {0}")]
    Marshal(#[from] MarshalError),
    /// The marshalled object is not a code object.
    #[error("its content is not a code object")]
    NotCode,
}

impl Pyc {
    /// Parses a pyc. Its code is neither executed nor compared with a source.
    ///
    /// # Errors
    /// [`PycError`].
    ///
    /// ```
    /// use pycompile::Pyc;
    /// use pycompile::object::{CodeView, Objects};
    /// use pycompile::target::{Release, Target};
    /// # use pycompile::{CompileOptions, compile_source};
    /// # let target = Target::find("3.14".parse::<Release>()?).ok_or("no native compiler for it")?;
    /// # let options = CompileOptions::default();
    /// # let bytes = compile_source(b"answer = 42", "answer.py", target, &options)?;
    ///
    /// let pyc = Pyc::parse(&bytes)?;
    /// assert_eq!(pyc.series.version.to_string(), "3.14");
    /// let code = CodeView::at(&pyc.objects, Objects::ROOT).ok_or("not a code object")?;
    /// assert_eq!((code.name().as_str(), code.filename().as_str()), ("<module>", "answer.py"));
    /// assert_eq!(pyc.to_bytes(), bytes);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Self, PycError> {
        let header = Header::parse(bytes)?;
        let series = Series::with_magic(header.magic()).ok_or(PycError::Magic(header.magic()))?;
        let objects = marshal::read(&bytes[HEADER_SIZE..], series.code_layout)?;
        objects.code(Objects::ROOT).ok_or(PycError::NotCode)?;
        Ok(Self { header, series, objects })
    }

    /// Returns the bytes of the pyc: those that were parsed, unless the objects were changed.
    pub fn to_bytes(&self) -> Vec<u8> {
        join(&self.header.to_bytes(), marshal::write(&self.objects))
    }
}

/// Returns a pyc: the header, then the marshalled code, which usually has room for the header.
pub fn join(header: &[u8; HEADER_SIZE], mut code: Vec<u8>) -> Vec<u8> {
    code.splice(..0, *header);
    code
}
