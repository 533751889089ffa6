//! The character of a `\N{name}` escape.

use std::borrow::Cow;

/// Ideographs whose names hold their code point, and that the name table lacks. Unicode 16 has these two blocks.
const TANGUT: &str = "TANGUT IDEOGRAPH-";

/// The character called `name`, in any case of letters; aliases count, named sequences do not.
pub(crate) fn find(name: &str) -> Option<char> {
    if let Some(code) = strip(name, TANGUT) {
        return tangut(code);
    }
    // A code point takes no leading zeros.
    if strip(name, "CJK UNIFIED IDEOGRAPH-").is_some_and(|code| code.starts_with('0')) {
        return None;
    }
    unicode_names2::character(name)
}

fn strip<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    let head = name.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
}

fn tangut(code: &str) -> Option<char> {
    if code.len() != 5 || !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let code = u32::from_str_radix(code, 16).ok()?;
    let known = matches!(code, 0x17000..=0x187f7 | 0x18d00..=0x18d08);
    char::from_u32(code).filter(|_| known)
}

/// The text with each escape that [`find`] knows and the parser does not replaced by as many `$`. In a string literal
/// they do no harm, elsewhere they are as wrong as the escape was.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let mut result = Cow::Borrowed(text);
    for at in memchr::memmem::find_iter(text.as_bytes(), b"\\N{") {
        let name = text[at + 3..].split('}').next().unwrap_or_default();
        if strip(name, TANGUT).is_some() && find(name).is_some() {
            let end = at + 4 + name.len();
            result.to_mut().replace_range(at..end, &"$".repeat(end - at));
        }
    }
    result
}
