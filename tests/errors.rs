//! The exact text of every error. For the texts of a refusal, see `tests/gate`.

mod support;

use core::error::Error;
use core::fmt::Debug;

use access_package::{
    AccessPackageId, Action, ArmId, Assignment, AssignmentId, AssignmentState, CatalogId, Event,
    FailureReason, LoadError, NotAdmitted, ObjectId, ParseAssignmentStateError, ParseIdError,
    ParseResourceRoleError, ParseRoleError, Receipt, RecordError, Recorded, Refusal, ResourceRole, Role,
    StoredAssignment,
};
use support::documented::STATES;
use support::member_of;
use uuid::Uuid;

use AssignmentState::{Delivering, DeliveryFailed};

fn refused<T: Debug, E: Error + 'static>(result: Result<T, E>) -> Box<dyn Error> {
    Box::new(result.expect_err("refused"))
}

fn read(origin_system: &str, resource: &str, role: &str) -> Result<ResourceRole, ParseResourceRoleError> {
    read_typed(origin_system, resource, role, None)
}

fn read_typed(
    origin_system: &str,
    resource: &str,
    role: &str,
    role_type: Option<&str>,
) -> Result<ResourceRole, ParseResourceRoleError> {
    ResourceRole::from_origin(origin_system, resource, role, role_type)
}

#[test]
fn errors_that_come_of_reading() {
    let guid = "00000000-0000-0000-0000-000000000007";
    let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{guid}");
    let texts = [
        (
            refused("".parse::<AssignmentId>()),
            "not a valid assignment id: expected a GUID of 36 characters with hyphens",
        ),
        (
            refused("".parse::<AccessPackageId>()),
            "not a valid access package id: expected a GUID of 36 characters with hyphens",
        ),
        (
            refused("".parse::<CatalogId>()),
            "not a valid catalog id: expected a GUID of 36 characters with hyphens",
        ),
        (
            refused("".parse::<ObjectId>()),
            "not a valid object id: expected a GUID of 36 characters with hyphens",
        ),
        (
            refused("".parse::<Role>()),
            "not a known role: expected a name such as `Catalog owner`, or a role id",
        ),
        (
            refused(read("AadGroup", "", "")),
            "resource origin id does not fit `AadGroup`: expected a GUID of 36 characters with hyphens",
        ),
        (
            refused(read("AadGroup", guid, "")),
            "role origin id does not fit `AadGroup`: expected `Member_<group id>`, `Owner_<group id>`, `EligibleMember_<guid>` or `EligibleOwner_<guid>`",
        ),
        (
            refused(read("AadApplication", guid, "")),
            "role origin id does not fit `AadApplication`: expected the GUID of an app role",
        ),
        (
            refused(read("SharePointOnline", "", "")),
            "role origin id does not fit `SharePointOnline`: expected a number such as `4`",
        ),
        (
            refused(read("DirectoryRole", guid, "")),
            "role origin id does not fit `DirectoryRole`: expected `Eligible` or `Active`",
        ),
        (
            refused(read("AzureResources", "", &definition)),
            "resource origin id does not fit `AzureResources`: expected `/`, or a path such as `/subscriptions/<guid>`",
        ),
        (
            refused(read("AzureResources", "/", "/")),
            "role origin id does not fit `AzureResources`: expected a path that ends in `/providers/Microsoft.Authorization/roleDefinitions/<guid>`",
        ),
        (
            refused(read("AzureResources", "/", &definition)),
            "role type does not fit `AzureResources`: expected `active` or `eligible`",
        ),
        (
            refused(read_typed("DirectoryRole", guid, "Active", Some("eligible"))),
            "role type does not fit `DirectoryRole`: expected `active` or none",
        ),
        (
            refused(read_typed("DirectoryRole", guid, "Eligible", Some(""))),
            "role type does not fit `DirectoryRole`: expected `eligible` or none",
        ),
        (
            refused("".parse::<ArmId>()),
            "not a valid Azure id: expected `/`, or a path such as `/subscriptions/<guid>`",
        ),
        (
            refused(read("CustomDataProvidedResource", "", "")),
            "`CustomDataProvidedResource` only provides data for reviews: there is nothing to enforce",
        ),
        #[cfg(feature = "serde")]
        (
            refused("".parse::<access_package::Timestamp>()),
            "not a valid timestamp: expected ISO 8601 with an offset, in the years 1 to 9999, such as `2022-07-27T21:55:19.69Z`",
        ),
    ];
    check(texts);
}

#[test]
fn errors_that_come_of_a_call() {
    let id = |number| Uuid::from_u128(number).into();
    let texts: [(Box<dyn Error>, _); 6] = [
        (
            Box::new(RecordError::OtherAssignment { required: id(1), actual: id(2) }),
            "receipt is for assignment `00000000-0000-0000-0000-000000000002`, but this is assignment `00000000-0000-0000-0000-000000000001`",
        ),
        (
            Box::new(RecordError::UnknownResourceRole(member_of(7))),
            "receipt is for resource role `AadGroup 00000000-0000-0000-0000-000000000007 Member_00000000-0000-0000-0000-000000000007`, which the assignment does not have",
        ),
        (
            Box::new(LoadError::UnsupportedFormat { required: 1, actual: 2 }),
            "stored format is `2`: this version reads `1`",
        ),
        (
            Box::new(LoadError::DuplicateResourceRole(member_of(7))),
            "resource role `AadGroup 00000000-0000-0000-0000-000000000007 Member_00000000-0000-0000-0000-000000000007` is listed twice",
        ),
        (
            Box::new(LoadError::ReasonWithoutFailure(member_of(7))),
            "resource role `AadGroup 00000000-0000-0000-0000-000000000007 Member_00000000-0000-0000-0000-000000000007` has a failure reason, but its fulfillment is not `failed`",
        ),
        (
            Box::new(LoadError::StateContradictsFulfillments {
                required: Delivering,
                actual: DeliveryFailed,
            }),
            "state is `deliveryFailed`, but its resource roles imply `delivering`",
        ),
    ];
    check(texts);
}

/// No error has a source: its text says everything.
fn check<'a>(texts: impl IntoIterator<Item = (Box<dyn Error>, &'a str)>) {
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none(), "{text}");
    }
}

// R11
#[test]
fn what_is_no_state_is_told_every_state() {
    let words: Vec<_> = STATES.iter().map(|known| format!("`{}`", known.word)).collect();
    let (last, others) = words.split_last().expect("states");
    let text = format!("not a known assignment state: expected {} or {last}", others.join(", "));
    check([(refused("".parse::<AssignmentState>()), text.as_str())]);
}

/// The error can cross a thread and be kept. This is checked when it compiles.
fn is_plain<T: Clone + Debug + Send + Sync + 'static>() {}

fn is_error<T: Error + Clone + Send + Sync + 'static>() {
    is_plain::<T>();
}

#[test]
fn errors_and_data_are_plain() {
    is_error::<ParseIdError>();
    is_error::<ParseAssignmentStateError>();
    is_error::<ParseRoleError>();
    is_error::<ParseResourceRoleError>();
    #[cfg(feature = "serde")]
    is_error::<access_package::ParseTimestampError>();
    is_error::<Refusal>();
    is_error::<NotAdmitted>();
    is_error::<RecordError>();
    is_error::<LoadError>();
    is_plain::<Assignment>();
    is_plain::<StoredAssignment>();
    is_plain::<Action>();
    is_plain::<Receipt>();
    is_plain::<Event>();
    is_plain::<Recorded>();
    is_plain::<FailureReason>();
}
