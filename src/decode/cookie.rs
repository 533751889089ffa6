//! The coding cookie of PEP 263.

/// A coding cookie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookie<'s> {
    /// Name of the encoding, as written.
    pub(super) name: &'s str,
    /// Line of the cookie: its number, from 1, and its bytes.
    pub(super) number: i32,
    pub(super) line: &'s [u8],
}

/// Returns the cookie of one of the first two lines.
pub(super) fn find(source: &[u8]) -> Option<Cookie<'_>> {
    let mut rest = source;
    for number in 1..=2 {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        let comment = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x0c));
        match comment {
            None => {}
            Some(at) if line[at] == b'#' => {
                if let Some(name) = name(&line[at..]) {
                    return Some(Cookie { name, number, line });
                }
            }
            Some(_) => return None,
        }
        rest = &rest[end..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
    }
    None
}

/// Returns the name after `coding:` or `coding=` in a comment.
fn name(comment: &[u8]) -> Option<&str> {
    memchr::memmem::find_iter(comment, b"coding").find_map(|at| {
        let rest = &comment[at + 6..];
        let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
        let start = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        let rest = &rest[start..];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let end = rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len());
        std::str::from_utf8(&rest[..end]).ok().filter(|name| !name.is_empty())
    })
}
