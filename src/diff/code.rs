//! Two code objects → what differs in each of them and in those inside them, by qualified name.

use super::align::align;
use super::listing::{self, Line};
use super::model::{Finding, Kind, Row};
use super::same::same_objects;
use crate::object::lines::{self, Run};
use crate::object::{CodeView, NodeId, decode_handlers, flag_names};
use crate::target::Series;
use crate::text::Location;

/// Lines of a listing around what differs.
const AROUND: usize = 3;
/// Entries of a line table that are listed.
const ENTRIES: usize = 12;

/// The findings of one code object after the other, outermost first.
pub(super) fn compare_code(
    module: &str,
    left: CodeView<'_>,
    right: CodeView<'_>,
    series: &'static Series,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let filenames = (left.filename(), right.filename());
    if filenames.0 != filenames.1 {
        let message = "the recorded file name of the module";
        findings.push(Finding::new(Kind::Filename, message).sides(&filenames.0, &filenames.1).at(module));
    }
    let mut pairs = vec![(left, right, String::new())];
    // References can make one code object stand in many places.
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some((left, right, path)) = pairs.pop() {
        if !seen.insert((left.id, right.id)) {
            continue;
        }
        let place = if path.is_empty() { module.to_owned() } else { format!("{module}:{path}") };
        let own = (left.filename(), right.filename());
        if own.0 != own.1 && own != filenames {
            findings.push(Finding::new(Kind::Filename, "").sides(own.0, own.1).at(&place));
        }
        one_code(&place, left, right, series, &mut findings);
        let inner = children(module, left, right, &path, &mut findings);
        pairs.extend(inner.into_iter().rev());
    }
    findings
}

/// The code objects inside of both, paired by name and order.
fn children<'a>(
    module: &str,
    left: CodeView<'a>,
    right: CodeView<'a>,
    path: &str,
    findings: &mut Vec<Finding>,
) -> Vec<(CodeView<'a>, CodeView<'a>, String)> {
    let (one, other): (Vec<_>, Vec<_>) = (left.children().collect(), right.children().collect());
    let names = |codes: &[CodeView<'a>], of: CodeView<'a>| {
        codes.iter().map(|code| qualified(*code, of, path)).collect::<Vec<_>>()
    };
    let (left_names, right_names) = (names(&one, left), names(&other, right));
    let mut pairs = Vec::new();
    for pair in align(&left_names, &right_names) {
        let (kind, name, code) = match pair {
            (Some(a), Some(b)) => {
                pairs.push((one[a], other[b], left_names[a].clone()));
                continue;
            }
            (Some(a), None) => ("left", &left_names[a], one[a]),
            (None, Some(b)) => ("right", &right_names[b], other[b]),
            (None, None) => continue,
        };
        let message = format!("a code object on the {kind} only, from line {}", code.code.firstlineno);
        findings.push(Finding::new(Kind::Structure, message).at(&format!("{module}:{name}")));
    }
    pairs
}

/// `co_qualname`, or for versions without it what it would be.
fn qualified(code: CodeView<'_>, parent: CodeView<'_>, path: &str) -> String {
    const NEWLOCALS: u32 = 2;
    code.qualname().unwrap_or_else(|| match (path, parent.flags() & NEWLOCALS) {
        ("", _) => code.name(),
        (_, 0) => format!("{path}.{}", code.name()),
        _ => format!("{path}.<locals>.{}", code.name()),
    })
}

fn one_code(
    place: &str,
    left: CodeView<'_>,
    right: CodeView<'_>,
    series: &'static Series,
    findings: &mut Vec<Finding>,
) {
    let mut add = |finding: Finding| findings.push(finding.at(place));
    let (a, b) = (left.code, right.code);
    if a.firstlineno != b.firstlineno {
        let line = |line: i32| format!("line {line}");
        add(Finding::new(Kind::FirstLine, "").sides(line(a.firstlineno), line(b.firstlineno)));
    }
    for (what, one, other) in [
        ("name", Some(left.name()), Some(right.name())),
        ("qualified name", left.qualname(), right.qualname()),
    ] {
        if one != other {
            add(Finding::new(Kind::Name, what).sides(one.unwrap_or_default(), other.unwrap_or_default()));
        }
    }
    let sizes = [
        ("arguments", a.argcount, b.argcount),
        ("positional-only arguments", a.posonlyargcount, b.posonlyargcount),
        ("keyword-only arguments", a.kwonlyargcount, b.kwonlyargcount),
        ("locals", a.nlocals.unwrap_or(0), b.nlocals.unwrap_or(0)),
        ("stack size", a.stacksize, b.stacksize),
    ];
    for (what, one, other) in sizes {
        if one != other {
            add(Finding::new(Kind::Size, what).sides(one.to_string(), other.to_string()));
        }
    }
    if left.flags() != right.flags() {
        let words = |flags: u32| format!("{flags:#x} {}", flag_names(flags).join(" "));
        add(Finding::new(Kind::Flags, "").sides(words(left.flags()), words(right.flags())));
    }
    constants(left, right).into_iter().for_each(&mut add);
    list(Kind::Names, &left.names(), &right.names()).into_iter().for_each(&mut add);
    let variables = |code: CodeView<'_>| {
        code.variables().iter().map(|(name, kind)| format!("{name} ({})", kind.words())).collect::<Vec<_>>()
    };
    list(Kind::Variables, &variables(left), &variables(right)).into_iter().for_each(&mut add);
    if left.bytecode() == right.bytecode() {
        line_tables(left, right, series).into_iter().for_each(&mut add);
    } else {
        add(instructions(left, right, series));
    }
    exception_tables(left, right).into_iter().for_each(&mut add);
}

/// Constants but for code objects, which are compared on their own.
fn constants(left: CodeView<'_>, right: CodeView<'_>) -> Option<Finding> {
    let (one, other) = (left.consts(), right.consts());
    let same = |a: NodeId, b: NodeId| {
        let codes = (left.objects.code(a), right.objects.code(b));
        match codes {
            (Some(a), Some(b)) => left.objects.text(a.name) == right.objects.text(b.name),
            (None, None) => same_objects(left.objects, a, right.objects, b),
            _ => false,
        }
    };
    if one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(*a, *b)) {
        return None;
    }
    let show = |code: CodeView<'_>, id: &NodeId| {
        let (kind, text) = (code.objects.get(*id).type_code, code.objects.repr(*id));
        // 1.0 and 1 show their types, 0.0 and -0.0 their signs; NaNs have only their bits.
        match code.objects.get(*id).value {
            crate::object::Value::Float(bits) if f64::from_bits(bits).is_nan() => format!("nan {bits:#x}"),
            crate::object::Value::Code(_) => format!(
                "<code object {}>",
                code.objects.code(*id).and_then(|inner| code.objects.text(inner.name)).unwrap_or_default()
            ),
            _ => {
                if kind == b'S' {
                    "StopIteration".to_owned()
                } else {
                    text
                }
            }
        }
    };
    let texts = |code: CodeView<'_>| code.consts().iter().map(|id| show(code, id)).collect::<Vec<_>>();
    let (one, other) = (texts(left), texts(right));
    let found = list(Kind::Constants, &one, &other);
    Some(found.unwrap_or_else(|| Finding::new(Kind::Constants, "constants that are shown alike differ")))
}

/// Two lists of texts, where they differ.
fn list(kind: Kind, left: &[String], right: &[String]) -> Option<Finding> {
    if left == right {
        return None;
    }
    let mut rows = Vec::new();
    for row in paired(align(left, right)) {
        let side = |list: &[String], at: Option<usize>| at.map(|at| format!("[{at}] {}", list[at]));
        let same = matches!(row, (Some(a), Some(b)) if left[a] == right[b] && a == b);
        rows.push(Row { left: side(left, row.0), right: side(right, row.1), same });
    }
    Some(Finding::new(kind, "").rows(around(rows)))
}

/// Sets what is removed beside what is added in its place.
fn paired(pairs: Vec<(Option<usize>, Option<usize>)>) -> Vec<(Option<usize>, Option<usize>)> {
    let mut out = Vec::with_capacity(pairs.len());
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let flush = |removed: &mut Vec<usize>, added: &mut Vec<usize>, out: &mut Vec<_>| {
        for at in 0..removed.len().max(added.len()) {
            out.push((removed.get(at).copied(), added.get(at).copied()));
        }
        removed.clear();
        added.clear();
    };
    for pair in pairs {
        match pair {
            (Some(a), Some(b)) => {
                flush(&mut removed, &mut added, &mut out);
                out.push((Some(a), Some(b)));
            }
            (a, b) => {
                removed.extend(a);
                added.extend(b);
            }
        }
    }
    flush(&mut removed, &mut added, &mut out);
    out
}

/// Only what differs, and a few lines around it.
fn around(rows: Vec<Row>) -> Vec<Row> {
    let mut keep = vec![false; rows.len()];
    for (at, row) in rows.iter().enumerate() {
        if !row.same {
            let range = at.saturating_sub(AROUND)..(at + AROUND + 1).min(rows.len());
            keep[range].fill(true);
        }
    }
    let mut out = Vec::new();
    let mut skipped = false;
    for (row, keep) in rows.into_iter().zip(keep) {
        if keep {
            out.push(row);
            skipped = false;
        } else if !skipped {
            out.push(Row { left: Some("⋯".into()), right: Some("⋯".into()), same: true });
            skipped = true;
        }
    }
    out
}

fn instructions(left: CodeView<'_>, right: CodeView<'_>, series: &'static Series) -> Finding {
    let (one, other) = match (listing::lines(left, series), listing::lines(right, series)) {
        (Ok(one), Ok(other)) => (one, other),
        (one, other) => {
            let say =
                |side: Result<Vec<Line>, String>| side.map_or_else(|error| error, |_| "can be read".into());
            return Finding::new(Kind::Instructions, "they differ, and a side cannot be disassembled")
                .sides(say(one), say(other));
        }
    };
    let pairs = align(&one, &other);
    // By offset on the left: where the instruction that it is paired with stands on the right.
    let partner: rustc_hash::FxHashMap<u32, u32> =
        pairs.iter().filter_map(|pair| Some((one[pair.0?].offset, other[pair.1?].offset))).collect();
    let mut count = 0;
    let mut rows = Vec::new();
    for (a, b) in paired(pairs) {
        let same = match (a, b) {
            (Some(a), Some(b)) => {
                let (a, b) = (&one[a], &other[b]);
                // A jump is the same if it leads to the same instruction.
                a == b && a.target.map(|target| partner.get(&target).copied()) == b.target.map(Some)
            }
            _ => false,
        };
        count += usize::from(!same);
        let text = |lines: &[Line], at: Option<usize>| at.map(|at| lines[at].text.clone());
        rows.push(Row { left: text(&one, a), right: text(&other, b), same });
    }
    let message = match count {
        0 => "the same instructions with other encodings".to_owned(),
        1 => "one instruction differs".to_owned(),
        _ => format!("{count} instructions differ"),
    };
    let rows = if count == 0 { vec![bytes_row(left.bytecode(), right.bytecode())] } else { around(rows) };
    Finding::new(Kind::Instructions, message).rows(rows)
}

/// The first place where two tables differ, in bytes.
fn bytes_row(left: &[u8], right: &[u8]) -> Row {
    let at = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let side = |bytes: &[u8]| {
        let window: Vec<String> = bytes.iter().skip(at).take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("{} bytes, from byte {at}: {}", bytes.len(), window.join(" "))
    };
    Row::differ(side(left), side(right))
}

fn line_tables(left: CodeView<'_>, right: CodeView<'_>, series: &'static Series) -> Option<Finding> {
    let (one, other) = (left.line_table(), right.line_table());
    if one == other && left.code.firstlineno == right.code.firstlineno {
        return None;
    }
    let decode = |code: CodeView<'_>| {
        let size = u32::try_from(code.bytecode().len()).unwrap_or(u32::MAX);
        lines::decode(series.line_format, code.line_table(), code.code.firstlineno, size)
    };
    let (Ok(runs), Ok(others)) = (decode(left), decode(right)) else {
        let finding = Finding::new(Kind::LineTable, "a side cannot be read");
        return Some(finding.rows(vec![bytes_row(one, other)]));
    };
    let (before, after) = (by_offset(&runs), by_offset(&others));
    let mut places: Vec<u32> = before.iter().chain(&after).map(|(offset, _)| *offset).collect();
    places.sort_unstable();
    places.dedup();
    let names = listing::lines(left, series).unwrap_or_default();
    let mut rows = Vec::new();
    let mut last = None;
    for offset in places {
        let (a, b) = (location_at(&before, offset), location_at(&after, offset));
        if a != b && last != Some((a, b)) {
            let index = names.partition_point(|line| line.offset <= offset);
            let name =
                index.checked_sub(1).and_then(|at| names.get(at)).map_or("", |line| line.name.as_str());
            let side = |location: Option<Location>| {
                let place = location.map_or_else(|| "nothing".to_owned(), listing::location);
                format!("{offset:>4} {name}  {place}")
            };
            rows.push(Row::differ(side(a), side(b)));
        }
        last = Some((a, b));
    }
    if rows.is_empty() {
        // A shift of the first line moves everything and is told as such.
        return (one != other).then(|| {
            let message = "the same places with other encodings";
            Finding::new(Kind::LineTable, message).rows(vec![bytes_row(one, other)])
        });
    }
    if one == other {
        return None;
    }
    let message = match rows.len() {
        1 => "one range of instructions has another place".to_owned(),
        count => format!("{count} ranges of instructions have other places"),
    };
    let more = rows.len().saturating_sub(ENTRIES);
    rows.truncate(ENTRIES);
    if more > 0 {
        rows.push(Row::differ(format!("… {more} more"), format!("… {more} more")));
    }
    Some(Finding::new(Kind::LineTable, message).rows(rows))
}

fn by_offset(runs: &[Run]) -> Vec<(u32, Location)> {
    let mut at = 0_u32;
    runs.iter()
        .map(|run| {
            let start = at;
            at = at.saturating_add(run.size);
            (start, run.location)
        })
        .collect()
}

fn location_at(table: &[(u32, Location)], offset: u32) -> Option<Location> {
    let index = table.partition_point(|(start, _)| *start <= offset);
    index.checked_sub(1).and_then(|at| table.get(at)).map(|(_, location)| *location)
}

fn exception_tables(left: CodeView<'_>, right: CodeView<'_>) -> Option<Finding> {
    let (one, other) = (left.exception_table(), right.exception_table());
    if one == other {
        return None;
    }
    let (Ok(handlers), Ok(others)) = (decode_handlers(one), decode_handlers(other)) else {
        let finding = Finding::new(Kind::ExceptionTable, "a side cannot be read");
        return Some(finding.rows(vec![bytes_row(one, other)]));
    };
    let texts = |handlers: &[crate::object::Handler]| {
        let text = |handler: &crate::object::Handler| {
            let lasti = if handler.lasti { " lasti" } else { "" };
            let (start, end) = (handler.start, handler.end);
            format!("{start} to {end} -> {} [{}]{lasti}", handler.target, handler.depth)
        };
        handlers.iter().map(text).collect::<Vec<_>>()
    };
    let found = list(Kind::ExceptionTable, &texts(&handlers), &texts(&others));
    Some(found.unwrap_or_else(|| {
        let finding = Finding::new(Kind::ExceptionTable, "the same entries with other encodings");
        finding.rows(vec![bytes_row(one, other)])
    }))
}
