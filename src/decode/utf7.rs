//! UTF-7 (RFC 2152), as CPython's decoder accepts it.

use super::fault::CodecFault;
use super::surrogates::Points;

/// Decodes `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Result<Points, CodecFault> {
    sections(bytes, false)
}

/// Decodes a part of a source, with a replacement character if it ends within a character.
pub(super) fn decode_part(bytes: &[u8]) -> Option<String> {
    sections(bytes, true).ok()?.finish().ok()
}

fn sections(bytes: &[u8], is_part: bool) -> Result<Points, CodecFault> {
    let mut points = Points::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'+' => at = shifted(bytes, at, is_part, &mut points)?,
            0..=127 => {
                points.push(u32::from(byte));
                at += 1;
            }
            _ => return Err(CodecFault::undecodable(at, at + 1, "unexpected special character")),
        }
    }
    Ok(points)
}

/// Decodes a `+…-` section from `start`; returns its end.
fn shifted(bytes: &[u8], start: usize, is_part: bool, points: &mut Points) -> Result<usize, CodecFault> {
    let mut at = start + 1;
    if bytes.get(at) == Some(&b'-') {
        points.push(u32::from(b'+'));
        return Ok(at + 1);
    }
    let (mut bits, mut held) = (0u32, 0);
    let mut units = Vec::new();
    while let Some(value) = bytes.get(at).copied().and_then(sextet) {
        bits = bits << 6 | value;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push((bits >> held) as u16);
            bits &= (1 << held) - 1;
        }
        at += 1;
    }
    let fault = |reason| CodecFault::undecodable(start, at + 1, reason);
    if at == start + 1 && at < bytes.len() {
        return Err(fault("ill-formed sequence"));
    }
    let is_cut = is_part && at == bytes.len() && (held >= 6 || bits != 0);
    if held >= 6 && !is_cut {
        return Err(fault("partial character in shift sequence"));
    }
    if bits != 0 && !is_cut {
        return Err(fault("non-zero padding bits in shift sequence"));
    }
    for unit in char::decode_utf16(units) {
        points.push(unit.map_or_else(|lone| u32::from(lone.unpaired_surrogate()), u32::from));
    }
    if is_cut {
        points.push(0xfffd);
    }
    Ok(if bytes.get(at) == Some(&b'-') { at + 1 } else { at })
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
