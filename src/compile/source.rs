//! Source bytes → syntax tree, once for all targets and levels.

use super::shown_line::LineReading;
use super::warned::of_remark;
use super::{Columns, CompilerWarning, SourceRefusal, Warnings, pipeline};
use crate::allowance;
use crate::decode::EncodedSource;
use crate::syntax::ast::Module;
use crate::syntax::{self, Remark, SourceText, TreeBuilders};
use crate::target::{Release, Target};
use crate::text::{ErrorType, Location, Names, SyntaxError};
use bumpalo::Bump;
use std::cell::Cell;

/// A second byte order mark, which parsers accept and CPython does not.
const SECOND_MARK: char = '\u{feff}';

/// Largest stack use of the passes for each level of the tree, in bytes.
const NODE_STACK: usize = 18 << 10;

/// A decoded source, to be compiled for several targets and levels.
///
/// It is parsed when it is first compiled, and again only for a target whose tree may differ.
#[derive(Debug)]
pub struct Source {
    text: SourceText,
    /// The only target whose decoding rules apply, if any.
    only: Option<Release>,
    /// True if another empty line was added; none if no target adds one.
    adds_line: Option<bool>,
    /// Rules for showing a line of it with an error.
    reading: LineReading,
    /// The text with replacement characters, if bytes of its comments are not UTF-8.
    replaced: Option<String>,
    /// Error at the end of the source, for that target.
    unended: Option<SyntaxError>,
    /// Error in a source that is not UTF-8, and remarks before it, for that target.
    undecoded: Option<(SyntaxError, Vec<Remark>)>,
    parsed: Option<SourceTree>,
}

self_cell::self_cell! {
    /// A tree and the memory that contains it.
    struct OwnedTree {
        owner: Bump,
        #[covariant]
        dependent: Module,
    }

    impl {Debug}
}

/// The tree that was compiled last.
#[derive(Debug)]
struct SourceTree {
    tree: OwnedTree,
    /// Names of the tree, and names derived from them.
    names: Names,
    /// Remarks that the text causes.
    remarks: Vec<Remark>,
    /// The targets that produce this tree.
    builders: TreeBuilders,
}

impl SourceTree {
    /// Parses `text`. `remarks` receives the remarks if it is refused.
    fn new(text: &SourceText, target: &Target, remarks: &mut Vec<Remark>) -> Result<Self, SyntaxError> {
        let mut names = Names::for_source(text.text().len());
        let mut builders = TreeBuilders::All;
        let tree = OwnedTree::try_new(Bump::new(), |arena| {
            let parsed = syntax::read(text, target, arena, &mut names, remarks)?;
            builders = parsed.builders;
            allowance::hold(arena.allocated_bytes());
            Ok(parsed.module)
        })?;
        allowance::hold(size(&names, remarks));
        names.end_source();
        Ok(Self { tree, names, remarks: std::mem::take(remarks), builders })
    }

    /// Counts the memory of a tree that was made under another allowance.
    fn hold(&self) {
        allowance::hold(self.tree.borrow_owner().allocated_bytes() + size(&self.names, &self.remarks));
    }
}

fn size(names: &Names, remarks: &Vec<Remark>) -> usize {
    names.size() + remarks.capacity() * size_of::<Remark>()
}

impl Source {
    /// Decodes the bytes of a file for `target`, and for all other targets that it serves.
    ///
    /// # Errors
    /// Reports errors of CPython's decoding; syntax errors are reported by [`Self::compile`].
    pub fn read(source: &[u8], target: &Target) -> Result<Self, Box<SourceRefusal>> {
        // The text, what it is read into, and what decoding takes meanwhile.
        allowance::hold(source.len().saturating_mul(6));
        let encoded = EncodedSource::new(source);
        let mut reading = LineReading::new(encoded);
        let mut replaced = None;
        let (text, only) = match encoded.decode(target) {
            Ok(text) => (text.into_owned(), (!encoded.is_alike()).then(|| target.release())),
            Err(error) => match encoded.mend() {
                Some((text, places))
                    if !target.features.check_comments && syntax::comments_hold(&text, &places, target) =>
                {
                    let bytes = encoded.mended_from();
                    reading = LineReading::replacing(encoded);
                    replaced = Some(String::from_utf8_lossy(&bytes).into_owned());
                    (text, Some(target.release()))
                }
                Some((text, _)) if !target.features.check_comments => {
                    let bytes = encoded.mended_from();
                    let text = SourceText::undecoded(&text, &bytes);
                    let mut remarks = Vec::new();
                    let error = syntax::diagnose_refused(&text, target, &mut remarks, None).unwrap_or(error);
                    return Ok(Self {
                        text,
                        only: Some(target.release()),
                        adds_line: None,
                        reading: LineReading::replacing(encoded),
                        replaced: Some(String::from_utf8_lossy(&bytes).into_owned()),
                        unended: None,
                        undecoded: Some((error, remarks)),
                        parsed: None,
                    });
                }
                _ => {
                    let text = undecoded_line(encoded, error.location.line());
                    return Err(Box::new(SourceRefusal { error, text, parsed: false, in_bytes: false }));
                }
            },
        };
        if text.starts_with(SECOND_MARK) {
            let message = format!("invalid non-printable character U+{:04X}", u32::from(SECOND_MARK));
            let error = SyntaxError::new(message, Location::new(1, 1, 0, 0));
            return Err(Box::new(SourceRefusal { error, text, parsed: false, in_bytes: false }));
        }
        allowance::release(source.len().saturating_mul(4));
        let unended = encoded.unended(&text, target);
        let text = SourceText::pad(text);
        let adds_line =
            encoded.ends_with_carriage_return().then_some(target.features.carriage_return_adds_line);
        Ok(Self { text, only, adds_line, reading, replaced, unended, undecoded: None, parsed: None })
    }

    /// Returns the decoded text.
    pub fn text(&self) -> &str {
        self.text.text()
    }

    /// Counts the memory of a source that was read under another allowance. Its tree is counted
    /// when it is compiled.
    pub fn hold(&self) {
        allowance::hold(self.text.text().len().saturating_mul(2));
    }

    /// Returns whether the source can also be compiled for `target`.
    pub fn serves(&self, target: &Target) -> bool {
        self.only.is_none_or(|only| only == target.release())
            && self.adds_line.is_none_or(|adds| adds == target.features.carriage_return_adds_line)
    }

    /// Compiles the source ([`compile`](super::compile)), with a file name as Python represents it
    /// ([`crate::text::python::from_os`]).
    ///
    /// `warnings` receives the warnings of CPython, even if the source is refused.
    ///
    /// # Errors
    /// Same as [`compile`](super::compile).
    pub fn compile(
        &mut self,
        filename: &[u8],
        target: &'static Target,
        optimize: u8,
        columns: Columns,
        warnings: &mut Warnings,
    ) -> Result<Vec<u8>, Box<SourceRefusal>> {
        if let Some((error, remarks)) = &self.undecoded {
            warnings.issue_remarks(remarks, target);
            return Err(Box::new(self.refusal(error.clone(), false, target)));
        }
        let length = self.text.text().len();
        let mut parsed = false;
        let unended = self.unended.clone();
        let compiled = self.parsed(target, warnings).and_then(|SourceTree { tree, names, .. }| {
            if let Some(error) = unended {
                return Err(error);
            }
            parsed = true;
            allowance::ask_stack(tree.borrow_dependent().depth as usize * NODE_STACK);
            pipeline(tree.borrow_dependent(), names, length, filename, target, optimize, columns, warnings)
        });
        compiled.map_err(|error| Box::new(self.refusal(error, parsed, target)))
    }

    /// Returns a refusal with the text in which CPython shows it.
    fn refusal(&self, mut error: SyntaxError, parsed: bool, target: &Target) -> SourceRefusal {
        let text = self.replaced.as_deref().unwrap_or(self.text.text());
        if self.replaced.is_some() && error.kind == ErrorType::Token {
            error.location = self.reading.location_in_replaced(error.location);
        }
        let text = self.reading.text(text, &error, parsed, target);
        let in_bytes = match error.kind {
            ErrorType::Token => false,
            ErrorType::TokenInBytes => true,
            _ if error.text.is_some() => true,
            _ => parsed || target.features.parser_counts_bytes && self.reading.lacks_encoding(),
        };
        SourceRefusal { error, text, parsed, in_bytes }
    }

    /// Returns the error if those of the warnings `warned` are raised whose numbers are in
    /// `raised`.
    pub fn raised(
        &self,
        warned: &[CompilerWarning],
        raised: &[usize],
        target: &Target,
    ) -> Option<SourceRefusal> {
        let raised: Vec<_> = raised.iter().filter_map(|&number| warned.get(number)).collect();
        let first = *raised.first()?;
        // CPython raises this warning as it does those about the tree.
        let like_parsed = Cell::new(false);
        let raises = |remark| {
            let made = of_remark(remark, target);
            let is_raised = raised.iter().any(|known| !known.parsed && known.warning == made.warning);
            like_parsed.set(is_raised && matches!(remark, Remark::LazyModule { .. }));
            is_raised.then_some(made.error)
        };
        if first.parsed {
            return Some(self.refusal(first.error.clone(), true, target));
        }
        let error = syntax::diagnose_refused(&self.text, target, &mut Vec::new(), Some(&raises));
        let mut refusal =
            self.refusal(error.unwrap_or_else(|| first.error.clone()), like_parsed.get(), target);
        // CPython counts some lines twice and may pass the end of the text.
        let line = usize::try_from(refusal.error.location.line()).unwrap_or_default();
        if line > refusal.text.lines().count() {
            let last = self.text.text().lines().next_back().unwrap_or_default();
            refusal.text = "\n".repeat(line - 1) + last;
        }
        Some(refusal)
    }

    /// Returns the tree for `target`, that contains only its own names.
    fn parsed(&mut self, target: &Target, warnings: &mut Warnings) -> Result<&mut SourceTree, SyntaxError> {
        let last = self.parsed.take().filter(|last| last.builders.contain(target));
        let mut parsed = match last {
            Some(parsed) => {
                parsed.hold();
                parsed
            }
            None => {
                let mut remarks = Vec::new();
                let parsed = SourceTree::new(&self.text, target, &mut remarks);
                warnings.issue_remarks(&remarks, target);
                parsed?
            }
        };
        warnings.issue_remarks(&parsed.remarks, target);
        parsed.names.forget_made();
        Ok(self.parsed.insert(parsed))
    }
}

/// Returns the text in which CPython shows a line that it could not decode: the line with
/// replacement characters and without its end, after empty lines.
fn undecoded_line(encoded: EncodedSource<'_>, number: i32) -> String {
    let Some(before) = usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) else {
        return String::new();
    };
    let bytes = encoded.mended_from();
    let line = bytes.split(|&byte| byte == b'\n').nth(before).unwrap_or_default();
    "\n".repeat(before) + &String::from_utf8_lossy(line)
}

#[cfg(test)]
mod tests {
    use super::Source;
    use crate::allowance::{Allowance, Spent, within};
    use crate::compile::{Columns, Warnings};
    use crate::target::ALL;
    use std::sync::atomic::AtomicBool;

    /// One compilation does not affect the next.
    #[test]
    fn one_tree_serves_all() {
        let sources = [
            "'doc'\nclass A:\n    'doc'\n    def f(self, __a: int = -1): return __debug__, [__b for __b in {1, 2}]\n",
            "x = '%s %r' % (a, 1 + 2)\nmatch x:\n    case -1 | {1+2j: __b}: lambda __c: not a in b\n",
            "class A[__T: '\\N{BULLET}'](B, c='\\N{FACE WITH BAGS UNDER EYES}'): __x: __T\n",
            "if x:\n\tif y:\n        \tz\n",
            "x = f'a{b!r:>{c}}' 'd' f''; y = f'{z}' if f'{w=}' else u",
            "é = '\u{1c89}'\nfor x in [1, 2]: yield\n",
        ];
        for source in sources {
            let mut shared = Source::read(source.as_bytes(), ALL[0]).unwrap();
            for target in ALL.iter().chain(&ALL) {
                for optimize in [0, 2] {
                    let alone = crate::compile::compile(source.as_bytes(), "m.py", target, optimize);
                    assert!(shared.serves(target));
                    let warnings = &mut Warnings::default();
                    assert_eq!(
                        shared.compile(b"m.py", target, optimize, Columns::Recorded, warnings),
                        alone,
                        "{source} for {target:?}"
                    );
                }
            }
        }
    }

    /// The memory of a tree counts for every compilation that uses the tree.
    #[test]
    fn a_kept_tree_takes_memory() {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let limits = Allowance { deadline: None, memory: 1 << 20, stack: usize::MAX, stop: &NEVER };
        let text = "x = [1]\n".repeat(20_000);
        let mut source = Source::read(text.as_bytes(), ALL[0]).unwrap();
        let warnings = &mut Warnings::default();
        assert!(source.parsed(ALL[0], warnings).is_ok());
        let again = within(limits, || source.parsed(ALL[0], warnings).is_ok());
        assert_eq!(again.unwrap(), Err(Spent::Memory));
    }

    /// A tree is kept only for targets that produce the same one.
    #[test]
    fn a_kept_tree_is_that_of_the_target() {
        let goldens = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let entries = walkdir::WalkDir::new(goldens).max_depth(1).sort_by_file_name().into_iter();
        let paths = entries.map(|entry| entry.unwrap().into_path());
        for path in paths.filter(|path| path.extension().is_some_and(|end| end == "py")) {
            let source = std::fs::read(&path).unwrap();
            let alone = ALL.map(|target| crate::compile::compile(&source, "m.py", target, 0));
            let orders: [Vec<usize>; 2] = [(0..ALL.len()).collect(), (0..ALL.len()).rev().collect()];
            for order in orders {
                let Ok(mut shared) = Source::read(&source, ALL[order[0]]) else { continue };
                for at in order {
                    if shared.serves(ALL[at]) {
                        let warnings = &mut Warnings::default();
                        let compiled = shared.compile(b"m.py", ALL[at], 0, Columns::Recorded, warnings);
                        assert_eq!(compiled, alone[at], "{path:?} for {}", ALL[at].release());
                    }
                }
            }
        }
    }
}
