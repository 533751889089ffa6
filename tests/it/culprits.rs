//! First difference of a pyc from its source, as `verify` and `diff` report it.

use crate::columns::without_columns;
use crate::pair::{CORE, PYC, Pair, reason};
use pycompile::marshal;
use pycompile::object::{CodeLayout, Objects};

/// Compiles the source for a version on both sides, and puts the changed code on the right.
fn of_code(version: &str, source: &str, poison: &str, change: impl Fn(&mut Vec<u8>)) -> Pair {
    let pair = Pair::new();
    for (side, text) in [("a", poison), ("a", source), ("b", source)] {
        pair.write(side, "demo/core.py", text).compile(side, &["--python", version]);
        if text == poison {
            pair.write("poison", PYC, pair.read("a", &pyc(version)));
        }
    }
    let mut code = pair.read("poison", PYC).split_off(16);
    change(&mut code);
    pair.write("b", &pyc(version), [&pair.read("b", &pyc(version))[..16], &code].concat());
    pair
}

fn pyc(version: &str) -> String {
    PYC.replace("314", &version.replace('.', ""))
}

/// Exchanges two words of the same length, or replaces the first if the second does not occur.
fn exchange(code: &mut [u8], one: &str, other: &str) {
    let all = |code: &[u8], word: &str| -> Vec<usize> {
        let windows = code.windows(word.len()).enumerate();
        windows.filter(|(_, bytes)| *bytes == word.as_bytes()).map(|(at, _)| at).collect()
    };
    let (ones, others) = (all(code, one), all(code, other));
    assert!(!ones.is_empty() && one.len() == other.len(), "{one}");
    for (places, word) in [(ones, other), (others, one)] {
        places.into_iter().for_each(|at| code[at..at + word.len()].copy_from_slice(word.as_bytes()));
    }
}

/// Checks the output of both commands; `verify` does not name the module.
#[track_caller]
fn blames(pair: &Pair, version: &str, code: &str, words: &str) {
    let said = pair.run_in(".", &["verify", "b"]).exits(1);
    let place = format!("its code is not that of demo/core.py: at {code}{words}\n");
    assert!(said.out.contains(&place), "{version}: {}", said.out);
    let found = reason(&pair.document(&[]), &pyc(version));
    let module = if code == "<module>" { String::new() } else { format!(":{code}") };
    let place = format!("the right pyc is not what demo/core.py compiles to: at demo.core{module}{words}");
    assert_eq!(found, place, "{version}");
}

/// The docstring is the first constant, which CPython keeps even if no instruction loads it.
const SETS: &str = "import os\nNAMES = {'alfa', 'beta', 'gama'}\n\n\ndef f(x):\n    'Doc.'\n    if x in {'reda', 'blue', 'pink'}:\n        return 0\n    return x + 1\n";

#[test]
fn sets_in_another_order_are_not_the_culprits() {
    for version in ["3.13", "3.14", "3.15"] {
        let orders = |code: &mut Vec<u8>| {
            exchange(code, "alfa", "beta");
            exchange(code, "reda", "blue");
        };
        let set = |code: &mut Vec<u8>| {
            orders(code);
            exchange(code, "pink", "pinK");
        };
        let pair = of_code(version, SETS, SETS, set);
        let said = pair.run_in(".", &["verify", "b"]).exits(1).out;
        let start = "at f, line 7, the pyc has the constant frozenset({";
        assert!(said.contains(start) && said.contains("'pinK'"), "{version}: {said}");
        let found = reason(&pair.document(&[]), &pyc(version));
        let start = start.replace("at f", "at demo.core:f");
        assert!(found.contains(&start) && found.contains("'pinK'"), "{version}: {found}");
        let pair = of_code(version, SETS, &SETS.replace("x + 1", "x - 1"), orders);
        let words = ", line 9, the pyc has BINARY_OP - where the source compiles to BINARY_OP +";
        blames(&pair, version, "f", words);
        // Nothing but the order.
        let pair = of_code(version, SETS, SETS, orders);
        let said = pair.run_in(".", &["verify", "b"]).exits(1).out;
        assert!(said.contains(&format!("b/{}: other-form: ", pyc(version))), "{version}: {said}");
    }
}

/// No instruction loads a docstring: the lines of other constants are not its line.
#[test]
fn a_docstring_has_not_the_line_of_another_constant() {
    let source = "def f():\n    'docs'\n    x = 1\n    g(x)\n    g(x)\n    return None\n";
    for version in ["3.13", "3.14", "3.15"] {
        let pair = of_code(version, source, source, |code| exchange(code, "docs", "dXcs"));
        let words = ", the pyc has the constant 'dXcs' where the source compiles to 'docs'";
        blames(&pair, version, "f", words);
    }
}

/// One function without columns, in a pyc with columns.
#[test]
fn a_line_table_without_columns_is_called_that() {
    let table = |code: &[u8]| {
        let objects = marshal::read(code, CodeLayout::LocalsPlus).unwrap();
        let (_, f) = objects.nodes().filter_map(|(id, _)| Some((id, objects.code(id)?))).nth(1).unwrap();
        let bytes = objects.bytes(f.linetable).unwrap();
        [&(bytes.len() as u32).to_le_bytes(), bytes].concat()
    };
    let pair = of_code("3.14", CORE, CORE, |code| {
        let (old, new) = (table(code), table(&without_columns(CORE, &[0; 16])[16..]));
        let at = code.windows(old.len()).position(|bytes| bytes == old).unwrap();
        code.splice(at..at + old.len(), new);
    });
    let words = ", the pyc has the same lines without columns; nothing but lines and columns differs";
    blames(&pair, "3.14", "f", words);
}

/// Replaces the last reference to the name but `back` by another file name.
fn rename(code: &mut Vec<u8>, back: usize) {
    let objects = marshal::read(code, CodeLayout::LocalsPlus).unwrap();
    let filename = objects.code(Objects::ROOT).unwrap().filename;
    let target = objects.resolve(filename);
    assert_ne!(target, filename, "the name is not shared");
    let index = objects.nodes().filter(|(id, node)| node.flagged && *id < target).count() as u32;
    let reference = [b"r".as_slice(), &index.to_le_bytes()].concat();
    let places = code.windows(5).enumerate().filter(|(_, bytes)| *bytes == reference);
    let at = places.map(|(at, _)| at).collect::<Vec<_>>().into_iter().nth_back(back).unwrap();
    code.splice(at..at + 5, *b"z\x0cdemo/zzzz.py");
}

/// CPython compiles a source under one name; the wrong one of two comes first.
#[test]
fn two_recorded_file_names_are_called_that() {
    let source = "def f():\n    return 1\n\n\nclass A:\n    def g(self):\n        return 2\n";
    for version in ["3.13", "3.14", "3.15"] {
        let pair = of_code(version, source, source, |code| rename(code, 0));
        let said = pair.run_in(".", &["verify", "b", "--references", "any"]).exits(1);
        let names = "<module> records the file name \"demo/zzzz.py\", and f records \"demo/core.py\"";
        let line = format!("b/{}: filename: {names}\n", pyc(version));
        assert!(said.out.contains(&line), "{}", said.out);
        let found = reason(&pair.document(&[]), &pyc(version));
        assert_eq!(found, format!("the right pyc is not explained by its source: {names}"));
        // The class records another name than the module.
        let pair = of_code(version, source, source, |code| rename(code, 1));
        let said = pair.run_in(".", &["verify", "b"]).exits(1);
        let names = "A records the file name \"demo/zzzz.py\", and <module> records \"demo/core.py\"";
        assert!(said.out.contains(&format!(": filename: {names}\n")), "{}", said.out);
        // Other code is reported before another name.
        let poison = source.replace("return 1", "return 3");
        let pair = of_code(version, source, &poison, |code| rename(code, 0));
        let said = pair.run_in(".", &["verify", "b"]).exits(1);
        assert!(
            said.out.contains(": code: its code is not that of demo/core.py: at f, line 2"),
            "{}",
            said.out
        );
    }
}

/// A pyc that remains from another source is reported otherwise than a pyc that was changed.
#[test]
fn the_source_of_the_other_side_may_explain_a_pyc() {
    let pair = Pair::new();
    let changed = CORE.replace("x + 1", "x + 2");
    pair.write("b", "demo/core.py", &changed);
    let says = |start: &str, end: &str| {
        let document = pair.document(&[]);
        let found = reason(&document, PYC);
        assert!(found.contains(start) && found.ends_with(end), "{found}");
        assert_eq!(document["files"][0]["cause"]["kind"], "unexplained");
    };
    let stale = "the right pyc is stale, compiled from the left demo/core.py: the source hash in its header is not \
                 that of demo/core.py; it is not what demo/core.py compiles to: at demo.core:f, line 2, ";
    let right = " where the source compiles to LOAD_SMALL_INT 2";
    says(stale, right);
    // Both are exchanged.
    let old = pair.read("a", PYC);
    pair.compile("b", &["--python", "3.14"]);
    let new = pair.read("b", PYC);
    pair.write("a", PYC, &new).write("b", PYC, &old);
    says(stale, right);
    says("the left pyc is compiled from the right demo/core.py: the source hash in its header is not", right);
    // The header is that of its own source, or of none.
    pair.write("a", PYC, &old).write("b", PYC, [&new[..16], &old[16..]].concat());
    says("the right pyc has the code of the left demo/core.py: it is not what demo/core.py", right);
    // Neither source compiles to it, and two equal sources explain nothing.
    pair.poison("b");
    says("the right pyc is not ", "LOAD_CONST 666 where the source compiles to LOAD_SMALL_INT 2");
    pair.write("b", "demo/core.py", CORE);
    says("the right pyc is not ", "LOAD_CONST 666 where the source compiles to LOAD_SMALL_INT 1");
    // A source that is not compiled has a line.
    pair.write("b", PYC, &old).write("b", "demo/core.py", format!("{CORE}def (\n"));
    let error = "demo/core.py does not compile: SyntaxError: invalid syntax (line 3)";
    says("the right pyc is stale, compiled from the left demo/core.py: ", error);
}

/// Returns the text about two returned numbers; 3.13 loads them by the index of a constant.
fn loads(version: &str, has: u32, is: u32) -> (String, String) {
    match version {
        "3.13" => (format!("the constant {has}"), is.to_string()),
        _ => (format!("LOAD_SMALL_INT {has}"), format!("LOAD_SMALL_INT {is}")),
    }
}

/// The code of a class stores the line on which the class begins.
#[test]
fn lines_that_only_moved_are_not_the_culprits() {
    let source = "class A:\n    def g(self):\n        return 1\n\n\nclass B:\n    x = 1000\n\n\ndef last():\n    return 5\n";
    let moved = format!("# more\n{source}");
    for version in ["3.13", "3.14", "3.15"] {
        let pair = of_code(version, source, &moved.replace("return 5", "return 6"), |_| {});
        let (has, is) = loads(version, 6, 5);
        let words = format!(", line 11, the pyc has {has} where the source compiles to {is}");
        blames(&pair, version, "last", &words);
        let pair = of_code(version, source, &moved, |_| {});
        let said = pair.run_in(".", &["verify", "b"]).exits(1).out;
        let lines = "; nothing but lines and columns differs\n";
        assert_eq!(said.contains(lines), version != "3.13", "{version}: {said}");
        // A number that is not the line.
        let pair = of_code(version, source, &moved.replace("x = 1000", "x = 1001"), |_| {});
        let what = if version == "3.13" { "the constant" } else { "LOAD_CONST" };
        let compiles = "where the source compiles to";
        let words = format!(
            ", line 7, the pyc has {what} 1001 {compiles} {}1000",
            what.replace("the constant", "").replace("CONST", "CONST ")
        );
        blames(&pair, version, "B", &words);
    }
}

/// The names of an added call show its effect.
#[test]
fn names_that_only_the_pyc_has_are_named() {
    let source = "import os\n\n\ndef f(x):\n    return x + 1\n";
    for version in ["3.13", "3.14", "3.15"] {
        let poison = source.replace("x + 1", "x + 1 or os.system(x) or eval(x).a.b.c");
        let pair = of_code(version, source, &poison, |_| {});
        let words =
            ", line 5, the pyc has an extra COPY 1; names only in the pyc: os, system, eval and 3 more";
        blames(&pair, version, "f", words);
        // The sentence names it already.
        let poison = source.replace("x + 1", "eval(x)");
        let pair = of_code(version, source, &poison, |_| {});
        let said = pair.run_in(".", &["verify", "b"]).exits(1).out;
        assert!(said.contains("eval") && !said.contains("names only in"), "{said}");
    }
}

/// The number of code objects that differ does not depend on where the first of them is.
#[test]
fn other_code_objects_that_differ_are_counted() {
    let source = "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\nclass A:\n    def h(self):\n        return 3\n";
    for version in ["3.13", "3.14", "3.15"] {
        let (has, is) = loads(version, 11, 1);
        let words = format!(", line 2, the pyc has {has} where the source compiles to {is}");
        let poison = source.replace("return 1", "return 11");
        blames(&of_code(version, source, &poison, |_| {}), version, "f", &words);
        let poison = poison.replace("return 2", "return 12");
        let one = format!("{words}, and 1 other code object differs");
        blames(&of_code(version, source, &poison, |_| {}), version, "f", &one);
        let poison = poison.replace("return 3", "return 13");
        let two = format!("{words}, and 2 other code objects differ");
        blames(&of_code(version, source, &poison, |_| {}), version, "f", &two);
        // Lines that only moved do not count.
        let poison = format!("{}\n", source.replace("return 1\n", "return 11\n\n"));
        blames(&of_code(version, source, &poison, |_| {}), version, "f", &words);
    }
}

/// The line of a constant that differs is that of an instruction that loads it.
#[test]
fn a_constant_with_a_line_is_named_first() {
    let source = "def f(host, port=443, verify=True):\n    return host\n";
    for version in ["3.13", "3.14", "3.15"] {
        let pair = of_code(version, source, &source.replace("443", "444"), |_| {});
        let words = ", line 1, the pyc has the constant (444, True) where the source compiles to (443, True)";
        blames(&pair, version, "<module>", words);
    }
}

/// Older releases of 3.13 have another instruction in the generator.
#[test]
fn the_release_that_differs_least_is_compared() {
    let source = "def f(x):\n    return sum(i for i in x)\n\n\ndef g():\n    'Get  key.'\n";
    let pair = Pair::new();
    pair.remove("a", PYC).remove("b", PYC);
    for side in ["a", "b"] {
        pair.write(side, "demo/core.py", source).compile(side, &["--python", "3.13.0"]);
    }
    let old = pair.read("b", &pyc("3.13"));
    let mut code = old.clone();
    exchange(&mut code, "Get  key.", "Get   key");
    pair.write("b", &pyc("3.13"), code);
    let words = ", the pyc has the constant 'Get   key' where the source compiles to 'Get  key.'; compared with the \
                 code of CPython 3.13.0";
    blames(&pair, "3.13", "g", words);
    // The same in a pyc of the newest release, which needs no name.
    pair.compile("b", &["--python", "3.13.18"]);
    let mut code = pair.read("b", &pyc("3.13"));
    assert_ne!(code, old, "the releases differ");
    exchange(&mut code, "Get  key.", "Get   key");
    pair.write("b", &pyc("3.13"), code);
    let (words, _) = words.split_once(';').unwrap();
    blames(&pair, "3.13", "g", words);
}

#[test]
fn variables_in_another_order_are_not_missing() {
    let source = "def f(aa, bb):\n    return aa - bb\n";
    for version in ["3.13", "3.14", "3.15"] {
        let pair = of_code(version, source, source, |code| exchange(code, "aa", "bb"));
        let words = ", the pyc has the variables in the order bb, aa where the source compiles to aa, bb";
        blames(&pair, version, "f", words);
    }
}
