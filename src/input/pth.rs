//! The directories and archives in files that extend the path of imports.
//!
//! CPython: `addpackage` of `Lib/site.py`, from 3.15 on `_read_pth_file`, for `.pth` files;
//! `Modules/getpath.py` for `._pth` files and `pybuilddir.txt`; `extend_path` of `Lib/pkgutil.py`
//! for `.pkg` files.

use crate::decode::locale::{self, BLANKS, Blanks};
use crate::text::ends_line;
use crate::text::python::is_space;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Largest size of a file whose paths are followed.
pub(super) const LARGEST: u64 = 1 << 20;

/// Kind of a file that extends the path of imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathForm {
    /// A `.pth` file.
    Site,
    /// A `._pth` file next to an interpreter or its library: a `#` begins a comment anywhere.
    Interpreter,
    /// The `pybuilddir.txt` next to an interpreter: its first line is a path, or in 3.8 its whole
    /// content.
    Build,
    /// A `.pkg` file, whose paths `pkgutil` adds to those of a package.
    Package,
}

impl PathForm {
    /// Returns the form of a file with this name or path; `None` for other files. Only the place of
    /// a `.pkg` file says whether Python reads it: [`package_of`].
    pub(super) fn of(path: &[u8]) -> Option<Self> {
        let file = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        if file.ends_with(b".pth") {
            Some(Self::Site)
        } else if file.ends_with(b"._pth") {
            Some(Self::Interpreter)
        } else {
            (file == b"pybuilddir.txt").then_some(Self::Build)
        }
    }
}

/// Returns whether a `.pth` file has code that moves its paths to the front of the path of imports:
/// setuptools marks them with `sys.__egginsert`.
pub(super) fn moves_paths(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"__egginsert").is_some()
}

/// Returns the package of a `.pkg` file by the file's name: `a.b` of `a.b.pkg`.
pub(super) fn package_of(file: &str) -> Option<&str> {
    let package = file.strip_suffix(".pkg")?;
    let is_word =
        |part: &str| !part.is_empty() && part.chars().all(|char| char.is_alphanumeric() || char == '_');
    package.split('.').all(is_word).then_some(package)
}

/// The paths in a file: each line that is not empty, a comment or code. Versions of Python read
/// lines in different ways, and locales decode them in different ways, so these are the paths that
/// any of them finds.
pub(super) struct PathLines<'a> {
    lines: BTreeSet<&'a [u8]>,
    /// True if lines that are not ASCII are decoded by every encoding.
    is_text: bool,
}

impl<'a> PathLines<'a> {
    /// Reads the paths in a file.
    pub(super) fn read(bytes: &'a [u8], form: PathForm) -> Self {
        let mut reader = LineReader { form, lines: BTreeSet::new() };
        let text = std::str::from_utf8(bytes);
        if let Ok(text) = text {
            reader.read_text(text);
        }
        if !bytes.is_ascii() {
            reader.read_bytes(bytes);
        }
        if form == PathForm::Build {
            for whole in reader.parts(bytes) {
                reader.add(whole, whole);
            }
        }
        Self { lines: reader.lines, is_text: text.is_ok() || !bytes.contains(&0) }
    }

    /// Leaves out paths of up to three bytes, which occur by chance in a file that is not text.
    pub(super) fn without_chance(mut self) -> Self {
        self.lines.retain(|path| path.len() > 3);
        self
    }

    /// Returns true if no line is a path.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns the paths. Up to 3.12, and in files that are not UTF-8, the encoding is that of the
    /// locale; paths are encoded by that of the file system, which can be another one.
    pub(super) fn iter(&self) -> impl Iterator<Item = Cow<'a, [u8]>> {
        self.lines.iter().flat_map(|&line| {
            let others = match self.is_text && !line.is_ascii() {
                true => locale::texts(line),
                false => BTreeSet::new(),
            };
            let others = others.into_iter().filter(move |text| text.as_bytes() != line);
            std::iter::once(Cow::Borrowed(line)).chain(others.map(|text| Cow::Owned(text.into_bytes())))
        })
    }
}

struct LineReader<'a> {
    form: PathForm,
    lines: BTreeSet<&'a [u8]>,
}

impl<'a> LineReader<'a> {
    fn read_text(&mut self, text: &'a str) {
        // Up to 3.12, a byte order mark is a part of the first line.
        for text in [text, text.strip_prefix('\u{feff}').unwrap_or(text)] {
            // Up to 3.12, only newlines end a line.
            if self.form == PathForm::Package {
                for line in text.split(['\n', '\r']) {
                    self.add(line.as_bytes(), line.as_bytes());
                }
            }
            for line in text.split(['\n', '\r']).chain(text.split(ends_line)) {
                for line in self.parts(line.as_bytes()) {
                    let line = std::str::from_utf8(line).unwrap_or_default();
                    self.add(line.trim_end_matches(is_space).as_bytes(), line.as_bytes());
                    // From 3.15 on, blanks before a line are ignored.
                    let bare = line.trim_start_matches(is_space);
                    self.add(bare.trim_end_matches(is_space).as_bytes(), bare.as_bytes());
                }
            }
        }
    }

    /// Reads lines under the encodings of all locales.
    fn read_bytes(&mut self, bytes: &'a [u8]) {
        let lines = bytes.split(|byte| b"\n\r".contains(byte)).chain(bytes.split(|&byte| ends_ascii(byte)));
        for line in lines {
            for line in self.parts(line) {
                self.add_stripped(line, &[]);
                let bare = without_start(without_end(line, &[]), &[]);
                for blanks in &BLANKS {
                    if blanks.blanks.iter().any(|blank| bare.starts_with(blank) || bare.ends_with(blank)) {
                        self.add_stripped(line, blanks.blanks);
                    }
                    for line in pieces(line, blanks) {
                        self.add_stripped(line, blanks.blanks);
                    }
                }
            }
        }
    }

    /// Returns a line, its part before a comment, and its part before a NUL, where C strings end.
    fn parts(&self, line: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let before = |end: u8| line.iter().position(|&byte| byte == end).map(|at| &line[..at]);
        let comment = before(b'#').filter(|_| self.form == PathForm::Interpreter);
        let is_string = !matches!(self.form, PathForm::Site | PathForm::Package);
        let string = before(0).filter(|_| is_string);
        std::iter::once(line).chain(comment).chain(string)
    }

    fn add_stripped(&mut self, line: &'a [u8], blanks: &[&[u8]]) {
        self.add(without_end(line, blanks), line);
        let bare = without_start(line, blanks);
        self.add(without_end(bare, blanks), bare);
    }

    /// Adds a path, unless the line that it was is a comment or code.
    fn add(&mut self, path: &'a [u8], line: &[u8]) {
        let is_code = match self.form {
            PathForm::Site => {
                line.starts_with(b"#") || line.starts_with(b"import ") || line.starts_with(b"import\t")
            }
            PathForm::Interpreter => line.starts_with(b"#") || line.starts_with(b"import "),
            PathForm::Build => false,
            PathForm::Package => line.starts_with(b"#"),
        };
        if !path.is_empty() && !is_code {
            self.lines.insert(path);
        }
    }
}

/// Returns the lines within a line that end at characters beyond ASCII, if there are any.
fn pieces<'a>(line: &'a [u8], blanks: &Blanks) -> Vec<&'a [u8]> {
    let (mut pieces, mut start, mut at) = (Vec::new(), 0, 0);
    if !blanks.ends.iter().any(|end| memchr::memmem::find(line, end).is_some()) {
        return pieces;
    }
    while at < line.len() {
        match blanks.ends.iter().find(|end| line[at..].starts_with(end)) {
            Some(end) => {
                pieces.push(&line[start..at]);
                at += end.len();
                start = at;
            }
            None => at += 1,
        }
    }
    pieces.push(&line[start..]);
    pieces
}

/// Returns the length of the blank at an end of a line.
fn blank(blanks: &[&[u8]], ascii: Option<&u8>, is_here: impl Fn(&[u8]) -> bool) -> Option<usize> {
    match ascii {
        Some(&byte) if is_space(char::from(byte)) && byte.is_ascii() => Some(1),
        _ => blanks.iter().find(|blank| is_here(blank)).map(|blank| blank.len()),
    }
}

fn without_end<'a>(mut line: &'a [u8], blanks: &[&[u8]]) -> &'a [u8] {
    while let Some(length) = blank(blanks, line.last(), |blank| line.ends_with(blank)) {
        line = &line[..line.len() - length];
    }
    line
}

fn without_start<'a>(mut line: &'a [u8], blanks: &[&[u8]]) -> &'a [u8] {
    while let Some(length) = blank(blanks, line.first(), |blank| line.starts_with(blank)) {
        line = &line[length..];
    }
    line
}

fn ends_ascii(byte: u8) -> bool {
    byte.is_ascii() && ends_line(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(bytes: &[u8], form: PathForm) -> BTreeSet<Vec<u8>> {
        PathLines::read(bytes, form).iter().map(Cow::into_owned).collect()
    }

    fn read(bytes: &[u8]) -> Vec<String> {
        read_as(bytes, PathForm::Site).iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    }

    #[test]
    fn lines_as_site_reads_them() {
        let text = "# comment\n\nimport os; x()\nimport\tsys\n../lib.egg  \r\n/abs\r\n../lib.egg\n";
        assert_eq!(read(text.as_bytes()), ["../lib.egg", "/abs"]);
        assert!(PathLines::read(b"# \xff\n", PathForm::Site).is_empty());
    }

    #[test]
    fn every_version_counts() {
        // 3.8 to 3.14 keep blanks before a path, 3.15 does not.
        assert_eq!(read(b"  out\n  # no\n"), ["  # no", "  out", "out"]);
        assert_eq!(read(b"\timport os\n"), ["\timport os"]);
        // All versions strip what Python calls a blank.
        assert_eq!(read(b"out\x1f\n"), ["out"]);
        // 3.8 to 3.12 end a line only at newlines.
        assert_eq!(read(b"out\x0by\n"), ["out", "out\u{b}y", "y"]);
        assert_eq!(read(b"a\rb\r\nc"), ["a", "b", "c"]);
        // 3.8 to 3.12 keep a byte order mark, or see other letters instead.
        let marked = read_as("\u{feff}/out".as_bytes(), PathForm::Site);
        for path in ["/out", "\u{feff}/out", "\u{ef}\u{bb}\u{bf}/out"] {
            assert!(marked.contains(path.as_bytes()), "{path:?}");
        }
    }

    #[test]
    fn every_locale_counts() {
        let rows: [(&[u8], &[u8]); 10] = [
            // U+00A0 in Latin-1, KOI8-R, IBM866 and Mac OS Roman; U+0085 in Latin-1.
            ("out\u{e0}".as_bytes(), b"out\xc3"),
            (b"out\x9a\n", b"out"),
            (b"out\xff\n", b"out"),
            (b"out\xca \n", b"out"),
            (b"out\x85y\n", b"out"),
            (b"out\x85y\n", b"y"),
            // U+3000 in GBK and Shift_JIS, after a letter whose second byte is that of a blank.
            (b"out\xa1\xa1\t\n", b"out"),
            (b"\xb0\xa1\xa1\xa1\n", b"\xb0\xa1"),
            (b"\x81\x40out\x81\x40\n", b"out"),
            // U+2028 in GB 18030.
            (b"x\x81\x36\xa6\x35out\n", b"out"),
        ];
        for (content, path) in rows {
            let found = read_as(content, PathForm::Site);
            assert!(found.contains(path), "{}: {found:?}", content.escape_ascii());
        }
        // The file system's encoding is UTF-8 where the locale's is KOI8-R.
        assert!(read_as(b"\xcf\xd5\xd4", PathForm::Site).contains("оут".as_bytes()));
        // A text has no path because of the letters of a comment.
        assert_eq!(read("# größe \u{a0}\nimport größe\n".as_bytes()), Vec::<String>::new());
    }

    #[test]
    fn files_next_to_an_interpreter() {
        assert_eq!(PathForm::of(b"v/bin/python3._pth"), Some(PathForm::Interpreter));
        assert_eq!(PathForm::of(b"v/bin/pybuilddir.txt"), Some(PathForm::Build));
        assert_eq!(PathForm::of(b"v/x.pth"), Some(PathForm::Site));
        assert_eq!(PathForm::of(b"v/x.pth/y"), None);
        let found = read_as(b" ../out # no\nimport site\n", PathForm::Interpreter);
        assert!(
            found.contains(b"../out".as_slice()) && !found.contains(b"import site".as_slice()),
            "{found:?}"
        );
        assert!(read_as(b"#/../out", PathForm::Build).contains(b"#/../out".as_slice()));
        // A C string ends at a NUL, and 3.8 reads all lines of `pybuilddir.txt` as one path.
        assert!(read_as(b"lib\n../out\0x", PathForm::Interpreter).contains(b"../out".as_slice()));
        assert!(read_as(b"../out\0x", PathForm::Build).contains(b"../out".as_slice()));
        assert!(read_as(b"../out\nx", PathForm::Build).contains(b"../out\nx".as_slice()));
        // Only a blank after `import` makes it code here.
        assert!(read_as(b"import\t/../out", PathForm::Interpreter).contains(b"import\t/../out".as_slice()));
    }

    #[test]
    fn files_of_packages() {
        assert_eq!(package_of("zope.app.pkg"), Some("zope.app"));
        for name in [".pkg", "a..pkg", "a-b.pkg", "a.pkg.txt", "pkg"] {
            assert_eq!(package_of(name), None, "{name}");
        }
        let found = read_as(b"# no\nimport x\n/out \n", PathForm::Package);
        for path in ["import x", "/out", "/out "] {
            assert!(found.contains(path.as_bytes()), "{path}: {found:?}");
        }
        assert!(!found.contains(b"# no".as_slice()));
    }

    #[test]
    fn what_chance_finds_in_weights_does_not_count() {
        let found = PathLines::read(b"\x80\0\n/\n/x\n/usr\xff\n", PathForm::Site).without_chance();
        let found: Vec<_> = found.iter().map(Cow::into_owned).collect();
        assert_eq!(found, [b"/usr".to_vec(), b"/usr\xff".to_vec()]);
    }
}
