//! HZ (RFC 1843): GB 2312 between `~{` and `~}`.

use super::super::fault::CodecFault;
use super::table::{PairMeaning, find, plane};
use super::{illegal, incomplete};

/// Decodes `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Result<String, CodecFault> {
    let pairs = plane(find("gb2312").unwrap_or_default(), 0);
    let mut text = String::with_capacity(bytes.len());
    let (mut at, mut in_chinese) = (0, false);
    while let Some(&byte) = bytes.get(at) {
        let second = || bytes.get(at + 1).copied().ok_or_else(|| incomplete(at, bytes));
        match byte {
            b'~' => {
                match (in_chinese, second()?) {
                    (false, b'~') => text.push('~'),
                    (false, b'{') => in_chinese = true,
                    (true, b'}') => in_chinese = false,
                    (false, b'\n') => {}
                    _ => return Err(illegal(at, 1)),
                }
                at += 2;
            }
            0x80.. => return Err(illegal(at, 1)),
            _ if !in_chinese => {
                text.push(char::from(byte));
                at += 1;
            }
            _ => {
                let second = second()?;
                match pairs.pair(byte | 0x80, second | 0x80) {
                    PairMeaning::Character(character) if second < 0x80 => text.push(character),
                    _ => return Err(illegal(at, 1)),
                }
                at += 2;
            }
        }
    }
    Ok(text)
}
