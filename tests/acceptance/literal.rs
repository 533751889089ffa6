//! Numbers and escapes: the valid contents of literals.

use pycompile::target::Target;

/// CPython: `_PY_LONG_DEFAULT_MAX_STR_DIGITS`.
const MAX_DIGITS: usize = 4300;

/// Returns the end of the number that starts at `at`, if it is one and may end there.
pub fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let letter = |at: usize| bytes.get(at).map_or(0, u8::to_ascii_lowercase);
    let radix = match (bytes[at], letter(at + 1)) {
        (b'0', b'x') => Some(16),
        (b'0', b'o') => Some(8),
        (b'0', b'b') => Some(2),
        _ => None,
    };
    if let Some(radix) = radix {
        let fits = |at: usize| bytes.get(at).is_some_and(|&byte| char::from(byte).is_digit(radix));
        let mut end = at + 2;
        loop {
            end += usize::from(letter(end) == b'_');
            if !fits(end) {
                return None;
            }
            while fits(end) {
                end += 1;
            }
            if letter(end) != b'_' {
                return (!digit(end) && ends(bytes, end)).then_some(end);
            }
        }
    }
    let mut end = at;
    let mut float = false;
    if digit(end) {
        end = digits(bytes, end)?;
    }
    let whole = end;
    if letter(end) == b'.' {
        float = true;
        end += 1;
        if digit(end) {
            end = digits(bytes, end)?;
        }
    }
    if letter(end) == b'e' {
        let sign = matches!(letter(end + 1), b'+' | b'-');
        if digit(end + 1 + usize::from(sign)) {
            float = true;
            end = digits(bytes, end + 1 + usize::from(sign))?;
        } else if sign {
            return None;
        }
    }
    if letter(end) == b'j' {
        float = true;
        end += 1;
    }
    if !float {
        let integer = &bytes[at..whole];
        let count = integer.iter().filter(|byte| byte.is_ascii_digit()).count();
        let is_zero = integer.iter().all(|byte| matches!(byte, b'0' | b'_'));
        if integer[0] == b'0' && !is_zero || count > MAX_DIGITS {
            return None;
        }
    }
    ends(bytes, end).then_some(end)
}

fn digits(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if bytes.get(at) != Some(&b'_') {
            return Some(at);
        }
        at += 1;
        bytes.get(at).filter(|byte| byte.is_ascii_digit())?;
    }
}

/// Returns whether a number may end before `at`: a keyword may follow, other letters must not.
fn ends(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let whole = ["and", "else", "for", "or", "not"].iter().any(|word| {
        rest.starts_with(word.as_bytes())
            && !rest.get(word.len()).is_some_and(|&next| is_word(next) || next >= 128)
    });
    let begun = ["if", "in", "is"].iter().any(|word| rest.starts_with(word.as_bytes()));
    whole || begun || !rest.first().is_some_and(|&byte| is_word(byte))
}

/// Returns whether all escapes in the inside of a string that is not raw are right.
pub fn escapes_fit(body: &str, target: &Target) -> bool {
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        rest = &rest[at + 1..];
        let Some(letter) = rest.chars().next() else { return true };
        let after = &rest[letter.len_utf8()..];
        let size = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'N' => {
                let name = after.strip_prefix('{').and_then(|name| name.split_once('}'));
                if !name.is_some_and(|(name, _)| is_named(name, target)) {
                    return false;
                }
                0
            }
            _ => 0,
        };
        let code = after.get(..size).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let value = |code: &str| u32::from_str_radix(&format!("0{code}"), 16).unwrap();
        if code.is_none_or(|code| value(code) > 0x0010_ffff) {
            return false;
        }
        rest = after;
    }
    true
}

/// Returns whether all escapes in the inside of a bytes literal that is not raw are right.
pub fn byte_escapes_fit(body: &str) -> bool {
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        let Some(letter) = rest[at + 1..].chars().next() else { return false };
        rest = &rest[at + 1 + letter.len_utf8()..];
        let hexadecimal = rest.get(..2).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if letter == 'x' && !hexadecimal {
            return false;
        }
    }
    true
}

/// Returns whether the target's Unicode has a character of this name.
fn is_named(name: &str, target: &Target) -> bool {
    let upper = name.to_ascii_uppercase();
    let is_computed =
        ["HANGUL SYLLABLE ", "CJK UNIFIED IDEOGRAPH-"].iter().any(|head| upper.starts_with(head));
    let is_refused = upper.starts_with("TANGUT IDEOGRAPH-") || (is_computed && name != upper);
    if !target.features.ideograph_names_in_any_case && is_refused {
        return false;
    }
    // The name of an ideograph ends with its code point, which lies in these planes.
    let heads = [
        ("CJK UNIFIED IDEOGRAPH-", [0x3400..=0x9fff, 0x2_0000..=0x3_ffff]),
        ("TANGUT IDEOGRAPH-", [0x1_7000..=0x1_87ff, 0x1_8d00..=0x1_8d7f]),
    ];
    let code = heads.iter().find_map(|(head, planes)| Some((upper.strip_prefix(head)?, planes)));
    let is_ideograph = |point: u32, planes: &[std::ops::RangeInclusive<u32>]| {
        // The table of names may be older than the target's Unicode.
        match char::from_u32(point).and_then(unicode_names2::name) {
            Some(known) => known.to_string() == upper,
            None => planes.iter().any(|plane| plane.contains(&point)),
        }
    };
    let listed = || {
        let line = include_str!("../../src/decode/new_names.txt")
            .lines()
            .find_map(|line| line.split_once(';').filter(|(known, _)| *known == upper));
        line.map(|(_, code)| u32::from_str_radix(code, 16).unwrap())
    };
    let point = match code {
        Some((code, planes)) => u32::from_str_radix(code, 16)
            .ok()
            .filter(|&point| !code.starts_with('0') && is_ideograph(point, planes)),
        None => unicode_names2::character(name).map(u32::from).or_else(listed),
    };
    point.is_some_and(|point| target.assigns(point))
}
