//! The properties of a document that the crate knows, and their conversion to the stored form.

mod gives;

use alloc::vec::Vec;
use core::fmt;

use serde::de::{Error as _, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::listed::{AccessPackage, Listed, Names, expanded};
use super::package::AccessPackageDocument;
use super::schedule::Schedule;
use super::shown::{Kind, Said};
use super::text::{parse, unmarked};
use super::{ReadError, missing};
use crate::assignment::{Assignment, StoredAssignment};
use crate::catalog::Catalog;
use crate::graph::Version;
use crate::graph::object::{Closed, Object};
use crate::id::{AccessPackageId, AssignmentId, CatalogId, ObjectId};
use crate::resource_role::ResourceRole;
use crate::state::AssignmentState;
use crate::subject::SubjectType;

/// The document of an assignment, in either version.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "a null schedule has no end, and a missing one is an error")]
pub(super) struct Document<'a> {
    id: Option<AssignmentId>,
    // v1.0
    state: Option<AssignmentState>,
    #[serde(default, deserialize_with = "present")]
    schedule: Option<Option<Closed<Schedule>>>,
    target: Option<Object<Target>>,
    // v1.0
    #[serde(borrow)]
    access_package: Option<Object<AccessPackage<'a>>>,
    // beta
    assignment_state: Option<AssignmentState>,
    access_package_id: Option<AccessPackageId>,
    catalog_id: Option<CatalogId>,
    #[serde(borrow)]
    access_package_assignment_resource_roles: Option<Vec<Object<Listed<'a>>>>,
    #[serde(rename = "accessPackageAssignmentResourceRoles@odata.nextLink")]
    rest_of_assignment_resource_roles: Option<IgnoredAny>,
    // Properties that an assignment never has.
    error: Option<Said>,
    request_type: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::option_option, reason = "null says that the subject is not in the tenant yet")]
struct Target {
    #[serde(default, deserialize_with = "present")]
    object_id: Option<Option<ObjectId>>,
    // v1.0
    #[serde(default, deserialize_with = "subject_type")]
    subject_type: Option<SubjectType>,
    // beta
    #[serde(default, deserialize_with = "subject_type")]
    r#type: Option<SubjectType>,
}

/// Distinguishes a null property, read as `Some(None)`, from a missing one.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// R46: only a known word counts. Anything else is ignored, however deep or long it is.
fn subject_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SubjectType>, D::Error> {
    struct Word;

    impl Visitor<'_> for Word {
        type Value = Option<SubjectType>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a word")
        }

        fn visit_str<E>(self, word: &str) -> Result<Option<SubjectType>, E> {
            Ok(SubjectType::from_word(word))
        }
    }

    let value = <&RawValue>::deserialize(deserializer)?;
    let word = serde_json::Deserializer::from_str(value.get()).deserialize_str(Word);
    Ok(word.ok().flatten())
}

/// The values of a property in several places of a document, with their paths.
fn agreed<T: PartialEq>(
    places: impl IntoIterator<Item = (&'static str, Option<T>)>,
) -> Result<Option<T>, ReadError> {
    let mut places = places.into_iter().filter_map(|(part, value)| Some((part, value?)));
    let Some((part, said)) = places.next() else { return Ok(None) };
    match places.find(|(_, value)| *value != said) {
        Some((other, _)) => Err(ReadError::Disagreement { part, other }),
        None => Ok(Some(said)),
    }
}

/// Reads the document of an assignment. If it is another document, the error says which.
fn read<T>(
    text: &[u8],
    read: impl FnOnce(Document<'_>, AssignmentState, Version) -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    let text = unmarked(text)?;
    let result = parse::<Object<Document<'_>>>(text).and_then(|Object(document)| {
        let (state, version) = document.of_assignment()?;
        read(document, state, version).map_err(|problem| expanded(problem, text, Names::of(version).expand))
    });
    let other = || Kind::of(text).filter(|kind| !matches!(kind, Kind::Assignment)).map(Kind::problem);
    result.map_err(|problem| other().unwrap_or(problem))
}

/// A readable assignment. If it cannot be read, the error does not say why.
pub(super) struct Readable(pub(super) Assignment);

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Object(document) = Object::<Document<'_>>::deserialize(deserializer)?;
        let read = document.of_assignment().and_then(|(state, version)| document.whole(state, version, None));
        read.map(Self).map_err(|_| D::Error::custom("not a whole assignment"))
    }
}

/// The assignment, with the resource roles of this access package document, or else with its own.
pub(super) fn assignment(
    text: &[u8],
    package: Option<&AccessPackageDocument>,
) -> Result<Assignment, ReadError> {
    read(text, |document, state, version| document.whole(state, version, package))
}

/// The resource roles that the document lists, whatever the state.
pub(super) fn gives(text: &[u8]) -> Result<Vec<ResourceRole>, ReadError> {
    read(text, |document, _, version| document.owed(version))
}

impl Document<'_> {
    /// Its state and version, if it is of an assignment.
    fn of_assignment(&self) -> Result<(AssignmentState, Version), ReadError> {
        let state = self.state()?;
        if let Some(Said { code: Some(code), message }) = &self.error {
            return Err(ReadError::GraphError { code: code.clone(), message: message.clone() });
        }
        if self.request_type.is_some() {
            return Err(ReadError::IsRequest { assignment: None });
        }
        Ok(state)
    }

    fn state(&self) -> Result<(AssignmentState, Version), ReadError> {
        match (self.state, self.assignment_state) {
            (Some(_), Some(_)) => Err(ReadError::MixedVersions),
            (Some(state), None) => Ok((state, Version::V1)),
            (None, Some(state)) => Ok((state, Version::Beta)),
            // Only beta has this id in the assignment.
            (None, None) if self.access_package_id.is_some() => Err(missing("assignmentState")),
            (None, None) => Err(missing("state")),
        }
    }

    fn whole(
        mut self,
        state: AssignmentState,
        version: Version,
        package: Option<&AccessPackageDocument>,
    ) -> Result<Assignment, ReadError> {
        let id = self.id.ok_or_else(|| missing("id"))?;
        let Object(target) =
            self.target.as_ref().ok_or_else(|| Names::of(version).not_expanded("target".into()))?;
        let target_type = target.subject_type.or(target.r#type);
        let target = target.object_id.ok_or_else(|| missing("target.objectId"))?;
        let target = target.ok_or(ReadError::TargetNotInTenant)?;
        let schedule = self.schedule.take().ok_or_else(|| missing("schedule"))?;
        let end = schedule.map_or(Ok(None), Closed::end)?;
        let (access_package, catalog) = self.belongs_to(version)?;
        let gives = package.map(|package| package.whole_of(access_package)).transpose()?;
        let resource_roles = self.resource_roles(state, version, gives)?;
        let stored = StoredAssignment {
            format: StoredAssignment::FORMAT,
            id,
            catalog,
            access_package,
            target,
            target_type,
            state,
            end,
            attempt: 0,
            resource_roles,
        };
        Ok(stored.try_into()?)
    }

    /// The access package and its catalog. A value that occurs in several places must be the same everywhere.
    fn belongs_to(&self, version: Version) -> Result<(AccessPackageId, Catalog), ReadError> {
        let not_expanded = |part: &str| Names::of(version).not_expanded(part.into());
        let package = self.access_package.as_ref().map(|Object(package)| package);
        let [catalog, older] = [
            package.and_then(|package| package.catalog.as_ref()),
            package.and_then(|package| package.older_catalog.as_ref()),
        ]
        .map(|expanded| expanded.map(|Object(catalog)| catalog));
        let package_id = agreed([
            ("accessPackageId", self.access_package_id),
            ("accessPackage.id", package.and_then(|package| package.id)),
        ])?;
        let catalog_id = agreed([
            ("catalogId", self.catalog_id),
            ("accessPackage.catalogId", package.and_then(|package| package.catalog_id)),
            ("accessPackage.catalog.id", catalog.and_then(|catalog| catalog.id)),
            ("accessPackage.accessPackageCatalog.id", older.and_then(|catalog| catalog.id)),
        ])?;
        // R43
        let privilege_level = agreed([
            ("accessPackage.catalog.privilegeLevel", catalog.and_then(|catalog| catalog.privilege_level)),
            (
                "accessPackage.accessPackageCatalog.privilegeLevel",
                older.and_then(|catalog| catalog.privilege_level),
            ),
        ])?;
        let [name_of_package, name_of_catalog] = match version {
            Version::V1 => {
                package.ok_or_else(|| not_expanded("accessPackage"))?;
                catalog.or(older).ok_or_else(|| not_expanded("accessPackage.catalog"))?;
                ["accessPackage.id", "accessPackage.catalog.id"]
            }
            Version::Beta => ["accessPackageId", "catalogId"],
        };
        let package_id = package_id.ok_or_else(|| missing(name_of_package))?;
        let id = catalog_id.ok_or_else(|| missing(name_of_catalog))?;
        Ok((package_id, Catalog { id, privilege_level }))
    }
}
