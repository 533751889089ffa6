//! The codecs of domain names. Sources with encoded labels are not decoded.

use super::fault::CodecFault;

/// Decodes with the codec `idna`, or returns `None` if a label is encoded.
pub(super) fn idna(bytes: &[u8]) -> Option<Result<String, CodecFault>> {
    const PREFIX: &[u8] = b"xn--";
    let is_encoded =
        |label: &[u8]| label.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
    let text = || std::str::from_utf8(bytes).map(str::to_owned).ok();
    let has_prefix = bytes.windows(PREFIX.len()).any(|window| window.eq_ignore_ascii_case(PREFIX));
    if bytes.is_ascii() && !has_prefix {
        return text().map(Ok);
    }
    let mut start = 0;
    for label in bytes.split(|&byte| byte == b'.') {
        if label.len() > 1024 {
            return Some(Err(CodecFault::undecodable(start, start + label.len(), "label way too long")));
        }
        if let Some(at) = label.iter().position(|byte| !byte.is_ascii()) {
            let at = start + at;
            return Some(Err(CodecFault::undecodable(at, at + 1, "ordinal not in range(128)")));
        }
        if is_encoded(label) {
            return None;
        }
        start += label.len() + 1;
    }
    text().map(Ok)
}

/// Returns the first byte that is not ASCII in one of the two parts of a text in `punycode`: the
/// start of its part, and its offset there.
pub(super) fn not_ascii(bytes: &[u8]) -> Option<(usize, usize)> {
    let dash = bytes.iter().rposition(|&byte| byte == b'-');
    let start = dash.map_or(0, |dash| dash + 1);
    let parts = [(0, &bytes[..dash.unwrap_or(0)]), (start, &bytes[start..])];
    parts.into_iter().find_map(|(start, part)| {
        let at = part.iter().position(|byte| !byte.is_ascii())?;
        Some((start, at))
    })
}

/// Refuses a source in `punycode`, where no line end is a digit; `None` if another error comes
/// first.
///
/// The first part of the result is the name of the codec in the message.
pub(super) fn punycode(bytes: &[u8]) -> Option<(&'static str, CodecFault)> {
    let dash = bytes.iter().rposition(|&byte| byte == b'-');
    if let Some(at) = bytes[..dash.unwrap_or(0)].iter().position(|byte| !byte.is_ascii()) {
        return Some(("ascii", CodecFault::undecodable(at, at + 1, "ordinal not in range(128)")));
    }
    let start = dash.map_or(0, |dash| dash + 1);
    let (mut length, mut place, mut bias, mut at) = (start.saturating_sub(1) as u64, 0u64, 72u64, start);
    let mut character = 0x80u64;
    loop {
        let (first, mut number, mut weight) = (at == start, 0u64, 1u64);
        for index in 1.. {
            let &byte = bytes.get(at)?;
            let digit = match byte.to_ascii_uppercase() {
                letter @ b'A'..=b'Z' => letter - b'A',
                digit @ b'0'..=b'9' => digit - b'0' + 26,
                other => {
                    let reason = format!("Invalid extended code point '{other}'");
                    return Some(("punycode", CodecFault::undecodable(at, at + 1, reason)));
                }
            };
            at += 1;
            let threshold = (36u64 * index).saturating_sub(bias).clamp(1, 26);
            number = number.checked_add(u64::from(digit).checked_mul(weight)?)?;
            if u64::from(digit) < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
        }
        place = place.checked_add(number)?;
        character += place / (length + 1);
        if character > 0x10_ffff {
            return None;
        }
        place = place % (length + 1) + 1;
        length += 1;
        bias = adapted(number, first, length);
    }
}

/// Returns the adapted bias (RFC 3492, section 6.1).
fn adapted(number: u64, first: bool, count: u64) -> u64 {
    let mut delta = number / if first { 700 } else { 2 };
    delta += delta / count;
    let mut divisions = 0;
    while delta > 455 {
        delta /= 35;
        divisions += 36;
    }
    divisions + 36 * delta / (delta + 38)
}
