//! A comparison → text, JSON, a page.

mod html;
mod text;

pub use html::html;
pub use text::text;

use crate::diff::Comparison;

/// The comparison as JSON: two-space indent, a newline at the end.
///
/// # Errors
/// None in practice: everything in it is a string or a number.
pub fn json(comparison: &Comparison) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(comparison)?;
    text.push('\n');
    Ok(text)
}
