//! Python strings: UTF-8 in which a lone surrogate is encoded as if it were a character (`surrogatepass`).

/// The code points; `None` in place of a byte that is not UTF-8 in this sense.
pub fn code_points(text: &[u8]) -> impl Iterator<Item = Option<u32>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (&first, _) = rest.split_first()?;
        let size = match first {
            0..=0x7f => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 0,
        };
        let point = rest.get(..size).and_then(decode);
        rest = &rest[if point.is_some() { size } else { 1 }..];
        Some(point)
    })
}

fn decode(bytes: &[u8]) -> Option<u32> {
    let low = |byte: u8| (byte & 0xc0 == 0x80).then_some(u32::from(byte & 0x3f));
    match *bytes {
        [first] => Some(u32::from(first)),
        [first, second] => Some(u32::from(first & 0x1f) << 6 | low(second)?),
        [first, second, third] => {
            let point = u32::from(first & 0x0f) << 12 | low(second)? << 6 | low(third)?;
            (point >= 0x800).then_some(point)
        }
        [first, second, third, fourth] => {
            let point = u32::from(first & 7) << 18 | low(second)? << 12 | low(third)? << 6 | low(fourth)?;
            (0x1_0000..0x11_0000).contains(&point).then_some(point)
        }
        _ => None,
    }
}

/// Whether Python would decode it with `surrogatepass`.
pub fn is_valid(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() || code_points(text).all(|point| point.is_some())
}

/// As text for people: lone surrogates as `\udcXX`.
pub fn display(text: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(text) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for point in code_points(text) {
        match point.map(|point| (point, char::from_u32(point))) {
            Some((_, Some(character))) => shown.push(character),
            Some((point, None)) => shown.push_str(&format!("\\u{point:04x}")),
            None => shown.push(char::REPLACEMENT_CHARACTER),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_text() {
        assert!(is_valid(b"a\xed\xb2\x80\xf0\x9f\x90\x8d"));
        assert_eq!(display(b"a\xed\xb2\x80"), "a\\udc80");
        assert!(!is_valid(b"\xc0\x80"));
        assert!(!is_valid(b"\xe0\x80\x80"));
        assert!(!is_valid(b"\xf4\x90\x80\x80"));
        assert!(!is_valid(b"\xed\xb2"));
    }
}
