//! RECORD: list of files with their digests and sizes (PEP 376, 427, 627).

use crate::archive::Blocks;
use crate::text;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

/// Row of a RECORD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Path relative to the archive's root or to `site-packages`.
    pub path: String,
    /// Digest as `sha256=…`, in URL-safe base64 without padding; empty for RECORD itself.
    pub hash: String,
    /// Size in bytes; empty for RECORD itself.
    pub size: String,
}

/// Content of a RECORD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Rows in the order of the file.
    pub rows: Vec<RecordRow>,
}

/// Errors of a RECORD.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file is not UTF-8.
    #[error("RECORD is not UTF-8")]
    Encoding,
    /// A quoted field is malformed.
    #[error("RECORD, line {0}: the quotes do not close, or something follows them")]
    Quotes(usize),
    /// A row does not have three fields.
    #[error("RECORD, line {line}: {found} fields instead of 3")]
    Fields {
        /// Row number, from 1.
        line: usize,
        /// Number of fields found.
        found: usize,
    },
    /// A path has two rows.
    #[error("RECORD lists {0:?} twice")]
    Duplicate(String),
    /// A file has no row.
    #[error("RECORD does not list {0:?}")]
    Unlisted(String),
    /// A row has no file.
    #[error("RECORD lists {0:?}, which does not exist")]
    Missing(String),
    /// A row has no digest.
    #[error("RECORD has no digest for {0:?}")]
    NoDigest(String),
    /// A digest algorithm is too weak or unknown.
    #[error(
        "RECORD has a digest for {path:?} that is not accepted: {algorithm:?} (sha256, sha384 and sha512 are)"
    )]
    Algorithm {
        /// Path of the file.
        path: String,
        /// Algorithm: the name before the `=`.
        algorithm: String,
    },
    /// The digest differs.
    #[error("{0:?} is not the file that RECORD lists: its digest differs")]
    Digest(String),
    /// The size differs.
    #[error("{path:?} is not the file that RECORD lists: {} instead of {said}", text::bytes(*.found))]
    Size {
        /// Path of the file.
        path: String,
        /// Size in RECORD.
        said: String,
        /// Size of the file.
        found: usize,
    },
}

impl RecordError {
    /// Returns the path of the row, present or missing.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Duplicate(path)
            | Self::Unlisted(path)
            | Self::Missing(path)
            | Self::NoDigest(path)
            | Self::Digest(path)
            | Self::Algorithm { path, .. }
            | Self::Size { path, .. } => Some(path),
            Self::Encoding | Self::Quotes(_) | Self::Fields { .. } => None,
        }
    }
}

/// Encodes URL-safe base64 without padding (RFC 4648, section 5).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut bits = 0u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..=group.len() {
            let index = bits >> (18 - 6 * at) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

/// Returns a field as Python's `csv` writes it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Digests of a file as in its rows. Each is computed once, regardless of the number of rows.
#[derive(Debug)]
pub struct Digests<'a> {
    /// Content whose digests are computed as they are asked for.
    content: Option<Blocks<'a>>,
    size: usize,
    by_algorithm: BTreeMap<&'static str, String>,
}

/// Size of the blocks in which a file is read.
const BLOCK: usize = 1 << 16;

impl Digests<'static> {
    /// Reads content once, in blocks, and computes the digests that these rows have.
    ///
    /// # Errors
    /// An I/O error.
    pub fn read<'r>(mut content: impl Read, rows: impl Iterator<Item = &'r RecordRow>) -> io::Result<Self> {
        let wanted: BTreeSet<&str> = rows.filter_map(|row| Some(row.hash.split_once('=')?.0)).collect();
        let mut sha256 = wanted.contains("sha256").then(Sha256::new);
        let mut sha384 = wanted.contains("sha384").then(Sha384::new);
        let mut sha512 = wanted.contains("sha512").then(Sha512::new);
        let (mut block, mut size) = (vec![0; BLOCK], 0);
        loop {
            let length = match content.read(&mut block) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            size += length;
            let read = &block[..length];
            sha256.iter_mut().for_each(|digest| digest.update(read));
            sha384.iter_mut().for_each(|digest| digest.update(read));
            sha512.iter_mut().for_each(|digest| digest.update(read));
        }
        let digests = [
            ("sha256", sha256.map(|digest| base64(&digest.finalize()))),
            ("sha384", sha384.map(|digest| base64(&digest.finalize()))),
            ("sha512", sha512.map(|digest| base64(&digest.finalize()))),
        ];
        let by_algorithm = digests.into_iter().filter_map(|(name, digest)| Some((name, digest?))).collect();
        Ok(Self { content: None, size, by_algorithm })
    }
}

impl<'a> Digests<'a> {
    /// Creates the set without computing any digest.
    pub fn new(content: impl Into<Blocks<'a>>) -> Self {
        let content = content.into();
        Self { content: Some(content), size: content.len(), by_algorithm: BTreeMap::new() }
    }

    fn get(&mut self, algorithm: &str) -> Option<&str> {
        let (algorithm, digest): (_, fn(Blocks<'_>) -> String) = match algorithm {
            "sha256" => ("sha256", digest::<Sha256>),
            "sha384" => ("sha384", digest::<Sha384>),
            "sha512" => ("sha512", digest::<Sha512>),
            _ => return None,
        };
        let Some(content) = self.content else {
            return self.by_algorithm.get(algorithm).map(String::as_str);
        };
        Some(self.by_algorithm.entry(algorithm).or_insert_with(|| {
            #[cfg(test)]
            tests::TAKEN.with(|taken| taken.set(taken.get() + 1));
            digest(content)
        }))
    }
}

fn digest<D: sha2::Digest>(content: Blocks<'_>) -> String {
    let mut digest = D::new();
    content.each(|block| digest.update(block));
    base64(&digest.finalize())
}

impl RecordRow {
    /// Returns the row of a file, with its SHA-256 and size.
    pub fn of(path: &str, bytes: &[u8]) -> Self {
        Self::of_blocks(path, bytes.into())
    }

    /// Returns the row of content that is read in blocks.
    pub fn of_blocks(path: &str, content: Blocks<'_>) -> Self {
        Self {
            path: path.to_owned(),
            hash: format!("sha256={}", digest::<Sha256>(content)),
            size: content.len().to_string(),
        }
    }

    /// Returns a row without digest and size, as for RECORD itself.
    pub fn bare(path: &str) -> Self {
        Self { path: path.to_owned(), hash: String::new(), size: String::new() }
    }

    /// Checks that `content` is the file of this row.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn check<'a>(&self, content: impl Into<Blocks<'a>>) -> Result<(), RecordError> {
        self.check_digests(&mut Digests::new(content))
    }

    /// Checks that a file is that of this row, sharing digests with other rows.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn check_digests(&self, digests: &mut Digests<'_>) -> Result<(), RecordError> {
        let path = || self.path.clone();
        if self.hash.is_empty() {
            return Err(RecordError::NoDigest(path()));
        }
        let (algorithm, said) = self.hash.split_once('=').unwrap_or((&self.hash, ""));
        let Some(found) = digests.get(algorithm) else {
            return Err(RecordError::Algorithm { path: path(), algorithm: algorithm.to_owned() });
        };
        if found != said.trim_end_matches('=') {
            return Err(RecordError::Digest(path()));
        }
        let found = digests.size;
        if !self.size.is_empty() && self.size.parse() != Ok(found) {
            return Err(RecordError::Size { path: path(), said: self.size.clone(), found });
        }
        Ok(())
    }
}

impl RecordRow {
    /// Returns whether the digest is the file's in hexadecimal digits, as some installers of
    /// distributions wrote it, and the size is the file's.
    pub fn has_hex_digest(&self, digests: &mut Digests<'_>) -> bool {
        let Some((algorithm, said)) = self.hash.split_once('=') else { return false };
        let bytes = (0..said.len() / 2).map(|at| u8::from_str_radix(said.get(2 * at..2 * at + 2)?, 16).ok());
        let is_hex = said.bytes().all(|digit| digit.is_ascii_hexdigit());
        let Some(bytes) = bytes.collect::<Option<Vec<u8>>>().filter(|_| is_hex) else { return false };
        let row = Self { hash: format!("{algorithm}={}", base64(&bytes)), ..self.clone() };
        row.check_digests(digests).is_ok()
    }
}

impl Record {
    /// Reads a RECORD; lines may end in LF or CRLF.
    ///
    /// # Errors
    /// [`RecordError::Encoding`], [`RecordError::Quotes`], [`RecordError::Fields`].
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordError> {
        let text = std::str::from_utf8(bytes).map_err(|_| RecordError::Encoding)?;
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rows = Vec::new();
        let mut line = 0;
        while !rest.is_empty() {
            line += 1;
            let mut fields = Vec::new();
            loop {
                let (field, after) = field(rest).ok_or(RecordError::Quotes(line))?;
                fields.push(field);
                match after.strip_prefix(',') {
                    Some(after) => rest = after,
                    None => {
                        rest = after;
                        break;
                    }
                }
            }
            let after = rest.strip_prefix('\r').unwrap_or(rest);
            rest = match after.strip_prefix('\n') {
                Some(after) => after,
                None if after.is_empty() => after,
                None => return Err(RecordError::Quotes(line)),
            };
            match <[String; 3]>::try_from(fields) {
                Ok([path, hash, size]) => rows.push(RecordRow { path, hash, size }),
                // Empty lines have no row.
                Err(fields) if fields.len() == 1 && fields[0].is_empty() => {}
                Err(fields) => return Err(RecordError::Fields { line, found: fields.len() }),
            }
        }
        Ok(Self { rows })
    }

    /// Returns the text: rows as they are, each ended by LF.
    pub fn render(&self) -> String {
        let row =
            |row: &RecordRow| format!("{},{},{}\n", quoted(&row.path), quoted(&row.hash), quoted(&row.size));
        self.rows.iter().map(row).collect()
    }

    /// Checks every file against its row and every row against the files. `path` is that of RECORD
    /// itself, whose row has no digest; neither do the rows of its signatures.
    ///
    /// # Errors
    /// [`RecordError`], for the first wrong file in the order of the files.
    pub fn verify<'a>(
        &self,
        path: &str,
        files: impl IntoIterator<Item = (&'a str, impl Into<Blocks<'a>>)>,
    ) -> Result<(), RecordError> {
        self.faults(path, files).into_iter().next().map_or(Ok(()), Err)
    }

    /// Returns all errors, of which [`Record::verify`] returns the first.
    pub fn faults<'a>(
        &self,
        path: &str,
        files: impl IntoIterator<Item = (&'a str, impl Into<Blocks<'a>>)>,
    ) -> Vec<RecordError> {
        let mut rows = BTreeMap::new();
        let mut faults = Vec::new();
        let mut duplicates = BTreeSet::new();
        for row in &self.rows {
            if rows.insert(row.path.as_str(), row).is_some() && duplicates.insert(row.path.as_str()) {
                faults.push(RecordError::Duplicate(row.path.clone()));
            }
        }
        for (name, content) in files {
            let row = rows.remove(name);
            if name == path || is_signature(name, path) {
                continue;
            }
            let checked = match row {
                Some(row) => row.check(content),
                None => Err(RecordError::Unlisted(name.to_owned())),
            };
            faults.extend(checked.err());
        }
        faults.extend(rows.into_keys().map(|missing| RecordError::Missing(missing.to_owned())));
        faults
    }
}

/// Returns whether the file is `RECORD.jws` or `RECORD.p7s`, next to RECORD.
pub(super) fn is_signature(name: &str, record: &str) -> bool {
    name.strip_prefix(record).is_some_and(|suffix| suffix == ".jws" || suffix == ".p7s")
}

/// Splits off one field; the rest starts with a comma or a line end, or is empty.
fn field(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut field = String::new();
    loop {
        let quote = rest.find('"')?;
        field.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None if rest.is_empty() || rest.starts_with([',', '\r', '\n']) => return Some((field, rest)),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "demo-1.dist-info/RECORD";

    std::thread_local! {
        /// Number of digests computed by this thread.
        pub(super) static TAKEN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    #[test]
    fn a_file_that_is_read_in_blocks_has_the_digests_of_its_bytes() {
        let bytes: Vec<u8> = (0..3 * BLOCK + 7).map(|at| at as u8).collect();
        let row = RecordRow::of("a.so", &bytes);
        let other = RecordRow { hash: "sha512=x".to_owned(), ..row.clone() };
        let mut digests = Digests::read(bytes.as_slice(), [&row, &other].into_iter()).unwrap();
        assert_eq!(row.check_digests(&mut digests), Ok(()));
        assert!(matches!(other.check_digests(&mut digests), Err(RecordError::Digest(_))));
        let mut digests = Digests::read(&bytes[1..], [&row].into_iter()).unwrap();
        assert!(matches!(row.check_digests(&mut digests), Err(RecordError::Digest(_))));
    }

    #[test]
    fn each_digest_of_a_file_is_taken_once() {
        let rows = (0..100_000).map(|number| RecordRow {
            hash: format!("{}=x", ["sha256", "sha384", "sha512", "md5"][number % 4]),
            ..RecordRow::bare("a.py")
        });
        let rows: Vec<RecordRow> = rows.collect();
        TAKEN.set(0);
        let mut digests = Digests::new(b"x = 1\n".as_slice());
        assert!(rows.iter().all(|row| row.check_digests(&mut digests).is_err()));
        assert_eq!(TAKEN.get(), 3);
        assert_eq!(RecordRow::of("a.py", b"x = 1\n").check_digests(&mut digests), Ok(()));
        assert_eq!(TAKEN.get(), 3);

        TAKEN.set(0);
        let faults = Record { rows }.faults(RECORD, [("a.py", b"x = 1\n".as_slice())]);
        assert_eq!(faults[0], RecordError::Duplicate("a.py".into()));
        assert_eq!((faults.len(), TAKEN.get()), (2, 0), "{faults:?}");
    }

    #[test]
    fn rows_are_as_python_writes_them() {
        // base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=")
        let row = RecordRow::of("a,\"b\".py", b"x = 1\n");
        let record = Record { rows: vec![row, RecordRow::bare(RECORD)] };
        let text = record.render();
        assert_eq!(
            text,
            "\"a,\"\"b\"\".py\",sha256=nia_NpkRxFwkPGhBR7I_yeHc_PJX0pmhxjIBam_NM_Q,6\ndemo-1.dist-info/RECORD,,\n"
        );
        assert_eq!(Record::parse(text.as_bytes()).unwrap(), record);
        assert_eq!(Record::parse(text.replace('\n', "\r\n").as_bytes()).unwrap(), record);
        assert_eq!(base64(b"\xff\xff\xfe"), "___-");
        assert_eq!((base64(b"a"), base64(b"ab")), ("YQ".to_owned(), "YWI".to_owned()));
    }

    #[test]
    fn broken_rows() {
        let parse = |text: &str| Record::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(parse("a,b\n"), "RECORD, line 1: 2 fields instead of 3");
        assert_eq!(
            parse("a,b,c\n\"a,b,c\n"),
            "RECORD, line 2: the quotes do not close, or something follows them"
        );
        assert_eq!(parse("\"a\"b,,\n"), "RECORD, line 1: the quotes do not close, or something follows them");
        assert_eq!(Record::parse(b"\xff,,"), Err(RecordError::Encoding));
        assert_eq!(Record::parse(b"").unwrap(), Record::default());
    }

    #[test]
    fn files_are_held_against_rows() {
        let record = Record { rows: vec![RecordRow::of("a", b"1"), RecordRow::bare(RECORD)] };
        let files = [("a", b"1".as_slice()), (RECORD, b"")];
        let signed = [("a", b"1".as_slice()), (RECORD, b""), ("demo-1.dist-info/RECORD.jws", b"x")];
        assert_eq!(record.verify(RECORD, files), Ok(()));
        assert_eq!(record.verify(RECORD, signed), Ok(()));
        let verify = |record: &Record, files: &[(&str, &[u8])]| {
            record.verify(RECORD, files.iter().copied()).unwrap_err().to_string()
        };
        let changed = |change: fn(&mut RecordRow)| {
            let mut record = record.clone();
            change(&mut record.rows[0]);
            verify(&record, &files)
        };
        assert_eq!(
            verify(&record, &[("a", b"2"), (RECORD, b"")]),
            "\"a\" is not the file that RECORD lists: its digest differs"
        );
        assert_eq!(verify(&record, &[(RECORD, b"")]), "RECORD lists \"a\", which does not exist");
        let more: [(&str, &[u8]); 3] = [("a", b"1"), ("b", b""), (RECORD, b"")];
        assert_eq!(verify(&record, &more), "RECORD does not list \"b\"");
        assert_eq!(changed(|row| row.hash.clear()), "RECORD has no digest for \"a\"");
        assert_eq!(
            changed(|row| row.hash = "md5=xyz".to_owned()),
            "RECORD has a digest for \"a\" that is not accepted: \"md5\" (sha256, sha384 and sha512 are)"
        );
        assert_eq!(
            changed(|row| row.size = "9".to_owned()),
            "\"a\" is not the file that RECORD lists: 1 byte instead of 9"
        );
        let twice = Record { rows: vec![RecordRow::of("a", b"1"), RecordRow::of("a", b"1")] };
        assert_eq!(verify(&twice, &files), "RECORD lists \"a\" twice");
    }

    proptest::proptest! {
        #[test]
        fn any_path_survives(paths in proptest::collection::vec("[ -~\n\r\"',ü]{1,12}", 0..5)) {
            let record = Record { rows: paths.iter().map(|path| RecordRow::of(path, path.as_bytes())).collect() };
            proptest::prop_assert_eq!(Record::parse(record.render().as_bytes()), Ok(record));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = Record::parse(text.as_bytes());
        }
    }
}
