//! All differences between the targets of the native compiler, on one page.

use pycompile::target::{ALL, GrammarRule};
use std::path::Path;

/// Compares `docs/features.md` with the targets. With PYCOMPILE_WRITE=1 it writes the page.
#[test]
fn the_table_of_features_is_right() {
    let columns: Vec<Vec<(String, String)>> = ALL
        .iter()
        .map(|target| {
            // The value of an option is on a line of its own.
            let text = format!("{:#?}", target.features);
            let text = text.replace("Some(\n        ", "").replace(",\n    )", "");
            text.lines()
                .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
                .collect()
        })
        .collect();
    let mut page =
        "# Differences between the targets of the native compiler\n\nFields of `Features`, documented in \
        `src/target/features.rs`. Opcodes have tables of their own.\n\n| feature |"
            .to_owned();
    ALL.iter().for_each(|target| page += &format!(" {} |", target.release()));
    page += "\n|---|";
    page += &"---|".repeat(ALL.len());
    page.push('\n');
    for (index, (name, _)) in columns[0].iter().enumerate() {
        page += &format!("| `{name}` |");
        for column in &columns {
            assert_eq!(&column[index].0, name);
            page += &format!(" {} |", column[index].1);
        }
        page.push('\n');
    }
    page += "\nRules of the grammar, documented in `src/target/grammar.rs`:\n\n| rule |";
    ALL.iter().for_each(|target| page += &format!(" {} |", target.release()));
    page += "\n|---|";
    page += &"---|".repeat(ALL.len());
    page.push('\n');
    for (name, rule) in GrammarRule::ALL {
        page += &format!("| `{name}` |");
        ALL.iter().for_each(|target| page += &format!(" {} |", target.grammar.has(*rule)));
        page.push('\n');
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/features.md");
    if std::env::var_os("PYCOMPILE_WRITE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "run this test with PYCOMPILE_WRITE=1");
}
