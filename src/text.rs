//! Serde for types with one text form, which [`Display`] writes and [`FromStr`] reads, or with a code. Also serde for
//! objects.

use alloc::borrow::{Cow, ToOwned as _};
use core::fmt::{self, Display};
use core::marker::PhantomData;
use core::ops::Deref;
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

        crate::text::deserialize_as_text!($name);
    };
}
pub(crate) use serde_as_text;

/// Implements `Deserialize` for a type through its `FromStr`.
macro_rules! deserialize_as_text {
    ($name:ty) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use deserialize_as_text;

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
                let code = <crate::text::Text<'_> as serde::Deserialize>::deserialize(deserializer)?;
                let unknown = || {
                    <D::Error as serde::de::Error>::custom(format_args!(
                        "`{}` is not the code of {}",
                        &*code, $what
                    ))
                };
                Self::from_code(&code).ok_or_else(unknown)
            }
        }
    };
}
pub(crate) use serde_as_code;

/// A short text without an allocation. Text that does not fit is left out, so use it only for text that fits.
pub(crate) struct Brief {
    bytes: [u8; 64],
    length: usize,
}

impl Brief {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 64], length: 0 }
    }

    pub(crate) fn push(&mut self, text: &str) {
        let free = self.bytes.get_mut(self.length..);
        if let Some((place, _)) = free.and_then(|free| free.split_at_mut_checked(text.len())) {
            place.copy_from_slice(text.as_bytes());
            self.length += text.len();
        }
    }

    /// Pads the number with zeros.
    pub(crate) fn push_number(&mut self, mut number: i64, digits: usize) {
        let free = self.bytes.get_mut(self.length..);
        if let Some((place, _)) = free.and_then(|free| free.split_at_mut_checked(digits)) {
            for digit in place.iter_mut().rev() {
                *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
                number /= 10;
            }
            self.length += digits;
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.length).map(core::str::from_utf8);
        text.and_then(Result::ok).unwrap_or_default()
    }
}

/// Reads a string and parses it. It returns the error of the parser.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    struct Parsed<T>(PhantomData<T>);

    impl<T: FromStr<Err: Display>> Visitor<'_> for Parsed<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|error| E::custom(format_args!("`{text}` is {error}")))
        }
    }

    deserializer.deserialize_str(Parsed(PhantomData))
}

/// A borrowed text if possible. It is copied only if the input holds it in another form, such as with an escape in JSON.
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anywhere;

        impl<'de> Visitor<'de> for Anywhere {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Anywhere)
    }
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
