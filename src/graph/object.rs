//! JSON objects. The names of their properties ignore ASCII case.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::U64Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::value::RawValue;

/// A JSON object. Without this type, a list would be read as an object too: its items would become the properties in
/// the order of their declaration.
///
/// Exporters write property names in various cases, so reading ignores case. Two spellings of one property count as a
/// duplicate, which is an error. Unknown properties are ignored.
#[derive(Default)]
pub(super) struct Object<T>(pub(super) T);

/// An [`Object`] that remembers the first unknown property with a real value.
pub(super) struct Closed<T> {
    pub(super) known: T,
    /// The name of that property, as the document spells it.
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
    /// Receives the name of the first unknown property with a real value.
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

/// The properties of the object, under the names of the struct's fields.
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

/// The name of a property. A known name needs no allocation.
enum Property {
    /// The index of the field, so that its name is not compared again. No field has an alias.
    Known(u64),
    Unknown(String),
    Ignored,
}

struct Name {
    fields: &'static [&'static str],
    /// Whether to return the name of an unknown property.
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
        // Usually the name is spelled as Graph spells it, so exact comparison comes first.
        let is_name =
            |field: &str| field.len() == name.len() && (field == name || field.eq_ignore_ascii_case(name));
        let known = (0..).zip(self.fields).find(|(_, field)| is_name(field));
        Ok(match known {
            Some((field, _)) => Property::Known(field),
            // An OData annotation such as `@odata.type` is not a property.
            None if self.is_told && !name.contains('@') => Property::Unknown(name.to_owned()),
            None => Property::Ignored,
        })
    }
}

/// Whether a value contains a string, a number or a boolean, at any depth. Null does not count, and neither does an
/// object or a list that contains only nulls.
#[derive(Default)]
pub(super) struct Real(pub(super) bool);

impl<'de> Deserialize<'de> for Real {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::of)
    }
}

impl Real {
    /// Scans valid JSON without recursion, so any depth is fine.
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
                    // A string before a colon is the name of a property.
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
