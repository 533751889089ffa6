//! The character of a `\N{name}` escape.

/// The character called `name`, in any case of letters; aliases count, named sequences do not.
pub(crate) fn find(name: &str) -> Option<char> {
    unicode_names2::character(name)
}
