//! UTF-7 (RFC 2152), as far as CPython's decoder accepts it.

/// What cannot be decoded.
pub(super) struct Fault {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: &'static str,
}

/// Decodes `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'+' => at = shifted(bytes, at, &mut text)?,
            0..=127 => {
                text.push(char::from(byte));
                at += 1;
            }
            _ => return Err(Fault { start: at, end: at + 1, reason: "unexpected special character" }),
        }
    }
    Ok(text)
}

/// A `+…-` section from `start`; returns its end.
fn shifted(bytes: &[u8], start: usize, text: &mut String) -> Result<usize, Fault> {
    let mut at = start + 1;
    if bytes.get(at) == Some(&b'-') {
        text.push('+');
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
    let fault = |reason| Fault { start, end: at + 1, reason };
    if at == start + 1 {
        return Err(fault("ill-formed sequence"));
    }
    if held >= 6 {
        return Err(fault("partial character in base64 string"));
    }
    if bits != 0 {
        return Err(fault("non-zero padding bits in base64 string"));
    }
    for unit in char::decode_utf16(units) {
        text.push(unit.map_err(|_| fault("ill-formed sequence"))?);
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
