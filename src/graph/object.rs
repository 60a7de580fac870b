//! Objects, and nothing else in their place.

use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// What is an object in JSON. Without this a list would be read as one too, its items taken for the
/// properties in the order in which they happen to be declared.
#[derive(Default)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Properties<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Properties<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, properties: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(properties)).map(Object)
            }
        }

        deserializer.deserialize_map(Properties(PhantomData))
    }
}
