# Who may reprocess an access package assignment or its request, in which state, and why not: rules R1 to R9, R31 to
# R33, and R43.
#
#	input.caller.account        "workOrSchool", "application" or "personal"
#	input.caller.permissions    names of permissions
#	input.caller.roles          objects with the name of a `role` and its `scope`, an `appScopeId`
#	input.assignment.scope      the `appScopeId` of its catalog: /AccessPackageCatalog/{id}
#	input.assignment.privilegeLevel  of that catalog: "standard", "privileged", or null if unknown
#	input.assignment.state      one of the words for a state
#
# For `allow_request` also `input.assignment.id`, `input.now`, in ticks of 100 nanoseconds since 1970, and
#
#	input.request.assignment    the id of the assignment that it is for
#	input.request.purpose       "grant", "removal" or "unknown"
#	input.request.recency       "newest" or "superseded"
#	input.request.state         the state of the request
#	input.request.completed     when it was completed, in ticks
#
# The host validates the token, looks up the roles, and writes ids in one case. The policy does not check whether the
# access package's resource roles are known (R13); the call that follows does.
package access_package

default allow := false

allow if {
	caller_may
	input.assignment.state == "delivered" # R9
}

default allow_request := false

# R31
allow_request if {
	caller_may
	request_hindrances == set()
}

# R32, R33
request_hindrances contains "requestOfAnotherAssignment" if input.request.assignment != input.assignment.id

request_hindrances contains "requestWithoutGrant" if input.request.purpose != "grant"

request_hindrances contains "requestSuperseded" if input.request.recency != "newest"

request_hindrances contains "invalidRequestState" if not input.assignment.state in {"partiallyDelivered", "deliveryFailed"}

request_hindrances contains "requestStateDisagrees" if input.request.state != input.assignment.state

request_hindrances contains "requestTooOld" if input.now - input.request.completed >= 12096000000000

# A missing or malformed member is a hindrance too.
request_hindrances contains "incompleteRequest" if not request_is_complete

request_is_complete if {
	is_string(input.request.assignment)
	is_string(input.request.purpose)
	is_string(input.request.recency)
	is_string(input.request.state)
	is_string(input.assignment.id)
	is_number(input.request.completed)
	is_number(input.now)
}

caller_may if {
	may_in_standard
	level_suffices
}

# R4: a user needs both, however high the role.
may_in_standard if {
	input.caller.account == "workOrSchool"
	has_permission
	has_role
}

# R5: an application needs either. R6: no rule allows a personal account.
may_in_standard if {
	input.caller.account == "application"
	has_permission
}

may_in_standard if {
	input.caller.account == "application"
	has_role
}

# R43: an unknown level (null) counts as standard. A missing level, or another word, matches nothing.
level_suffices if input.assignment.privilegeLevel in {"standard", null}

level_suffices if {
	input.assignment.privilegeLevel == "privileged"
	"Global Administrator" in roles_here
}

level_suffices if {
	input.assignment.privilegeLevel == "privileged"
	governs
	grants
}

governs if "Identity Governance Administrator" in roles_here

governs if {
	input.caller.account == "application"
	has_permission
}

grants if "Privileged Role Administrator" in roles_here

grants if {
	input.caller.account == "application"
	"RoleManagement.ReadWrite.Directory" in input.caller.permissions
}

# R7: the read permission does not count.
has_permission if "EntitlementManagement.ReadWrite.All" in input.caller.permissions

# R3: on the assignment's catalog, or on the tenant.
has_role if {
	some role in roles_here
	role in qualifying
}

roles_here contains held.role if {
	some held in input.caller.roles
	held.scope in {"/", input.assignment.scope}
}

# R1, R2: the roles on the ladder.
qualifying := {
	"Access package assignment manager",
	"Access package manager",
	"Catalog owner",
	"Identity Governance Administrator",
	"Global Administrator",
}

qualifying_scopes contains held.scope if {
	some held in input.caller.roles
	held.role in qualifying
}

# Every reason, at once. R8: the reasons reveal only whether a role of the caller's own covers the assignment's catalog.
# A caller who could act in a standard catalog also learns that this one is privileged, and a caller who may reprocess
# learns the state.
reasons contains "personalAccount" if input.caller.account == "personal"

reasons contains "missingDelegatedPermission" if {
	input.caller.account == "workOrSchool"
	not has_permission
}

reasons contains "missingApplicationPermission" if {
	input.caller.account == "application"
	not may_in_standard
}

reasons contains "insufficientRole" if {
	needs_role
	count(qualifying_scopes) == 0
}

reasons contains "outOfScope" if {
	needs_role
	count(qualifying_scopes) > 0
}

# R43
reasons contains "missingApplicationPermission" if {
	needs_more
	input.caller.account == "application"
	not governs
}

reasons contains "missingRoleManagementPermission" if {
	needs_more
	input.caller.account == "application"
	governs
}

reasons contains "privilegedCatalog" if {
	needs_more
	not governs
	not grants
}

reasons contains "withoutIdentityGovernanceAdministrator" if {
	needs_more
	not governs
	grants
}

reasons contains "withoutPrivilegedRoleAdministrator" if {
	needs_more
	governs
}

reasons contains "invalidState" if {
	caller_may
	input.assignment.state != "delivered"
}

needs_role if {
	input.caller.account in {"workOrSchool", "application"}
	not may_in_standard
	not has_role
}

# R8: ignoring the delegated permission.
needs_more if {
	input.assignment.privilegeLevel == "privileged"
	not level_suffices
	is_told
}

is_told if may_in_standard

is_told if {
	input.caller.account == "workOrSchool"
	has_role
}
