//! Cause of the difference between two files with the same name.

use super::alone::{Alone, own_name, read};
use super::fault::{OriginFault, OtherCode, Unchecked, both_unexplained, unexplained};
use super::listed_pyc::known;
use super::origin::{CompiledPyc, HeadedPyc, Origin, find, find_source};
use super::{SIDES, known, not_read, one_side, only_side, script, swapped};
use crate::audit::compilers::Compilers;
use crate::audit::search::Wanted;
use crate::audit::view::{CheckedSource, View};
use crate::audit::zipapp::{GENERATED, entry_point};
use crate::diff::{
    ArchivePath, Cause, CauseKind, CauseReason, DiffFinding, DifferenceKind, FileDifference, have_same_value,
    other_forms,
};
use crate::engine::Engine;
use crate::input::{Place, PlaceError};
use crate::pyc::{HEADER_SIZE, Header};
use std::collections::BTreeMap;

/// Number of characters of a source line that are kept.
const LINE: usize = 200;

/// Both sides of a comparison, or of one archive in a comparison.
pub(super) struct Pair<'a> {
    pub(super) views: &'a [View<'a>; 2],
    pub(super) sources: &'a [Option<View<'a>>; 2],
    pub(super) compilers: &'a Compilers<'a>,
    /// Paths of the archives that contain the files, on each side.
    pub(super) container: &'a [ArchivePath; 2],
}

impl Pair<'_> {
    /// Returns the cause of a difference.
    pub(super) fn cause(&self, file: &FileDifference) -> Cause {
        let names = [0, 1].map(|side| self.name(file, side));
        let [_, name] = names;
        if let Some(cause) = not_read(file) {
            return cause;
        }
        if let (Some(side), Some(cause)) = (only_side(file), one_side(file)) {
            let alone = Alone {
                side,
                view: &self.views[side],
                sources: self.sources[side].as_ref(),
                compilers: self.compilers,
            };
            return alone.cause(name, cause);
        }
        if file.is_folder() {
            return Cause::new(CauseKind::OtherPath, "the path of the directory differs");
        }
        let is_path = |finding: &&DiffFinding| finding.kind == DifferenceKind::Path;
        let is_form = |finding: &DiffFinding| {
            finding.kind == DifferenceKind::Archive || (file.whole && is_path(&finding))
        };
        if file.whole && file.findings.iter().all(is_form) && file.findings.iter().any(|one| is_path(&one)) {
            return Cause::new(CauseKind::OtherPath, "the name of the archive differs");
        }
        if file.findings.iter().all(is_form) {
            if let Some(cause) = self.alike(&names) {
                return cause;
            }
            let reason = format!("archive metadata: {}", archive_facts(file).join(", "));
            return Cause::new(CauseKind::Harmless, reason);
        }
        if file.whole {
            let words = file.findings.iter().filter(|finding| !is_form(finding));
            let words: Vec<&str> = words.map(|finding| finding.message.as_str()).collect();
            return Cause::new(CauseKind::OtherContent, words.join(", "));
        }
        if name.ends_with(".py") {
            let lines = file.findings.iter().find(|finding| finding.kind == DifferenceKind::Content);
            let lines = lines.map_or(String::new(), |finding| finding.message.clone());
            return Cause { source: Some(file.path.clone()), ..Cause::new(CauseKind::Source, lines) };
        }
        if let Some(script) = script(file) {
            return Cause { reason: CauseReason::Script(script), ..Cause::new(CauseKind::OtherContent, "") };
        }
        if !name.ends_with(".pyc") && file.has_other_targets() {
            return Cause::new(CauseKind::OtherContent, "");
        }
        if !name.ends_with(".pyc") && [0, 1].into_iter().all(|side| self.is_no_pyc(side, names[side])) {
            return Cause::new(CauseKind::OtherContent, "");
        }
        match [self.read(0, names[0]), self.read(1, names[1])] {
            [Ok((left_name, left)), Ok((right_name, right))] => {
                let are_pycs = name.ends_with(".pyc") || (is_pyc(&left) && is_pyc(&right));
                if !are_pycs {
                    return Cause::new(CauseKind::OtherContent, "");
                }
                let names = [left_name, right_name];
                with_other_facts(file, self.pycs(&names, [&left, &right]))
            }
            [Err(error), _] | [_, Err(error)] => Cause::new(CauseKind::NotChecked, error.to_string()),
        }
    }

    /// Returns the cause if both sides have the same pyc and it is not, on each side, the result of
    /// compiling the source of this side.
    pub(super) fn alike(&self, names: &[&str; 2]) -> Option<Cause> {
        if !names[1].ends_with(".pyc") {
            return None;
        }
        let [left, right] = [0, 1].map(|side| self.read(side, names[side]).ok());
        let ((left_name, left), (right_name, right)) = (left?, right?);
        let one = find(&self.views[0], self.sources[0].as_ref(), &left_name, &left);
        let other = find(&self.views[1], self.sources[1].as_ref(), &right_name, &right);
        let [from, other_from] = [&one, &other].map(|found| found.as_ref().ok().and_then(HeadedPyc::source));
        let is_same = left == right
            && from
                .zip(other_from)
                .is_some_and(|(one, other)| one.mtime == other.mtime && one.bytes == other.bytes);
        let origin = self.origin_of(&one);
        let origins = [origin.clone(), if is_same { origin } else { self.origin_of(&other) }];
        let is_other = |origin: &Origin| matches!(origin, Origin::Other(_));
        let [one, other] = swapped::with_other_sources([&one, &other], origins, self.compilers);
        (is_other(&one) || is_other(&other)).then(|| not_explained(&one, &other))
    }

    /// Returns the name of a file within the place of one side.
    pub(super) fn name<'b>(&self, file: &'b FileDifference, side: usize) -> &'b str {
        self.container[side].name_of(file.paths()[side])
    }

    /// Returns whether a file with any name can be read and is not a pyc, without reading all of
    /// it.
    fn is_no_pyc(&self, side: usize, name: &str) -> bool {
        let view = &self.views[side];
        view.place.carrier(&own_name(view, name)).is_ok_and(|carrier| carrier.magic.is_none())
    }

    /// Returns the source lines, left and right, of the instructions in the findings.
    pub(super) fn lines(&self, file: &FileDifference) -> [BTreeMap<u32, String>; 2] {
        [0, 1].map(|side| {
            let numbers = file.line_numbers(side == 0);
            if numbers.is_empty() {
                return BTreeMap::new();
            }
            let view = &self.views[side];
            let name = own_name(view, self.name(file, side));
            let Ok(source) = find_source(view, self.sources[side].as_ref(), &name).1 else {
                return BTreeMap::new();
            };
            let text = String::from_utf8_lossy(&source.bytes);
            let lines = (1..).zip(text.lines()).filter(|(number, _)| numbers.contains(number));
            lines.map(|(number, line)| (number, line.chars().take(LINE).collect())).collect()
        })
    }

    /// Reads a file of one side, and returns its name there.
    pub(super) fn read(&self, side: usize, name: &str) -> Result<(String, Vec<u8>), PlaceError> {
        read(&self.views[side], name)
    }

    /// Returns the relations of a pyc that both sides have to their sources.
    pub(super) fn origins(&self, names: &[String; 2], pyc: &[u8]) -> [Origin; 2] {
        let found =
            [0, 1].map(|side: usize| find(&self.views[side], self.sources[side].as_ref(), &names[side], pyc));
        let origins = [0, 1].map(|side: usize| self.origin_of(&found[side]));
        swapped::with_other_sources(found.each_ref(), origins, self.compilers)
    }

    fn origin_of(&self, found: &Result<HeadedPyc<'_>, Origin>) -> Origin {
        match found {
            Ok(found) => found.origin(self.compilers, Wanted::First),
            Err(origin) => origin.clone(),
        }
    }

    fn pycs(&self, names: &[String; 2], pycs: [&[u8]; 2]) -> Cause {
        let find =
            |side: usize| find(&self.views[side], self.sources[side].as_ref(), &names[side], pycs[side]);
        let found = [find(0), find(1)];
        let own = [0, 1].map(|side: usize| found[side].as_ref().ok().and_then(HeadedPyc::source));
        // A pyc without a source may come from the source of the other side.
        let lacks = [0, 1].map(|side: usize| found[side].as_ref().is_ok_and(HeadedPyc::lacks_source));
        let lent = own.map(|own| own.map(CheckedSource::lent));
        let sources = [0, 1].map(|side: usize| own[side].or(lent[1 - side].as_ref().filter(|_| lacks[side])));
        let mut opened = [0, 1].map(|side: usize| Engine::open(sources[side].map_or(&[], |one| &one.bytes)));
        let [one, other] = &mut opened;
        let is_same = sources[0].zip(sources[1]).is_some_and(|(one, other)| one.bytes == other.bytes);
        // Only two codes of one source can be the work of two releases.
        let is_other_code = pycs[0].get(HEADER_SIZE..) != pycs[1].get(HEADER_SIZE..);
        let wanted = if is_same && is_other_code { Wanted::All } else { Wanted::First };
        let mut of = |side: usize, wanted: Wanted| match (&found[side], sources[side]) {
            (Err(origin), _) => origin.clone(),
            (Ok(found), None) => found.origin(self.compilers, wanted),
            (Ok(found), Some(source)) => {
                // An equal source is parsed once.
                let opened = if side == 0 || is_same { &mut *one } else { &mut *other };
                match found.origin_from(source, opened, self.compilers, wanted) {
                    Origin::Other(fault) if lacks[side] && !matches!(fault, OriginFault::Filename(_)) => {
                        let code = match &fault {
                            OriginFault::Header { code, .. } => matches!(code, OtherCode::Right),
                            _ => false,
                        };
                        // Of two files, git passes one that the other commit's source explains.
                        let is_single = matches!(self.views[side].place, Place::File(_));
                        let first = fault.place().filter(|_| !is_single);
                        Origin::Unknown(Unchecked::Lent { lender: 1 - side, has_other_header: code, first })
                    }
                    origin => origin,
                }
            }
        };
        let mut origins = [of(0, wanted), of(1, wanted)];
        if wanted == Wanted::First && is_other_code && is_open(&origins) {
            origins = [of(0, Wanted::All), of(1, Wanted::All)];
        }
        let mut cause = match swapped::with_other_sources(found.each_ref(), origins, self.compilers) {
            [Origin::Source(left), Origin::Source(right)] => {
                explained(&left, &right, pycs, &self.container[1])
            }
            [left, right] => return not_explained(&left, &right),
        };
        if let Some(side) = lacks.into_iter().position(|lacks| lacks) {
            let (lacks, has) = (SIDES[side], SIDES[1 - side]);
            cause.reason.add(&format!("; the {lacks} pyc has no source, so the {has} one was compiled"));
        }
        cause
    }
}

/// Returns the cause for two pycs, of which at least one is not known to come from its source.
pub(super) fn not_explained(left: &Origin, right: &Origin) -> Cause {
    match (left, right) {
        (Origin::Other(left), Origin::Other(right)) => both_unexplained(left, right),
        (Origin::Other(fault), _) => unexplained(0, fault),
        (_, Origin::Other(fault)) => unexplained(1, fault),
        (Origin::Unknown(left), Origin::Unknown(right)) if left == right => left.cause(""),
        (Origin::Unknown(why), _) => why.cause("the left pyc was not checked: "),
        (_, Origin::Unknown(why)) => why.cause("the right pyc was not checked: "),
        _ => Cause::new(CauseKind::NotChecked, "no release is known to write it"),
    }
}

/// Returns the parts of the archive metadata that differ.
fn archive_facts(file: &FileDifference) -> Vec<&str> {
    let findings = file.findings.iter().filter(|finding| finding.kind == DifferenceKind::Archive);
    let mut facts: Vec<&str> = findings.map(|finding| finding.message.as_str()).collect();
    facts.dedup();
    facts
}

/// Adds to the cause of a pyc that its path and its entry in an archive differ too.
fn with_other_facts(file: &FileDifference, mut cause: Cause) -> Cause {
    if matches!(cause.kind, CauseKind::Unexplained | CauseKind::NotChecked) {
        return cause;
    }
    let has_paths = file.findings.iter().any(|finding| finding.kind == DifferenceKind::Path);
    if has_paths && cause.kind != CauseKind::OtherPath {
        cause.reason.add("; the layout differs");
    }
    let facts = archive_facts(file);
    if !facts.is_empty() {
        cause.reason.add(&format!("; archive metadata differs: {}", facts.join(", ")));
    }
    cause
}

fn is_pyc(bytes: &[u8]) -> bool {
    bytes.get(2..4) == Some(b"\r\n")
}

/// Returns the cause of a difference between two pycs whose sources compile to their code.
fn explained(left: &CompiledPyc, right: &CompiledPyc, pycs: [&[u8]; 2], container: &ArchivePath) -> Cause {
    let [Ok(one), Ok(other)] = pycs.map(Header::parse) else {
        return Cause::new(CauseKind::NotChecked, "a header cannot be read");
    };
    if pycs[0] == pycs[1] {
        return Cause::new(CauseKind::OtherPath, "the same pyc in another layout");
    }
    if let Some(cause) = other_entry_point(&left.source, &right.source) {
        return cause;
    }
    let same_code = match one.magic() == other.magic() && have_same_value(&left.objects, &right.objects) {
        true if pycs[0][HEADER_SIZE..] == pycs[1][HEADER_SIZE..] => Some(Vec::new()),
        true => Some(other_forms(&left.objects, &right.objects)),
        false => None,
    };
    let is_same_source = left.source.bytes == right.source.bytes;
    let found = known::cause([&known(left, one), &known(right, other)], is_same_source, same_code.as_deref());
    let source = container.member(&right.source.name);
    Cause { source: Some(source).filter(|_| found.kind == CauseKind::FollowsFromSource), ..found }
}

/// Returns the cause if the pycs were made for two entry points.
fn other_entry_point(left: &CheckedSource, right: &CheckedSource) -> Option<Cause> {
    if left.bytes == right.bytes || [left, right].iter().any(|source| source.name != GENERATED) {
        return None;
    }
    let (one, other) = (entry_point(&left.bytes)?, entry_point(&right.bytes)?);
    let reason = format!("the entry points differ: {one} on the left, {other} on the right");
    Some(Cause::new(CauseKind::OtherContent, reason))
}

/// Returns whether the releases that compile the sources to these pycs have to be known completely:
/// the first ones found differ, or do not write the same form.
fn is_open(origins: &[Origin; 2]) -> bool {
    let [Origin::Source(left), Origin::Source(right)] = origins else { return false };
    left.releases != right.releases || !left.forms.is_empty() || !right.forms.is_empty()
}
