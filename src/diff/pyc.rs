//! Comparison of two pycs, from the header to the instruction.

use super::code::Comparer;
use super::content::bytes_row;
use super::model::{DiffFinding, DifferenceKind};
use super::references;
use super::same::{first_difference, have_same_value, same_orders};
use crate::manifest::hex;
use crate::marshal;
use crate::object::{CodeView, Objects};
use crate::project::{PACKAGES, library_version};
use crate::pyc::{HEADER_SIZE, Header, InvalidationMode, parse_name};
use crate::target::Series;
use crate::text;

/// Returns the differences of two pycs; empty only if their bytes are the same. `name` determines
/// the name of the module: `demo/__pycache__/core.cpython-314.pyc`.
pub fn compare_pycs(name: &str, left: &[u8], right: &[u8]) -> Vec<DiffFinding> {
    compare_with(name, left, right, |_, _| {})
}

/// Returns the differences of two pycs without those in the order of elements of sets, which is not
/// part of a value; if nothing else differs, returns those.
pub(crate) fn compare_values(name: &str, left: &[u8], right: &[u8]) -> Vec<DiffFinding> {
    compare_with(name, left, right, |left, right| {
        if !have_same_value(left, right) {
            same_orders(left, right);
        }
    })
}

fn compare_with(
    name: &str,
    left: &[u8],
    right: &[u8],
    prepare: impl FnOnce(&mut Objects, &mut Objects),
) -> Vec<DiffFinding> {
    if left == right {
        return Vec::new();
    }
    let headers = match (Header::parse(left), Header::parse(right)) {
        (Ok(left), Ok(right)) => (left, right),
        (one, other) => return vec![unreadable(one.err(), other.err())],
    };
    let mut findings = Vec::new();
    findings.extend(compare_headers(headers.0, headers.1));
    let (left, right) = (&left[HEADER_SIZE..], &right[HEADER_SIZE..]);
    if left == right {
        return findings;
    }
    if headers.0.magic() != headers.1.magic() {
        let message = "the code differs too; code of two versions is not compared further";
        findings.push(DiffFinding::new(DifferenceKind::Code, message).sides(size(left), size(right)));
        return findings;
    }
    let Some(series) = Series::with_magic(headers.0.magic()) else {
        let message = format!(
            "the code differs, and no known version of Python has the magic number {}",
            headers.0.magic()
        );
        findings
            .push(DiffFinding::new(DifferenceKind::Unreadable, message).rows(vec![bytes_row(left, right)]));
        return findings;
    };
    match (marshal::read(left, series.code_layout), marshal::read(right, series.code_layout)) {
        (Ok(mut one), Ok(mut other)) => {
            let size = left.len() + right.len();
            prepare(&mut one, &mut other);
            findings.extend(compare_objects(&name_of_module(name), &one, &other, series, size));
        }
        (one, other) => findings.push(unreadable(one.err(), other.err())),
    }
    findings
}

fn size(bytes: &[u8]) -> String {
    text::bytes(bytes.len())
}

fn unreadable<E: std::fmt::Display>(left: Option<E>, right: Option<E>) -> DiffFinding {
    let say = |error: Option<E>| error.map_or_else(|| "a pyc".to_owned(), |error| error.to_string());
    let message = match (&left, &right) {
        (Some(_), Some(_)) => "neither side can be read as a pyc",
        (Some(_), None) => "the left side cannot be read as a pyc",
        (None, _) => "the right side cannot be read as a pyc",
    };
    DiffFinding::new(DifferenceKind::Unreadable, message).sides(say(left), say(right))
}

fn compare_headers(left: Header, right: Header) -> Option<DiffFinding> {
    let mut finding = DiffFinding::new(DifferenceKind::Header, "");
    let mut fields = Vec::new();
    if left.magic() != right.magic() {
        fields.push("magic number");
        finding = finding.labeled_sides("magic number", magic(left.magic()), magic(right.magic()));
    }
    match (left, right) {
        (Header::Timestamp { mtime: a, size: c, .. }, Header::Timestamp { mtime: b, size: d, .. }) => {
            if a != b {
                fields.push("source time");
                finding = finding.labeled_sides("source time", a.to_string(), b.to_string());
            }
            if c != d {
                fields.push("source size");
                finding = finding.labeled_sides("source size", c.to_string(), d.to_string());
            }
        }
        (Header::Hash { hash: a, checked: c, .. }, Header::Hash { hash: b, checked: d, .. }) => {
            if c != d {
                fields.push("invalidation mode");
                finding = finding.labeled_sides("invalidation mode", left.mode().name(), right.mode().name());
            }
            if a != b {
                fields.push("source hash");
                finding = finding.labeled_sides("source hash", hex(&a), hex(&b));
            }
        }
        _ => {
            fields.push("invalidation mode");
            finding = finding.sides(whole(left), whole(right));
        }
    }
    finding.message = fields.join(", ");
    (!fields.is_empty()).then_some(finding)
}

fn magic(magic: u16) -> String {
    let version = Series::with_magic(magic)
        .map_or_else(|| "no known version".to_owned(), |series| format!("Python {}", series.version));
    format!("{magic} ({version})")
}

fn whole(header: Header) -> String {
    match header {
        Header::Timestamp { mtime, size, .. } => {
            format!("{}: source time {mtime}, source size {size}", InvalidationMode::Timestamp.name())
        }
        Header::Hash { hash: bytes, .. } => format!("{}: source hash {}", header.mode().name(), hex(&bytes)),
    }
}

fn compare_objects(
    module: &str,
    left: &Objects,
    right: &Objects,
    series: &'static Series,
    size: usize,
) -> Vec<DiffFinding> {
    let Some((one, other)) = first_difference(left, right) else {
        return vec![references::compare(module, left, right)];
    };
    let (Some(a), Some(b)) = (CodeView::at(left, Objects::ROOT), CodeView::at(right, Objects::ROOT)) else {
        let say = |objects: &Objects| match objects.code(Objects::ROOT) {
            Some(_) => "a code object".to_owned(),
            None => objects.short_repr(Objects::ROOT, SHOWN),
        };
        return vec![
            DiffFinding::new(DifferenceKind::Unreadable, "the content is not a code object")
                .sides(say(left), say(right)),
        ];
    };
    let mut findings = Comparer::new(module, series, size).compare(a, b);
    if findings.is_empty() {
        // A part has a type that CPython never writes there.
        let sides = (left.short_repr(one, SHOWN), right.short_repr(other, SHOWN));
        findings.push(
            DiffFinding::new(DifferenceKind::Code, "an object has a type that CPython never writes there")
                .sides(sides.0, sides.1),
        );
    }
    findings
}

/// Bytes of an object that are shown.
const SHOWN: usize = 400;

/// Returns `demo.core` for `demo/__pycache__/core.cpython-314.pyc`.
fn name_of_module(name: &str) -> String {
    // A pyc that was moved out of `__pycache__` keeps the cache tag in its name.
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let source = parse_name(&format!("{folder}/__pycache__/{file}"))
        .filter(|parsed| parsed.cache_tag.as_ref().is_some_and(|tag| tag.starts_with("cpython-")))
        .or_else(|| parse_name(name))
        .map_or_else(|| name.to_owned(), |parsed| parsed.source);
    let source = source.rsplit_once('!').map_or(&*source, |(_, inner)| inner);
    let source = below_import_root(source.strip_prefix('/').unwrap_or(source));
    let source = source.replace("__pycache__/", "");
    let stem = source.strip_suffix(".py").unwrap_or(&source);
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    stem.replace('/', ".")
}

/// Returns the path of a source below the directory that importers search, as far as the names of
/// directories tell.
fn below_import_root(source: &str) -> &str {
    let is_root = |above: &str| {
        let (parent, folder) = above.rsplit_once('/').unwrap_or(("", above));
        let is_scheme = parent.ends_with(".data") && ["purelib", "platlib"].contains(&folder);
        let is_library = ["lib", "lib64", "Lib"].contains(&parent.rsplit('/').next().unwrap_or(parent))
            && library_version(folder).is_some();
        PACKAGES.contains(&folder) || is_scheme || is_library || folder.ends_with(".egg")
    };
    let root = source.rmatch_indices('/').find(|(at, _)| is_root(&source[..*at]));
    root.map_or(source, |(at, _)| &source[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::name_of_module;

    #[test]
    fn a_module_is_named_from_its_import_root() {
        for (name, module) in [
            ("demo/__pycache__/core.cpython-314.pyc", "demo.core"),
            ("demo/__pycache__/__init__.cpython-314.pyc", "demo"),
            ("lib/python3.14/site-packages/demo/__pycache__/core.cpython-314.pyc", "demo.core"),
            ("usr/lib/python3/dist-packages/demo/core.pyc", "demo.core"),
            ("lib/python3.14/json/__pycache__/decoder.cpython-314.pyc", "json.decoder"),
            ("x.whl!demo-1.0.data/purelib/demo/__pycache__/core.cpython-314.pyc", "demo.core"),
            ("demo-1.0-py3.14.egg/demo/__pycache__/core.cpython-314.pyc", "demo.core"),
            ("a.zip!b.zip!demo/core.pyc", "demo.core"),
            ("python3.14/core.pyc", "python3.14.core"),
        ] {
            assert_eq!(name_of_module(name), module, "{name}");
        }
    }
}
