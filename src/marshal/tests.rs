//! Tests with bytes written by hand; `tests/oracle/marshal.rs` compares whole libraries.

use super::{drop_unused_flags, minimal_refs, read, write};
use crate::object::CodeLayout;
use proptest::prelude::*;

fn refusal(bytes: &[u8]) -> String {
    read(bytes, CodeLayout::LocalsPlus).unwrap_err().to_string()
}

#[test]
fn what_is_read_is_written() {
    for bytes in [
        &b"N"[..],
        b"i\x01\x00\x00\x00",
        b"l\xfe\xff\xff\xff\x01\x00\x02\x00",
        b"g\x01\x00\x00\x00\x00\x00\xf8\x7f",
        b"y\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\xf0?",
        b"u\x03\x00\x00\x00\xed\xa0\x80",
        b")\x03\xda\x01a\xfa\x01br\x00\x00\x00\x00",
        b"{z\x01aN0",
        b"}z\x01aN0",
        // What `marshal.dumps` of CPython 3.15 writes for 1.1 and 2.5j in version 1.
        b"f\x121.1000000000000001",
        b"x\x010\x032.5",
        b"f\x041.5\0",
        b"I\x01\0\0\0\0\0\0\x80",
        b":NNN",
        b"<\x01\x00\x00\x00\xa9\x00",
    ] {
        let objects = read(bytes, CodeLayout::LocalsPlus).unwrap();
        assert_eq!(write(&objects), bytes);
    }
}

#[test]
fn unused_flags_go_and_references_are_numbered_anew() {
    let bytes = b")\x03\xda\x01a\xfa\x01br\x01\x00\x00\x00";
    for form in [drop_unused_flags, minimal_refs] {
        let mut objects = read(bytes, CodeLayout::LocalsPlus).unwrap();
        form(&mut objects);
        assert_eq!(write(&objects), b")\x03\x5a\x01a\xfa\x01br\x00\x00\x00\x00");
        let again = write(&objects);
        form(&mut objects);
        assert_eq!(write(&objects), again);
    }
}

fn minimal(bytes: &[u8]) -> Vec<u8> {
    let mut objects = read(bytes, CodeLayout::LocalsPlus).unwrap();
    minimal_refs(&mut objects);
    write(&objects)
}

#[test]
fn what_is_equal_is_written_once() {
    // (("a", 1), ("a", 1), "a", 1) without references.
    let pair = b")\x02z\x01ai\x01\0\0\0";
    let tuple = [b")\x04", &pair[..], pair, b"z\x01ai\x01\0\0\0"].concat();
    assert_eq!(minimal(&tuple), b")\x04\xa9\x02\xfa\x01a\xe9\x01\0\0\0r\0\0\0\0r\x01\0\0\0r\x02\0\0\0");
    // A reference to an object that is left out becomes a reference to the object written in its
    // place.
    let tuple = b")\x03)\x01z\x01a)\x01\xda\x01br\0\0\0\0";
    assert_eq!(minimal(tuple), b")\x03)\x01z\x01a)\x01\xda\x01br\0\0\0\0");
    let tuple = b")\x03)\x01z\x01a)\x01\xfa\x01ar\0\0\0\0";
    assert_eq!(minimal(tuple), b")\x03\xa9\x01\xfa\x01ar\0\0\0\0r\x01\0\0\0");
}

#[test]
fn what_only_looks_equal_stays() {
    // 0.0 and -0.0; "a" with two type codes; None, which is shorter than a reference; two lists.
    for bytes in [
        &b")\x02g\0\0\0\0\0\0\0\0g\0\0\0\0\0\0\0\x80"[..],
        b")\x03z\x01aZ\x01as\x01\0\0\0a",
        b")\x02NN",
        b")\x02[\0\0\0\0[\0\0\0\0",
        b")\x02)\x01[\0\0\0\0)\x01[\0\0\0\0",
    ] {
        assert_eq!(minimal(bytes), bytes);
    }
}

#[test]
fn refusals_have_their_place() {
    assert_eq!(refusal(b""), "at byte 0, reading an object: 1 byte is needed, but only 0 remain");
    assert_eq!(refusal(b"NN"), "1 extra byte after the end of the code");
    assert_eq!(refusal(b"?"), "at byte 0, reading an object: unknown type code 0x3f");
    assert_eq!(
        refusal(b"(\xff\xff\xff\x7f"),
        "at byte 1: a collection of 2147483647 elements, but only 0 bytes remain"
    );
    assert_eq!(
        refusal(b"\xa9\x01r\0\0\0\0"),
        "at byte 2, reading a reference: object number 0 would contain itself"
    );
    assert_eq!(refusal(b"r\x05\0\0\0"), "at byte 0, reading a reference: there is no object number 5");
    assert_eq!(refusal(b"z\x01\xff"), "at byte 2, reading a string: it is not ASCII");
    assert_eq!(refusal(b"u\x01\0\0\0\xff"), "at byte 5, reading a string: it is not UTF-8");
    assert_eq!(refusal(b"l\x01\0\0\0\0\0"), "at byte 1, reading an integer's digits: a leading zero");
    assert_eq!(
        refusal(b"c\0\0"),
        "at byte 1, reading the code object's argcount: 4 bytes are needed, but only 2 remain"
    );
    let code = [&b"c"[..], &[0; 20], b"N"].concat();
    assert_eq!(
        refusal(&code),
        "at byte 22, reading the code object's consts: 1 byte is needed, but only 0 remain"
    );
    assert_eq!(
        refusal(&b")\x01".repeat(3000)),
        "at byte 4000, reading an object: objects nested more than 2000 deep"
    );
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..400), separate: bool) {
        let layout = if separate { CodeLayout::Separate } else { CodeLayout::LocalsPlus };
        if let Ok(objects) = read(&bytes, layout) {
            prop_assert_eq!(write(&objects), bytes);
        }
    }
}

/// `marshal.loads` of CPython 3.8 to 3.15 returns `(None, "a", "a")` for the bytes with an
/// unmarked None: it gives a marked one no number, so that the reference leads to the string.
#[test]
fn a_singleton_has_no_number() {
    assert!(read(b")\x03N\xda\x01ar\0\0\0\0", CodeLayout::LocalsPlus).is_ok());
    for singleton in [b'N', b'T', b'F', b'.', b'S'] {
        let bytes = [&b")\x03"[..], &[singleton | 0x80], b"\xda\x01ar\0\0\0\0"].concat();
        assert_eq!(
            refusal(&bytes),
            "at byte 2, reading an object: a constant such as None is marked as an object with a number"
        );
    }
}
