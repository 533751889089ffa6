//! Hundreds of causes of one kind are one entry, with a number and a list that can be opened.

use crate::pair::{Pair, pycs_of};

const MODULES: usize = 40;

fn name(number: usize) -> String {
    format!("m/m{number:02}.py")
}

fn pyc(number: usize) -> String {
    format!("m/__pycache__/m{number:02}.cpython-314.pyc")
}

/// Trees of modules: those of each side are compiled from sources, and have other sources next to
/// them. A source is given by its number.
fn trees(compiled: [fn(usize) -> String; 2], next_to: [fn(usize) -> String; 2]) -> Pair {
    let pair = Pair::new();
    for (at, side) in ["a", "b"].into_iter().enumerate() {
        for file in ["demo/core.py", "demo/other.py"] {
            pair.remove(side, file);
            let module = file.trim_start_matches("demo/").trim_end_matches(".py");
            pair.remove(side, &format!("demo/__pycache__/{module}.cpython-314.pyc"));
        }
        let sources: Vec<_> = (0..MODULES).map(|number| (name(number), compiled[at](number))).collect();
        for (number, bytes) in pycs_of(&sources).into_iter().enumerate() {
            pair.write(side, &pyc(number), bytes).write(side, &name(number), next_to[at](number));
        }
    }
    pair
}

fn old(number: usize) -> String {
    format!("def f(x):\n    return x + {number}\n")
}

fn new(number: usize) -> String {
    format!("def f(x):\n    return x + {number} + 1\n")
}

#[test]
fn many_sources_are_one_cause() {
    let pair = trees([old, new], [old, new]);
    let document = pair.document(&[]);
    assert_eq!(
        document["conclusion"],
        "40 sources differ; 40 pycs follow from them; nothing that differs is unexplained"
    );
    let title = "40 sources changed: 40 pycs follow from them";
    let causes = document["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 1, "{causes:#?}");
    assert_eq!((&causes[0]["reason"], &causes[0]["files"]), (&title.into(), &40.into()));
    let text = pair.diff(&[]).exits(1).out;
    let list = format!("  source: {title}\n      m/m00.py (one line differs)\n      {}\n", pyc(0));
    assert!(text.contains(&list) && text.contains("\n      and 70 more (--limit 0)\n"), "{text}");
    let markdown = pair.diff(&["--markdown", "-"]).exits(1).out;
    let list = format!(
        "<details><summary><b>source</b>: {title}</summary>\n\n- `m/m00.py` (one line differs)\n- `{}`\n",
        pyc(0)
    );
    assert!(markdown.contains(&list), "{markdown}");
    let page = pair.diff(&["--html", "-"]).exits(1).out;
    let list = format!("{title}<details><summary>80 files</summary>");
    assert!(page.contains(&list) && page.contains("</a> (one line differs)</li>"), "{}", &page[..9000]);
}

/// Sources from which no pyc follows are listed apart from the others.
#[test]
fn sources_are_one_cause_only_if_the_same_follows_from_them() {
    let pair = trees([old, new], [old, new]);
    for number in 0..MODULES {
        for side in ["a", "b"] {
            pair.write(side, &format!("alone/m{number}.py"), format!("side = '{side}'\n"));
        }
    }
    pair.write("a", "alone/__init__.py", "").write("b", "alone/__init__.py", "# more\n");
    let document = pair.document(&[]);
    let causes = document["causes"].as_array().unwrap().iter();
    let causes: Vec<&str> = causes.map(|cause| cause["reason"].as_str().unwrap()).collect();
    assert_eq!(causes, ["40 sources changed: 40 pycs follow from them", "41 sources changed"]);
}

/// Each pyc differs from its source in another way.
#[test]
fn many_unexplained_pycs_are_one_cause_with_a_reason_for_each() {
    fn poison(number: usize) -> String {
        format!("def f(x):\n    return x + 1{number}000\n")
    }
    let pair = trees([old, poison], [old, old]);
    let document = pair.document(&[]);
    assert_eq!(document["conclusion"], "40 pycs are unexplained");
    let causes = document["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 1, "{causes:#?}");
    let title = "the right pyc is not explained by its source: the source hash in its header is not that of its source; it \
                 is not what its source compiles to";
    assert_eq!((&causes[0]["reason"], &causes[0]["files"]), (&title.into(), &40.into()));
    let text = pair.diff(&["--width", "1000"]).exits(1).out;
    let first = format!("\n      {}: the right pyc is not explained by its source: the source hash", pyc(0));
    assert!(text.contains(&format!("  unexplained: {title} (40 files){first}")), "{text}");
    assert!(text.contains("\n      and 30 more (--limit 0)\n"), "{text}");
    for output in ["--markdown", "--html"] {
        let out = pair.diff(&[output, "-"]).exits(1).out;
        for number in [0, MODULES - 1] {
            let has = |text: &str| out.contains(&text.replace("NUMBER", &format!("1{number}000")));
            assert!(has("LOAD_CONST NUMBER") || has("LOAD\\_CONST NUMBER"), "{out}");
        }
    }
}

/// Pycs that all come from the sources of the other side have one cause, whatever differs.
#[test]
fn many_stale_pycs_are_one_cause() {
    let pair = trees([old, old], [old, new]);
    let document = pair.document(&[]);
    assert_eq!(
        document["conclusion"],
        "40 pycs are unexplained, all compiled from another source; 40 sources differ"
    );
    let causes = document["causes"].as_array().unwrap().iter();
    let causes: Vec<&str> = causes.map(|cause| cause["reason"].as_str().unwrap()).collect();
    assert_eq!(causes, ["the right pyc is stale, compiled from the left source", "40 sources changed"]);
}
