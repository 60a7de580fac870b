//! Serde for types with one text form, which [`Display`] writes and [`FromStr`] reads, or with a code. Also serde for
//! objects.

use core::fmt::{self, Display};
use core::marker::PhantomData;
use core::str::FromStr;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Unexpected, Visitor};

/// Implements `Serialize` and `Deserialize` for a type through its `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use serde_as_text;

/// Implements `Serialize` and `Deserialize` for a type through its `code` and `from_code`.
macro_rules! serde_as_code {
    ($name:ident, $what:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <alloc::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(deserializer)?;
                let unknown = || {
                    <D::Error as serde::de::Error>::custom(format_args!(
                        "`{code}` is not the code of {}",
                        $what
                    ))
                };
                Self::from_code(&code).ok_or_else(unknown)
            }
        }
    };
}
pub(crate) use serde_as_code;

/// Reads a string and parses it. It returns the error of the parser.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr<Err: Display>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|error| E::custom(format_args!("`{text}` is {error}")))
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

/// An object with exactly these property names. Without this type, a list would be read as an object too: its items
/// would become the properties in the order of their declaration.
pub(crate) struct Exact<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Exact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Properties<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Properties<T> {
            type Value = Exact<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, properties: A) -> Result<Exact<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(properties)).map(Exact)
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Exact<T>, E> {
                // The string may be a token, which no error repeats.
                Err(E::invalid_type(Unexpected::Other("string"), &self))
            }
        }

        deserializer.deserialize_any(Properties(PhantomData))
    }
}
