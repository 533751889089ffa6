//! A list, or a single value in place of a list of one.

use serde::de::value::{I64Deserializer, StringDeserializer};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IntoDeserializer as _, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use toml::Spanned;

/// Reads `["3.14"]` and `"3.14"` alike.
pub(super) fn list_or_one<'de, D, T>(deserializer: D) -> Result<Vec<Spanned<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let read = Spanned::<ListOrOne<T>>::deserialize(deserializer)?;
    let span = read.span();
    Ok(match read.into_inner() {
        ListOrOne::List(list) => list,
        ListOrOne::One(value) => vec![Spanned::new(span, value)],
    })
}

enum ListOrOne<T> {
    List(Vec<Spanned<T>>),
    One(T),
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for ListOrOne<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either(PhantomData))
    }
}

struct Either<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Either<T> {
    type Value = ListOrOne<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or one value")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        let own: StringDeserializer<E> = text.to_owned().into_deserializer();
        T::deserialize(own).map(ListOrOne::One)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        let own: I64Deserializer<E> = number.into_deserializer();
        T::deserialize(own).map(ListOrOne::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(ListOrOne::List(list))
    }
}
