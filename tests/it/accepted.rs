//! The parser accepts exactly the programs that the grammar accepts. `cargo test --test acceptance`
//! compares hundreds of thousands.

use crate::acceptance::{Comparison, programs};

fn agree(run: impl FnOnce(&mut Comparison) + Send + 'static) {
    let compared = move || {
        let mut comparison = Comparison::new();
        run(&mut comparison);
        assert!(comparison.accepted > 0);
        let shown = |found: &crate::acceptance::Disagreement| {
            format!("{}: {}\n{:?}", found.target, found.why, found.text)
        };
        comparison.disagreements.iter().map(shown).collect::<Vec<_>>()
    };
    // The recognizer is recursive, and deeper without optimization.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(compared).unwrap();
    let found = worker.join().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn programs_of_the_repository() {
    agree(|comparison| {
        programs().iter().filter(|text| text.len() < 4000).for_each(|text| comparison.compare(text));
    });
}

#[test]
fn random_sentences() {
    agree(|comparison| comparison.sentences(400, 7));
}

#[test]
fn one_token_changed() {
    let short = || programs().into_iter().filter(|text| text.len() < 300).collect::<Vec<_>>();
    agree(move |comparison| comparison.mutations(&short(), 400, 7));
}
