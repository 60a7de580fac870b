//! The options of a query, such as `$filter`. An unknown option is refused: a list that ignores an option
//! looks like the right one.

use std::str::FromStr;

use access_package::AssignmentState;
use access_package::graph::Version;
use axum::extract::Query;
use axum::http::Uri;

use super::shape::Selection;
use crate::fault::Fault;
use crate::store::Wanted;

/// How many assignments a page of a list has at most.
const PAGE: usize = 100;

/// Every option of OData, supported or not.
const KNOWN: [&str; 12] = [
    "filter",
    "select",
    "expand",
    "top",
    "skiptoken",
    "skip",
    "count",
    "orderby",
    "search",
    "format",
    "apply",
    "compute",
];

/// What a query asks for.
pub struct Options {
    pub wanted: Wanted,
    pub selection: Selection,
    pub top: usize,
    pub after: String,
}

impl Options {
    /// A list takes all supported options, a single assignment only `$select` and `$expand`.
    pub fn read(uri: &Uri, version: Version, is_list: bool) -> Result<Self, Fault> {
        let (mut filter, mut top, mut after) = (None, None, None);
        let (mut select, mut expand) = (None, None);
        for (name, value) in parameters(uri) {
            let Some(option) = option(&name, version)? else { continue };
            let place = match &*option {
                "select" => &mut select,
                "expand" => &mut expand,
                "filter" if is_list => &mut filter,
                "top" if is_list => &mut top,
                "skiptoken" if is_list => &mut after,
                _ => return Err(Fault::Invalid(format!("`${option}` is not supported here"))),
            };
            if place.replace(value).is_some() {
                return Err(Fault::Invalid(format!("`${option}` is given twice")));
            }
        }
        let top = match top.map(|top| top.parse()) {
            None => PAGE,
            Some(Ok(top)) if top > 0 => PAGE.min(top),
            Some(_) => {
                return Err(Fault::Invalid("`$top` is not supported: expected a number from 1 on".into()));
            }
        };
        Ok(Self {
            wanted: filter.map(|filter| wanted(&filter, version)).transpose()?.unwrap_or_default(),
            selection: Selection::read(select.as_deref(), expand.as_deref(), version)?,
            top,
            after: after.unwrap_or_default(),
        })
    }
}

/// The parameters of a query, decoded.
pub fn parameters(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default()
}

/// The name of an option, without its `$`, which beta does not need. Any other parameter is not an option,
/// and is ignored.
pub fn option(name: &str, version: Version) -> Result<Option<String>, Fault> {
    let lower = name.to_ascii_lowercase();
    match lower.strip_prefix('$') {
        Some(option) => Ok(Some(option.to_owned())),
        None if !KNOWN.contains(&&*lower) => Ok(None),
        None if version == Version::Beta => Ok(Some(lower)),
        None => Err(Fault::Invalid(format!("`{lower}` is not an option: expected `${lower}`"))),
    }
}

/// `state eq 'Delivered' and accessPackage/id eq '…' and target/objectId eq '…'`, in any order, each at most
/// once. Case does not matter.
fn wanted(filter: &str, version: Version) -> Result<Wanted, Fault> {
    let refused = || {
        let state = state(version);
        Fault::Invalid(format!(
            "filter is not supported: expected `{state} eq '…'`, `accessPackage/id eq '…'` and `target/objectId eq '…'`, each at \
             most once, joined by `and`"
        ))
    };
    let words: Vec<_> = filter.split_ascii_whitespace().collect();
    let mut wanted = Wanted::default();
    // With an `and` after the last term, too, all terms look alike.
    for term in [&*words, &["and"]].concat().chunks(4) {
        let [property, operator, value, and] = *term else { return Err(refused()) };
        let value =
            value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')).ok_or_else(refused)?;
        if !operator.eq_ignore_ascii_case("eq") || !and.eq_ignore_ascii_case("and") {
            return Err(refused());
        }
        let is = |name: &str| property.eq_ignore_ascii_case(name);
        let is_new = if is(state(version)) {
            let state: AssignmentState = value.parse().map_err(|_| {
                let known: Vec<_> = AssignmentState::ALL.iter().map(|state| state.as_str()).collect();
                Fault::Invalid(format!(
                    "`{value}` in the filter is not a state: expected `{}`",
                    known.join("`, `")
                ))
            })?;
            wanted.state.replace(state).is_none()
        } else if is("accessPackage/id") || version == Version::Beta && is("accessPackageId") {
            wanted.access_package.replace(id(value)?).is_none()
        } else if is("target/objectId") || version == Version::Beta && is("targetId") {
            wanted.target.replace(id(value)?).is_none()
        } else {
            false
        };
        if !is_new {
            return Err(refused());
        }
    }
    Ok(wanted)
}

fn id<T: FromStr>(value: &str) -> Result<T, Fault> {
    value.parse().map_err(|_| Fault::Invalid(format!("`{value}` in the filter is not a GUID")))
}

const fn state(version: Version) -> &'static str {
    match version {
        Version::V1 => "state",
        Version::Beta => "assignmentState",
    }
}
