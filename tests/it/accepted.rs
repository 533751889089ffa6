//! The parser accepts what the grammar accepts. `cargo test --test acceptance` tries hundreds of
//! thousands.

use crate::acceptance::{Judge, programs};

fn agree(run: impl FnOnce(&mut Judge) + Send + 'static) {
    let compared = move || {
        let mut judge = Judge::new();
        run(&mut judge);
        assert!(judge.accepted > 0);
        let shown = |found: &crate::acceptance::Disagreement| {
            format!("{}: {}\n{:?}", found.target, found.why, found.text)
        };
        judge.disagreements.iter().map(shown).collect::<Vec<_>>()
    };
    // The recognizer is recursive, and deeper without optimization.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(compared).unwrap();
    let found = worker.join().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn programs_of_the_repository() {
    agree(|judge| programs().iter().filter(|text| text.len() < 4000).for_each(|text| judge.compare(text)));
}

#[test]
fn random_sentences() {
    agree(|judge| judge.sentences(400, 7));
}

#[test]
fn one_token_changed() {
    let short = || programs().into_iter().filter(|text| text.len() < 300).collect::<Vec<_>>();
    agree(move |judge| judge.mutations(&short(), 400, 7));
}
