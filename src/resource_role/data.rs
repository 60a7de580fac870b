//! A resource role as serde data: its texts, read and written without a copy where possible.

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{OriginId, ResourceRole};
use crate::id::{GUID_LENGTH, serialize_guid};
use crate::text::{Brief, Exact, Text};

/// An unknown field is an error: it could belong to another resource role.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OriginIds<'a> {
    #[serde(borrow)]
    origin_system: Text<'a>,
    #[serde(borrow)]
    resource_origin_id: Text<'a>,
    #[serde(borrow)]
    role_origin_id: Text<'a>,
    #[serde(borrow, default)]
    role_type: Option<Text<'a>>,
}

impl<'de> Deserialize<'de> for ResourceRole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = if deserializer.is_human_readable() {
            Exact::deserialize(deserializer)?.0
        } else {
            OriginIds::deserialize(deserializer)?
        };
        let role_type = ids.role_type.as_deref();
        Self::from_origin(&ids.origin_system, &ids.resource_origin_id, &ids.role_origin_id, role_type)
            .map_err(serde::de::Error::custom)
    }
}

/// A text format leaves out an absent type. A format without field names cannot.
impl Serialize for ResourceRole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let role_type = self.role_type();
        let with_type = role_type.is_some() || !serializer.is_human_readable();
        let number = if with_type { 4 } else { 3 };
        let mut fields = serializer.serialize_struct("OriginIds", number)?;
        fields.serialize_field("originSystem", self.origin_system())?;
        fields.serialize_field("resourceOriginId", &self.resource())?;
        fields.serialize_field("roleOriginId", &self.role())?;
        if with_type {
            fields.serialize_field("roleType", &role_type)?;
        }
        fields.end()
    }
}

impl Serialize for OriginId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Guid(guid) => serialize_guid(*guid, serializer),
            Self::Number(_) => serializer.collect_str(self),
            Self::Access(access, guid) => {
                let mut text = Brief::new();
                text.push(access);
                text.push(guid.as_hyphenated().encode_lower(&mut [0; GUID_LENGTH]));
                serializer.serialize_str(text.as_str())
            }
        }
    }
}
