//! `diff` checks the rows of a RECORD against the files of each side. The digests are those of
//! Python's `hashlib`.

use crate::pair::{CORE, Pair, reason};

const RECORD: &str = "demo-1.0.dist-info/RECORD";
const OWN: &str = "demo-1.0.dist-info/RECORD,,";
const OTHER: &str = "demo/other.py,sha256=8CI14nOKFbnRZ1ZJmzJUOPdcRtjCpwsvXNJDUDPsaUI,46";
const BEFORE: &str = "demo/core.py,sha256=ZFRXAcqltCgkHCRINIU1Ld8RfCs0yeQYethuyTahWrM,27";
const AFTER: &str = "demo/core.py,sha256=ZVyU4Mmimt5ZETjq0fz_Tx8bI60nOtIsrVfabp0yUg4,27";

fn record(rows: &[&str]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// Two trees of which the right one has another source, without pycs.
fn changed(right: &str) -> Pair {
    let pair = Pair::new();
    for side in ["a", "b"] {
        for module in ["core", "other"] {
            pair.remove(side, &format!("demo/__pycache__/{module}.cpython-314.pyc"));
        }
    }
    pair.write("a", RECORD, record(&[BEFORE, OTHER, OWN])).write("b", RECORD, right);
    pair.write("b", "demo/core.py", CORE.replace('1', "2"));
    pair
}

#[test]
fn rows_follow_only_if_they_are_right() {
    let follows =
        "1 source differs; 1 list of files follows from other files; nothing that differs is unexplained";
    let differs = "1 source differs; 1 other file differs, a list of files that is wrong; nothing that differs is unexplained";
    let fault = "on the right: \"demo/core.py\" is not the file that RECORD lists:";
    for (rows, sentence, why) in [
        (&[AFTER, OTHER, OWN][..], follows, "its rows follow from the files that differ".to_owned()),
        (
            &["demo/core.py,,", OTHER, OWN],
            differs,
            "on the right: RECORD has no digest for \"demo/core.py\"".into(),
        ),
        (&[OTHER, OWN], differs, "on the right: it does not list demo/core.py".into()),
        (
            &["demo/core.py,sha256=ZVyU4Mmimt5ZETjq0fz_Tx8bI60nOtIsrVfabp0yUg4,28", OTHER, OWN],
            differs,
            format!("{fault} 27 bytes instead of 28"),
        ),
        (
            &["demo/core.py,sha256=8CI14nOKFbnRZ1ZJmzJUOPdcRtjCpwsvXNJDUDPsaUI,27", OTHER, OWN],
            differs,
            format!("{fault} its digest differs"),
        ),
        (
            &[AFTER, OTHER, OWN, "demo/gone.py,sha256=ZVyU4Mmimt5ZETjq0fz_Tx8bI60nOtIsrVfabp0yUg4,27"],
            differs,
            "on the right: RECORD lists \"demo/gone.py\", which does not exist".into(),
        ),
        (&[BEFORE, OTHER, OWN], differs, format!("{fault} its digest differs")),
    ] {
        let pair = changed(&record(rows));
        let document = pair.document(&[]);
        assert_eq!(document["conclusion"], sentence, "{rows:?}: {document:#}");
        assert_eq!(reason(&document, RECORD), why, "{rows:?}");
        // Archives are read in another way than directories.
        for side in ["a", "b"] {
            let names = ["demo/core.py", "demo/other.py", RECORD];
            pair.write(".", &format!("{side}.zip"), crate::verdicts::zip_of(&pair, side, &names));
        }
        let said = pair.run_in(".", &["diff", "a.zip", "b.zip", "--json"]);
        let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(document["conclusion"], sentence, "{rows:?}: {document:#}");
        assert_eq!(reason(&document, RECORD), why, "{rows:?}");
    }
}

#[test]
fn rows_in_another_order_do_not_follow_from_files() {
    let form = "1 file differs in form alone; nothing that differs is unexplained";
    for rows in [record(&[OTHER, BEFORE, OWN]), record(&[BEFORE, OTHER, OWN]).replace('\n', "\r\n")] {
        let pair = changed(&rows);
        pair.write("b", "demo/core.py", CORE);
        let document = pair.document(&[]);
        assert_eq!(document["conclusion"], form, "{document:#}");
        assert_eq!(reason(&document, RECORD), "the rows are the same, in another order or form");
    }
}
