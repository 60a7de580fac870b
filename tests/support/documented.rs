//! What the documentation says about every role and state, written by hand and without asking the crate. All
//! tests read this one list.
#![allow(dead_code, reason = "each file that includes this uses a part of it")]

use access_package::{AssignmentState, Fulfillment, Reason, Role, Step, SubjectType};

use AssignmentState::{Delivered, Delivering, DeliveryFailed, Expired, PartiallyDelivered};
use Fulfillment::{Failed, Fulfilled, Pending, Unenforceable};

/// Each role with its name and id, in entitlement management or in the directory. R1: the ladder comes first,
/// from the lowest role to the highest. R2: the other roles follow.
pub const ROLES: &[(Role, &str, &str)] = &[
    (
        Role::AccessPackageAssignmentManager,
        "Access package assignment manager",
        "e2182095-804a-4656-ae11-64734e9b7ae5",
    ),
    (Role::AccessPackageManager, "Access package manager", "7f480852-ebdc-47d4-87de-0d8498384a83"),
    (Role::CatalogOwner, "Catalog owner", "ae79f266-94d4-4dab-b730-feca7e132178"),
    (
        Role::IdentityGovernanceAdministrator,
        "Identity Governance Administrator",
        "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
    ),
    (Role::GlobalAdministrator, "Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
    (Role::CatalogCreator, "Catalog creator", "ba92d953-d8e0-4e39-a797-0cbedb0a89e8"),
    (Role::CatalogReader, "Catalog reader", "44272f93-9762-48e8-af59-1b5351b1d6b3"),
    (
        Role::ConnectedOrganizationAdministrator,
        "Connected Organization Administrator",
        "e65cf63f-9cc2-4b48-8871-cb667e9d90fb",
    ),
    (Role::UserAdministrator, "User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1"),
    (
        Role::PrivilegedRoleAdministrator,
        "Privileged Role Administrator",
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
    ),
];

const RUNGS: usize = 5;

/// The directory roles, which a token names.
pub const DIRECTORY_ROLES: &[Role] = &[
    Role::UserAdministrator,
    Role::PrivilegedRoleAdministrator,
    Role::IdentityGovernanceAdministrator,
    Role::GlobalAdministrator,
];

/// The names of two roles in Graph's role definitions (R47).
pub const NAMES_IN_GRAPH: &[(Role, &str)] = &[
    (Role::AccessPackageAssignmentManager, "AccessPackage assignment manager"),
    (Role::AccessPackageManager, "AccessPackages manager"),
];

/// R1, from the lowest to the highest.
pub fn ladder() -> impl DoubleEndedIterator<Item = Role> + Clone {
    ROLES.iter().take(RUNGS).map(|&(role, ..)| role)
}

/// R2
pub fn outsiders() -> impl Iterator<Item = Role> + Clone {
    ROLES.iter().skip(RUNGS).map(|&(role, ..)| role)
}

/// The place of a role on the ladder.
pub fn rung(role: Role) -> Option<usize> {
    ladder().position(|rung| rung == role)
}

/// R46: what a target of this kind cannot hold, by origin system.
pub const CANNOT_HOLD: &[(SubjectType, &str)] = &[
    (SubjectType::ServicePrincipal, "AadApplication"),
    (SubjectType::ServicePrincipal, "SharePointOnline"),
    (SubjectType::User, "OAuthApplication"),
];

/// The facts about a state.
pub struct Known {
    pub state: AssignmentState,
    /// The state's name in v1.0.
    pub word: &'static str,
    /// The steps that help instead. Each is enough (R10).
    pub advice: &'static [Step],
    /// The steps that help instead of reprocessing the request (R32).
    pub request_advice: &'static [Step],
    /// The reason to refuse a request in this state (R32).
    pub request_reason: Option<Reason>,
    /// Fulfillments that this state allows.
    pub example: [Fulfillment; 2],
}

/// Every state, in the order of the crate.
pub const STATES: &[Known] = &[
    Known {
        state: Delivering,
        word: "delivering",
        advice: &[Step::Wait],
        request_advice: &[Step::Wait],
        request_reason: Some(Reason::RequestDelivering),
        example: [Pending, Fulfilled],
    },
    Known {
        state: PartiallyDelivered,
        word: "partiallyDelivered",
        advice: &[Step::ReprocessRequest, Step::RequestAgain],
        request_advice: &[],
        request_reason: None,
        example: [Failed, Fulfilled],
    },
    Known {
        state: Delivered,
        word: "delivered",
        advice: &[],
        request_advice: &[Step::ReprocessAssignment],
        request_reason: Some(Reason::RequestDelivered),
        example: [Fulfilled, Fulfilled],
    },
    Known {
        state: Expired,
        word: "expired",
        advice: &[Step::RequestAgain],
        request_advice: &[Step::RequestAgain],
        request_reason: Some(Reason::RequestExpired),
        example: [Pending, Failed],
    },
    Known {
        state: DeliveryFailed,
        word: "deliveryFailed",
        advice: &[Step::ReprocessRequest, Step::RequestAgain],
        request_advice: &[],
        request_reason: None,
        example: [Failed, Failed],
    },
];

/// The facts about this state.
pub fn known(state: AssignmentState) -> &'static Known {
    STATES.iter().find(|known| known.state == state).expect("a state that is listed")
}

/// Fulfillments that this state allows.
pub fn example(state: AssignmentState) -> [Fulfillment; 2] {
    known(state).example
}

/// Whether this state follows from these fulfillments, by R15, R16 and R21.
pub fn says(state: AssignmentState, fulfillments: &[Fulfillment]) -> bool {
    let have = |fulfillment| fulfillments.contains(&fulfillment);
    let failed = have(Failed) || have(Unenforceable);
    match state {
        Expired => true,
        Delivering => have(Pending),
        Delivered => !have(Pending) && !failed,
        PartiallyDelivered => !have(Pending) && failed && have(Fulfilled),
        DeliveryFailed => !have(Pending) && failed && !have(Fulfilled),
        other => unreachable!("no such state when this was written: {other}"),
    }
}

/// The name as beta writes it, for example `Delivered` for `delivered`.
pub fn in_pascal_case(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
