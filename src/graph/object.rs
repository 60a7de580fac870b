//! Objects, and nothing else in their place; the names of their properties without regard to ASCII case.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::U64Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::value::RawValue;

/// What is an object in JSON. Without this a list would be read as one too, its items taken for the
/// properties in the order in which they happen to be declared.
///
/// Exporters write the names of properties in several cases, so those are read without regard to it; two spellings of
/// one property are that property twice, which is an error. Properties that `T` does not have are ignored.
#[derive(Default)]
pub(super) struct Object<T>(pub(super) T);

/// An [`Object`] that remembers the first property that `T` does not have and that holds a real value.
pub(super) struct Closed<T> {
    pub(super) known: T,
    /// Its name, as the document spells it.
    pub(super) unknown: Option<String>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Properties { unknown: None, object: PhantomData }).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Closed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut unknown = None;
        let properties = Properties { unknown: Some(&mut unknown), object: PhantomData };
        let known = deserializer.deserialize_map(properties)?;
        Ok(Self { known, unknown })
    }
}

struct Properties<'u, T> {
    /// Where the first unknown property that holds a real value is told, if anybody wants to know.
    unknown: Option<&'u mut Option<String>>,
    object: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Properties<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, properties: A) -> Result<T, A::Error> {
        T::deserialize(Known { properties, fields: &[], unknown: self.unknown })
    }
}

/// The properties that a struct has, under the names that it has for them.
struct Known<'u, A> {
    properties: A,
    fields: &'static [&'static str],
    unknown: Option<&'u mut Option<String>>,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Known<'_, A> {
    type Error = A::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(Known { fields, ..self })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Known<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            let name = Name { fields: self.fields, is_told: self.unknown.is_some() };
            match self.properties.next_key_seed(name)? {
                None => return Ok(None),
                Some(Property::Known(field)) => {
                    let field: U64Deserializer<A::Error> = field.into_deserializer();
                    return seed.deserialize(field).map(Some);
                }
                Some(Property::Ignored) => drop(self.properties.next_value::<IgnoredAny>()?),
                Some(Property::Unknown(name)) => {
                    let Real(is_real) = self.properties.next_value()?;
                    if let Some(unknown) = self.unknown.as_deref_mut().filter(|_| is_real) {
                        unknown.get_or_insert(name);
                    }
                }
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.properties.next_value_seed(seed)
    }
}

/// The name of a property, as it is read: a known one costs no allocation.
enum Property {
    /// By its number among the fields, of which none has an alias: its name is not compared again.
    Known(u64),
    Unknown(String),
    Ignored,
}

struct Name {
    fields: &'static [&'static str],
    /// The name of an unknown property is asked for.
    is_told: bool,
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Property;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Property, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Property;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Property, E> {
        // As Graph spells it, nearly always.
        let is_name =
            |field: &str| field.len() == name.len() && (field == name || field.eq_ignore_ascii_case(name));
        let known = (0..).zip(self.fields).find(|(_, field)| is_name(field));
        Ok(match known {
            Some((field, _)) => Property::Known(field),
            // What OData says of a property, as in `@odata.type`, is none.
            None if self.is_told && !name.contains('@') => Property::Unknown(name.to_owned()),
            None => Property::Ignored,
        })
    }
}

/// Whether there is a value: a text, a number or a boolean, at whatever depth. Null is none, and neither is an
/// object or a list with nothing but null in it.
#[derive(Default)]
pub(super) struct Real(pub(super) bool);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::of)
    }
}

impl Real {
    /// What is known to be JSON is looked through without recursion: it may be as deep as it likes.
    pub(super) fn of(json: &RawValue) -> Self {
        let mut bytes = json.get().bytes().filter(|byte| !byte.is_ascii_whitespace()).peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => {
                    while let Some(byte) = bytes.next().filter(|byte| *byte != b'"') {
                        if byte == b'\\' {
                            bytes.next();
                        }
                    }
                    // Or it is the name of a property.
                    if bytes.peek() != Some(&b':') {
                        return Self(true);
                    }
                }
                b't' | b'f' | b'-' | b'0'..=b'9' => return Self(true),
                _ => {}
            }
        }
        Self(false)
    }
}
