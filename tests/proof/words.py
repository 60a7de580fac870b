"""The words of the model, as the crate gives them in its codes and its stored form."""

from algebra import Words

State = Words("State", "delivering", "partiallyDelivered", "delivered", "expired", "deliveryFailed")
Fulfillment = Words("Fulfillment", "pending", "failed", "unenforceable", "fulfilled")
Observed = Words("Observed", "present", "absent", "unknown", "unenforceable")
Outcome = Words("Outcome", "fulfilled", "failed")
TargetType = Words("TargetType", "user", "servicePrincipal", "notKnown")
System = Words("System", "aadapplication", "sharepointonline", "oauthapplication", "another")
Purpose = Words("Purpose", "grant", "removal", "unknown")
Cause = Words("Cause", "nothing", "expired", "recorded", "reprocessed")
Result = Words(
    "Result", "accepted", "insufficientRole", "invalidState", "resourceRolesUnknown", "requestOfAnotherAssignment",
    "requestWithoutGrant", "requestSuperseded", "invalidRequestState", "requestStateDisagrees", "requestTooOld",
    "recorded", "expired", "alreadyKnown", "anotherAttempt", "afterTheEnd", "otherAssignment", "unknownResourceRole",
    "unchanged", "loaded", "unsupportedFormat", "duplicateResourceRole", "reasonWithoutFailure",
    "stateContradictsFulfillments",
)  # fmt: skip
Role = Words(
    "Role", "catalogReader", "catalogCreator", "connectedOrganizationAdministrator", "userAdministrator",
    "privilegedRoleAdministrator", "accessPackageAssignmentManager", "accessPackageManager", "catalogOwner",
    "identityGovernanceAdministrator", "globalAdministrator", "none",
)  # fmt: skip

FOURTEEN_DAYS = 14 * 86400 * 10**7  # in ticks

# The roles that suffice, from the highest to the lowest (R1).
LADDER = [
    Role.globalAdministrator,
    Role.identityGovernanceAdministrator,
    Role.catalogOwner,
    Role.accessPackageManager,
    Role.accessPackageAssignmentManager,
]
Account = Words("Account", "workOrSchool", "application", "personal")
Permission = Words("Permission", "mayChange", "mayRead", "managesRoles")
Place = Words("Place", "here", "elsewhere", "nowhere")
Reason = Words(
    "Reason", "none", "personalAccount", "missingDelegatedPermission", "missingApplicationPermission",
    "missingRoleManagementPermission", "insufficientRole", "outOfScope", "privilegedCatalog",
    "withoutIdentityGovernanceAdministrator", "withoutPrivilegedRoleAdministrator", "delivering", "partiallyDelivered",
    "expired", "deliveryFailed",
)  # fmt: skip
