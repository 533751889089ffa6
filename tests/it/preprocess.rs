//! Lines that preprocessing skips have nothing to replace.

use bumpalo::Bump;
use pycompile::compile::{Warnings, future, preprocess};
use pycompile::syntax::{dump, parse};
use pycompile::target::ALL;
use pycompile::text::Names;

const ODD_PLACES: [&str; 10] = [
    "for x in [a, b]: pass\nc['abc'[\n0]]\n-1\nd\n(\n)\ne in {1}\nnot f in g\n(h for h in [i])\n1 @ 2\n",
    "@d(\n-1)\n@e\ndef f(\n  a: (1, 2) = -1,\n  *,\n  b=(\n()\n)): pass\n",
    "x = [\n  y for y in [1, 2]\n  if z in {\n1}\n]\nf(y for y in [a, b])\nf(y\n for y in z for z in {1})\n",
    "for x in [\n1, 2]:\n  pass\nelse:\n  not x in y\n",
    "if a: b\nelif (c\n  ) in [1]: d\nelif -1: e\nelse: not f is g\n",
    "f'{-1:{1 + 2}}' f'''{\n(1, 2)[0]\n}'''\nclass A(b=1 * 2, *(1, 2)): x: 'a'[0] = ~1\n",
    "with (\n  a as b[-1],\n  c % 1,\n): lambda d=(1,): -1\ntry: x\nexcept (1, 2): y\nfinally: z['a' 'b', 1]\n",
    "a = '%s' % (\n  b,)\nc = (\n  1\n  +\n  2\n)\nd = e if -1 else f; g = not (h\n not in i)\n",
    "match -1:\n  case -1 | {-1: a}: b\n  case x if (1,) is y: z = (1,\n  2)\n",
    "async def f():\n  async for x in [1, 2]: await (-1)\n  return (await x) in [\n1], [x async for x in [1]]\n",
];

/// The pass over the noted lines replaces the same as a pass over all lines.
#[test]
fn no_line_is_missed() {
    let goldens = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let goldens = std::fs::read_dir(goldens).unwrap().map(|entry| entry.unwrap().path());
    let goldens = goldens.filter(|path| path.extension().is_some_and(|extension| extension == "py"));
    let goldens = goldens.filter_map(|path| std::fs::read_to_string(path).ok());
    let (mut same, mut folded) = (0, 0);
    for source in ODD_PLACES.map(String::from).into_iter().chain(goldens) {
        for target in ALL {
            let arena = Bump::new();
            let mut names = Names::default();
            let Ok(module) = parse(&source, target, &arena, &mut names) else { continue };
            let future = future::scan(&module, &names, target).unwrap();
            let noted = dump(
                &preprocess::run(&module, &arena, &names, 1, &future, target, &mut Warnings::default())
                    .unwrap(),
                &names,
            );
            // A module with `__debug__` is searched everywhere.
            names.intern("__debug__");
            let all = dump(
                &preprocess::run(&module, &arena, &names, 1, &future, target, &mut Warnings::default())
                    .unwrap(),
                &names,
            );
            assert_eq!(noted, all, "{target:?}: {source}");
            same += 1;
            folded += usize::from(all != dump(&module, &names));
        }
    }
    assert!(same > 300 && folded > 60, "{same} compared, {folded} with something replaced");
}
