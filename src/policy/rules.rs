//! The rules as data. `rules.md` is made from them: `UPDATE=1 cargo test --all-features`.

use Basis::{Documented, Observed, OurChoice};

use crate::reason::Reason;

/// A rule, with its id, its text and its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rule {
    /// The id, such as `R1`. It never changes.
    pub id: &'static str,
    /// The heading above the rule.
    pub about: &'static str,
    /// The text of the rule, as Markdown without links.
    pub text: &'static str,
    /// The parts of the rule with their sources.
    pub parts: &'static [Part],
}

impl Rule {
    /// The public documents behind the documented parts of the rule. The most important one comes first.
    pub fn sources(&self) -> impl Iterator<Item = &'static Source> + Clone + use<> {
        self.parts.iter().filter(|part| part.basis == Documented).flat_map(|part| part.sources)
    }
}

/// A rule, or a part of it, with its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Part {
    /// How we know it.
    pub basis: Basis,
    /// The part of the rule that this is about. `None` for the rest of the rule.
    pub what: Option<&'static str>,
    /// The public documents that say or show it. If none does, the documents that come closest.
    pub sources: &'static [Source],
}

/// How we know a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Microsoft's public documentation says so.
    Documented,
    /// The documentation does not say so, but a public client of the service or a public report of its responses shows
    /// it. We have not called the service ourselves.
    Observed,
    /// The documentation is silent, and this is the conservative reading.
    OurChoice,
}

/// A public document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Source {
    /// The name in the list of rules.
    pub name: &'static str,
    /// The address.
    pub url: &'static str,
}

const REPROCESS: Source = Source {
    name: "reprocess",
    url: "https://learn.microsoft.com/graph/api/accesspackageassignment-reprocess",
};
const ASSIGNMENT: Source = Source {
    name: "assignment",
    url: "https://learn.microsoft.com/graph/api/resources/accesspackageassignment",
};
const RESOURCE_ROLE: Source = Source {
    name: "resource role",
    url: "https://learn.microsoft.com/graph/api/resources/accesspackageassignmentresourcerole?view=graph-rest-beta",
};
const RESOURCE_ROLE_SCOPES: Source = Source {
    name: "resource role scopes",
    url: "https://learn.microsoft.com/graph/api/accesspackage-post-resourcerolescopes",
};
const NAMES_IN_AZURE: Source = Source {
    name: "names in Azure",
    url: "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
};
const DELEGATION: Source = Source {
    name: "delegation",
    url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-delegate",
};
const HOW_TO: Source = Source {
    name: "how-to",
    url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-reprocess-access-package-assignments",
};
const PROCESS: Source = Source {
    name: "process",
    url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-process",
};
const RESOURCES: Source = Source {
    name: "resources",
    url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-access-package-resources",
};

const REPROCESS_REQUEST: Source = Source {
    name: "reprocess a request",
    url: "https://learn.microsoft.com/graph/api/accesspackageassignmentrequest-reprocess",
};
const HOW_TO_OF_2023: Source = Source {
    name: "how-to of 2023",
    url: "https://github.com/MicrosoftDocs/azure-docs/blob/034e32d5b2ca6ed682d139af001c501782c26687/articles/active-directory/governance/entitlement-management-reprocess-access-package-assignments.md",
};
const RUST_CLIENT: Source = Source {
    name: "a client in Rust",
    url: "https://github.com/sreeise/graph-rs-sdk/blob/812290e2c055bdd3f680598fa6926bf95217f214/src/assignments/request.rs",
};
const EMPTY_JSON: Source = Source {
    name: "a report from 2019",
    url: "https://github.com/microsoftgraph/msgraph-sdk-javascript/issues/156",
};
const FORBIDDEN: Source = Source {
    name: "a report from 2023",
    url: "https://github.com/microsoftgraph/msgraph-metadata/issues/327",
};

const REQUEST_TYPE: Source = Source {
    name: "request",
    url: "https://learn.microsoft.com/graph/api/resources/accesspackageassignmentrequest",
};

const CATALOGS: Source = Source {
    name: "catalogs",
    url: "https://learn.microsoft.com/entra/id-governance/entitlement-management-catalog-create",
};
const IDTYP: Source = Source {
    name: "optional claims",
    url: "https://learn.microsoft.com/entra/identity-platform/optional-claims-reference",
};
const SCP: Source = Source {
    name: "access token claims",
    url: "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
};
const OID_SUB: Source = Source {
    name: "verifying scopes and app roles",
    url: "https://learn.microsoft.com/entra/identity-platform/scenario-protected-web-api-verification-scope-app-roles",
};
const AGENT: Source =
    Source { name: "agent tokens", url: "https://learn.microsoft.com/entra/agent-id/agent-token-claims" };
const ROLE_DEFINITIONS: Source = Source {
    name: "role definitions",
    url: "https://learn.microsoft.com/graph/api/rbacapplication-list-roledefinitions",
};
const AGENTS: Source =
    Source { name: "agents", url: "https://learn.microsoft.com/entra/agent-id/agent-access-packages" };
const API_PERMISSIONS: Source =
    Source { name: "a tool of 2026", url: "https://github.com/CompassSecurity/EntraFalcon" };
const ADD_MEMBER: Source =
    Source { name: "add a member", url: "https://learn.microsoft.com/graph/api/group-post-members" };
const ADD_OWNER: Source =
    Source { name: "add an owner", url: "https://learn.microsoft.com/graph/api/group-post-owners" };
const MAKE_ELIGIBLE: Source = Source {
    name: "eligibility in groups",
    url: "https://learn.microsoft.com/graph/api/privilegedaccessgroup-post-eligibilityschedulerequests",
};
const ASSIGN_APP_ROLE: Source = Source {
    name: "assign an app role",
    url: "https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto",
};
const ELIGIBLE_ROLE: Source = Source {
    name: "eligible directory roles",
    url: "https://learn.microsoft.com/graph/api/rbacapplication-post-roleeligibilityschedulerequests",
};
const ACTIVE_ROLE: Source = Source {
    name: "active directory roles",
    url: "https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignmentschedulerequests",
};
const SCHEDULE_STATUS: Source = Source {
    name: "status of a schedule request",
    url: "https://learn.microsoft.com/graph/api/resources/request",
};
const LIST_APP_ROLES: Source = Source {
    name: "list app roles",
    url: "https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignedto",
};
const ERRORS: Source = Source { name: "errors", url: "https://learn.microsoft.com/graph/errors" };
const THROTTLING: Source = Source { name: "throttling", url: "https://learn.microsoft.com/graph/throttling" };
const GROUP_403: Source = Source {
    name: "403 for a group",
    url: "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/support/entra/entra-id/users-groups-entra-apis/authorization-requestdenied-403-error-add-user-group.md",
};
const SITE_PERMISSIONS: Source = Source {
    name: "permissions of a site",
    url: "https://learn.microsoft.com/graph/api/site-post-permissions",
};
const ROLE_IN_SITE: Source = Source {
    name: "role in a site",
    url: "https://learn.microsoft.com/graph/api/resources/accesspackageresourcerole",
};
const EXISTS: Source = Source {
    name: "a report on schedules",
    url: "https://github.com/hashicorp/terraform-provider-azuread/issues/1306",
};
const NEGATIVE_READ: Source = Source {
    name: "a change to Terraform",
    url: "https://github.com/hashicorp/terraform-provider-azuread/pull/283",
};
const NEW_GUEST: Source = Source {
    name: "a report on new guests",
    url: "https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2508",
};
const NEW_PRINCIPAL: Source = Source {
    name: "a report on new principals",
    url: "https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2772",
};

const WHO: &str = "Who may reprocess";
const WHEN: &str = "When an assignment can be reprocessed";
const WHAT: &str = "What happens";
const REQUEST: &str = "Reprocessing the request";
const HTTP: &str = "Over HTTP";
const TOKEN: &str = "Whose token";
const ENFORCE: &str = "Carrying an action out";
const PRIVILEGED_OR_UNKNOWN: &str = "Privileged catalogs, and incomplete or unknown data";
const SPELLING: &str = "Spelling";

const fn whole(basis: Basis, sources: &'static [Source]) -> Part {
    Part { basis, what: None, sources }
}

const fn part(basis: Basis, what: &'static str, sources: &'static [Source]) -> Part {
    Part { basis, what: Some(what), sources }
}

impl Reason {
    /// The rules behind the reason. The one that decides comes first.
    ///
    /// ```
    /// use access_package::Reason;
    ///
    /// let ids: Vec<_> = Reason::OutOfScope.rules().map(|rule| rule.id).collect();
    /// assert_eq!(ids, ["R3"]);
    /// ```
    pub fn rules(self) -> impl Iterator<Item = &'static Rule> + Clone {
        let ids = self.rule_ids();
        RULES.iter().filter(move |rule| ids.contains(&rule.id))
    }

    /// The ids of these rules. Their texts need not be there for that.
    pub(crate) const fn rule_ids(self) -> &'static [&'static str] {
        match self {
            Self::PersonalAccount => &["R6"],
            Self::MissingDelegatedPermission => &["R4", "R7"],
            Self::MissingApplicationPermission => &["R5", "R7"],
            Self::InsufficientRole => &["R1", "R2"],
            Self::OutOfScope => &["R3"],
            Self::CatalogDisagrees => &["R3", "R43"],
            Self::MissingRoleManagementPermission
            | Self::PrivilegedCatalog
            | Self::WithoutIdentityGovernanceAdministrator
            | Self::WithoutPrivilegedRoleAdministrator => &["R43"],
            Self::InvalidState(_) => &["R9", "R10"],
            Self::ResourceRolesUnknown => &["R13"],
            Self::RequestDelivering
            | Self::RequestDelivered
            | Self::RequestExpired
            | Self::RequestOfAnotherAssignment
            | Self::RequestWithoutGrant
            | Self::RequestSuperseded
            | Self::RequestStateDisagrees => &["R32"],
            Self::RequestTooOld => &["R33"],
        }
    }
}

/// Every rule, in the order of their ids.
///
/// ```
/// use access_package::policy::{Basis, RULES};
///
/// let ours = RULES.iter().filter(|rule| rule.parts.iter().all(|part| part.basis == Basis::OurChoice));
/// assert!(ours.map(|rule| rule.id).any(|id| id == "R12"));
/// ```
pub static RULES: &[Rule] = &[
    Rule {
        id: "R1",
        about: WHO,
        text: "The caller needs the role *Access package assignment manager* or a higher one. The ladder \
               is *Access package assignment manager* < *Access package manager* < *Catalog owner* < \
               *Identity Governance Administrator* < *Global Administrator*.",
        parts: &[
            whole(Documented, &[REPROCESS, DELEGATION]),
            part(OurChoice, "the order of the sufficient roles", &[]),
        ],
    },
    Rule {
        id: "R2",
        about: WHO,
        text: "*Catalog creator*, *Catalog reader* and *User Administrator* are not on the ladder in R1. Each \
               can be compared only with itself, and never suffices. An older page still lists *User \
               Administrator*.",
        parts: &[
            whole(Documented, &[DELEGATION]),
            part(OurChoice, "ignoring the older page", &[HOW_TO_OF_2023]),
        ],
    },
    Rule {
        id: "R3",
        about: WHO,
        text: "A role of entitlement management counts on the catalog that it is held on \
               (`/AccessPackageCatalog/{id}`), or everywhere if it is held in the tenant (`/`). A directory \
               role counts everywhere, unless it was given for one catalog.",
        parts: &[
            whole(Documented, &[DELEGATION]),
            part(OurChoice, "a directory role given for one catalog", &[]),
        ],
    },
    Rule {
        id: "R4",
        about: WHO,
        text: "A call on behalf of a work or school account needs both the permission \
               `EntitlementManagement.ReadWrite.All` and the role. Neither suffices alone, however high the \
               role.",
        parts: &[whole(Documented, &[REPROCESS])],
    },
    Rule {
        id: "R5",
        about: WHO,
        text: "An application that calls on its own behalf needs the application permission of that name, \
               or a sufficient role. The permission counts in the whole tenant. With it the application \
               acts as *Identity Governance Administrator*, or as *Global Administrator* if it holds that \
               role where it counts.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "the role in which it acts", &[])],
    },
    Rule {
        id: "R6",
        about: WHO,
        text: "A personal Microsoft account may never reprocess. A guest with a personal account has a \
               token of the tenant, and counts as a work or school account.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "the guest", &[])],
    },
    Rule {
        id: "R7",
        about: WHO,
        text: "The read permission, `EntitlementManagement.Read.All`, never suffices.",
        parts: &[whole(Documented, &[REPROCESS])],
    },
    Rule {
        id: "R8",
        about: WHO,
        text: "The caller is judged before the state. A caller who may not reprocess learns nothing about \
               the assignment, except whether one of the caller's own roles covers its catalog. A caller \
               whom R43 names also learns that the catalog is privileged, and which of the caller's roles \
               count there.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R9",
        about: WHEN,
        text: "The *state* must be `delivered`. The free text in *status* decides nothing.",
        parts: &[whole(Documented, &[REPROCESS, ASSIGNMENT])],
    },
    Rule {
        id: "R10",
        about: WHEN,
        text: "Every other state refuses, and says what helps. `delivering`: wait. `partiallyDelivered` or \
               `deliveryFailed`: reprocess the *request* (R31 to R35), or request again if the request is \
               too old. `expired`: request again.",
        parts: &[
            part(Documented, "the refusal", &[REPROCESS]),
            part(Documented, "reprocessing the request", &[REPROCESS_REQUEST]),
            part(Documented, "requesting again", &[PROCESS]),
            part(OurChoice, "waiting", &[]),
        ],
    },
    Rule {
        id: "R11",
        about: WHEN,
        text: "A word that is not one of the five states, such as `unknownFutureValue`, is refused. It is \
               never read as one of them.",
        parts: &[whole(OurChoice, &[ASSIGNMENT])],
    },
    Rule {
        id: "R12",
        about: WHEN,
        text: "A refused call changes nothing. If the assignment has expired meanwhile, time has changed \
               it, not the call. The host may save it.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R13",
        about: WHAT,
        text: "Every resource role that the access package gives *now* is enforced again, with one action \
               for each. The host passes them when the call is accepted, and each counts once. If they are \
               unknown, the call is refused, since it would enforce nothing.",
        parts: &[
            whole(Documented, &[HOW_TO, RESOURCES]),
            part(OurChoice, "*now*, that they are passed at acceptance, and the refusal", &[]),
        ],
    },
    Rule {
        id: "R14",
        about: WHAT,
        text: "Reprocessing only restores access. It removes nothing, moves no schedule, and triggers no \
               approval, custom extension or mail.",
        parts: &[
            part(Documented, "that access is restored", &[HOW_TO]),
            part(OurChoice, "that nothing else happens", &[]),
        ],
    },
    Rule {
        id: "R15",
        about: WHAT,
        text: "Accepted does not mean done. The assignment is `delivering` until the last outcome is \
               known, and cannot be reprocessed until then.",
        parts: &[part(Documented, "the `202`", &[REPROCESS]), part(OurChoice, "the state in between", &[])],
    },
    Rule {
        id: "R16",
        about: WHAT,
        text: "When every outcome is known, the state is `delivered` if all resource roles are in place, \
               `partiallyDelivered` if only some are, and otherwise `deliveryFailed`. If no action is \
               left, it is in that state immediately.",
        parts: &[
            part(Documented, "the meaning of the states", &[PROCESS, ASSIGNMENT]),
            part(OurChoice, "how they follow from the outcomes", &[]),
        ],
    },
    Rule {
        id: "R17",
        about: WHAT,
        text: "Outcomes may arrive late, twice and in any order, and the result is the same. Within an \
               attempt *fulfilled* beats *failed*, even after the state was final. An outcome of another \
               attempt changes nothing, and is not an error. The executor reports *failed* when it has \
               given up, not after each try. Of two reasons for a failure the smaller one \
               stays, by its code and then by its words.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R18",
        about: WHAT,
        text: "A resource role that is already in place counts as fulfilled, so every action can be \
               repeated.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R19",
        about: WHAT,
        text: "A resource role that could not be observed is unknown: it is neither present nor absent, and \
               is enforced.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R20",
        about: WHAT,
        text: "A resource role that was observed to be unenforceable (a dynamic or on-premises group, a \
               deleted resource) fails immediately, without an action. It is shown as *unenforceable*.",
        parts: &[
            part(Documented, "which groups cannot be changed", &[RESOURCES]),
            part(OurChoice, "the deleted resource, and failing immediately", &[]),
        ],
    },
    Rule {
        id: "R21",
        about: WHAT,
        text: "Expiry wins over everything. The end is exclusive: the assignment is expired at its end and \
               after it. An expired assignment yields no action, takes no outcome, and never comes back. \
               Each action carries the instant from which it must not be carried out.",
        parts: &[
            part(Documented, "that assignments expire", &[ASSIGNMENT]),
            part(OurChoice, "the boundary, and that it is final", &[]),
        ],
    },
    Rule {
        id: "R22",
        about: WHAT,
        text: "The remaining actions follow from the assignment at any time. After a crash, loading the \
               assignment gives the same actions again.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R23",
        about: WHAT,
        text: "The identity of a resource role is its origin system, its origin ids and, for an Azure role \
               and in an unknown origin system, the type of the role. A display name never counts. GUIDs \
               and Azure ids ignore case, and an Azure id is compared as a whole. Other ids, site URLs, and \
               the types of unknown origin systems are compared exactly. An Azure role must have the type \
               `active` or `eligible`. In other known origin systems a type that contradicts the origin id \
               is refused.",
        parts: &[
            part(Documented, "the types of an Azure role", &[RESOURCE_ROLE_SCOPES]),
            part(Documented, "that Azure names ignore case", &[NAMES_IN_AZURE]),
            part(OurChoice, "the rest", &[RESOURCE_ROLE]),
        ],
    },
    Rule {
        id: "R24",
        about: HTTP,
        text: "`POST` to `assignments/{id}/reprocess`, below \
               `/v1.0/identityGovernance/entitlementManagement`. In beta, and as v1.0 was first documented, \
               to `accessPackageAssignments/{id}/reprocess`. Also accepted: `…/microsoft.graph.reprocess`, \
               `assignments('{id}')/reprocess`, and a doubled slash after the version.",
        parts: &[
            whole(Documented, &[REPROCESS]),
            part(Observed, "that a client sends `microsoft.graph.reprocess`", &[RUST_CLIENT]),
            part(OurChoice, "the other forms", &[]),
        ],
    },
    Rule {
        id: "R25",
        about: HTTP,
        text: "The header `Authorization: Bearer …` is required. Without a caller the response is `401`.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "the `401`", &[])],
    },
    Rule {
        id: "R26",
        about: HTTP,
        text: "A call needs no body. An absent body, `{}` and `null` are all accepted, with or without a \
               length.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "accepting the others", &[])],
    },
    Rule {
        id: "R27",
        about: HTTP,
        text: "An accepted call gets `202` without a body and without `Content-Type`. A content type on an \
               empty body has broken a client.",
        parts: &[whole(Documented, &[REPROCESS]), part(Observed, "the missing header", &[EMPTY_JSON])],
    },
    Rule {
        id: "R28",
        about: HTTP,
        text: "If the id is not a GUID of 36 characters with hyphens: `400`, code `InvalidRequest`. If the \
               assignment does not exist: `404`, code `ResourceNotFound`, but only for a caller who may \
               reprocess in every standard catalog. A caller who may reprocess only in some catalogs gets \
               the same `403` as for an assignment in another catalog.",
        parts: &[
            part(Documented, "`400` and `404`", &[REPROCESS]),
            part(OurChoice, "the `403` and the codes", &[]),
        ],
    },
    Rule {
        id: "R29",
        about: HTTP,
        text: "If the caller may not reprocess: `403`, code `UnAuthorized`. If the state is wrong: `400`, \
               code `InvalidAssignmentState`. If there is no caller: `401`, code \
               `InvalidAuthenticationToken`. Errors are OData JSON, with every reason and every remedy as \
               an entry of `details`.",
        parts: &[part(Observed, "the `403`", &[FORBIDDEN]), part(OurChoice, "the rest", &[])],
    },
    Rule {
        id: "R30",
        about: HTTP,
        text: "For another method on the path: `405`, code `MethodNotAllowed`, with `Allow: POST`, or with \
               `Allow: GET` where assignments are read. Other paths are left to the host.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R31",
        about: REQUEST,
        text: "A caller who may reprocess an assignment may also reprocess its request, with the same \
               permission, roles and scope (R1 to R8).",
        parts: &[
            part(Documented, "the permission and the role", &[REPROCESS_REQUEST]),
            part(OurChoice, "an application, and the scope, as for the assignment", &[]),
        ],
    },
    Rule {
        id: "R32",
        about: REQUEST,
        text: "The request and its assignment must be in the same state, `partiallyDelivered` or \
               `deliveryFailed`. Every other state refuses, and says what helps. `delivering`: wait. \
               `delivered`: reprocess the assignment. `expired`: request again. The request must be the one \
               that led to the state: it is for this assignment, it asks for access, and it is the newest \
               such request.",
        parts: &[
            part(Documented, "the states", &[REPROCESS_REQUEST, REQUEST_TYPE]),
            part(OurChoice, "what helps, and which request", &[]),
        ],
    },
    Rule {
        id: "R33",
        about: REQUEST,
        text: "A request can be reprocessed for less than 14 days after it was first completed. The \
               boundary is exclusive: after exactly 14 days the call is refused, and requesting the access \
               package again helps. A request whose time of completion is still to come is not \
               too old.",
        parts: &[
            part(Documented, "the 14 days", &[REPROCESS_REQUEST]),
            part(OurChoice, "the boundary, and a time that is still to come", &[]),
        ],
    },
    Rule {
        id: "R34",
        about: REQUEST,
        text: "When the call is accepted, another attempt begins. Everything that the access package gives \
               now is enforced again, whatever became of it before. Observations narrow that, and R12 to \
               R23 apply, as for an assignment.",
        parts: &[
            part(Documented, "that the request is retried", &[REPROCESS_REQUEST]),
            part(OurChoice, "that everything is enforced", &[]),
        ],
    },
    Rule {
        id: "R35",
        about: REQUEST,
        text: "`POST` to `assignmentRequests/{id}/reprocess`, below \
               `/v1.0/identityGovernance/entitlementManagement`. Also in beta, at the older \
               `accessPackageAssignmentRequests/{id}/reprocess`, and there also below an assignment, at \
               `accessPackageAssignments/{id}`. Responses are as for an assignment (R25 to R30). If the \
               request cannot be reprocessed: `400`, code `InvalidAssignmentRequest`.",
        parts: &[
            part(Documented, "the first two", &[REPROCESS_REQUEST]),
            part(OurChoice, "the path below an assignment, and the code", &[]),
        ],
    },
    Rule {
        id: "R36",
        about: TOKEN,
        text: "A token is an application's own if `idtyp` is `app`, whatever else it contains. If `idtyp` \
               is absent, it is an application's own if there is no `scp` and `oid` equals `sub`. Every \
               other token is for a call on behalf of an account. A claim that is null counts as absent.",
        parts: &[
            part(
                Documented,
                "`idtyp`, that `scp` is for users, and that `oid` equals `sub`",
                &[IDTYP, SCP, OID_SUB],
            ),
            part(OurChoice, "requiring the last two together", &[AGENT]),
        ],
    },
    Rule {
        id: "R37",
        about: ENFORCE,
        text: "Each kind of resource role has its own request to Microsoft Graph. Members and owners of a \
               group are added by `$ref`, and app roles by `appRoleAssignedTo`. Eligible members and owners \
               of a group, and directory roles, are added by a schedule request of Privileged Identity \
               Management. If a grant can carry an end, it carries that of the assignment (R21).",
        parts: &[
            part(
                Documented,
                "the requests",
                &[ADD_MEMBER, ADD_OWNER, ASSIGN_APP_ROLE, MAKE_ELIGIBLE, ELIGIBLE_ROLE, ACTIVE_ROLE],
            ),
            part(OurChoice, "the end, and a schedule request for an active directory role", &[]),
        ],
    },
    Rule {
        id: "R38",
        about: ENFORCE,
        text: "A grant that is already in place is fulfilled (R18). That follows from a specific code or \
               from a look, never from the text of a message. An accepted schedule request is judged by its \
               `status`.",
        parts: &[
            part(
                Documented,
                "that messages are not reliable, the status, and the `400` for an existing member",
                &[ERRORS, SCHEDULE_STATUS, ADD_MEMBER],
            ),
            part(Observed, "the code `RoleAssignmentExists`", &[EXISTS]),
            part(OurChoice, "the look, and the meaning of each status", &[]),
        ],
    },
    Rule {
        id: "R39",
        about: ENFORCE,
        text: "A look that finds a grant proves it. A look that does not find it proves nothing until the \
               directory has had time to replicate.",
        parts: &[
            part(Documented, "that the list of app roles may lag behind", &[LIST_APP_ROLES]),
            part(Observed, "that members lag too", &[NEGATIVE_READ]),
            part(OurChoice, "the rest, and five minutes by default", &[]),
        ],
    },
    Rule {
        id: "R40",
        about: ENFORCE,
        text: "A request is repeated, within a bound, if it is throttled, meets a transient fault or gets \
               no response. It is not repeated before `Retry-After`. If that is absent or not in the \
               future, the pauses grow. If the fate of a write is unknown, the crate looks before \
               it writes again.",
        parts: &[
            part(Documented, "`Retry-After`, and growing pauses without it", &[THROTTLING, ERRORS]),
            part(OurChoice, "the pauses, the bound, and the look", &[]),
        ],
    },
    Rule {
        id: "R41",
        about: ENFORCE,
        text: "An action that cannot succeed fails immediately, and keeps the reason. An action that may \
               only be too early, because its target or resource is new, is repeated while the directory \
               may still replicate. If a change to the members or owners of a group is refused, the crate \
               reads the group to find out why.",
        parts: &[
            part(Documented, "the kinds of group", &[GROUP_403]),
            part(Observed, "being too early", &[NEW_GUEST, NEW_PRINCIPAL]),
            part(OurChoice, "the bound, and that a refused look fails too", &[]),
        ],
    },
    Rule {
        id: "R42",
        about: ENFORCE,
        text: "From the end of the assignment on, nothing is sent (R21). If the crate has no request for an \
               action, it refuses the action before anything is sent. That applies to a role in a SharePoint \
               site if the host has not chosen how to read its number, to an Azure role, and to every role \
               in an unknown origin system.",
        parts: &[
            part(
                Documented,
                "that Graph cannot grant a user a role in a site, and what it says about the number",
                &[SITE_PERMISSIONS, ROLE_IN_SITE],
            ),
            part(OurChoice, "the rest", &[]),
        ],
    },
    Rule {
        id: "R43",
        about: PRIVILEGED_OR_UNKNOWN,
        text: "In a privileged catalog the caller needs *Global Administrator*, or both *Identity \
               Governance Administrator* and *Privileged Role Administrator*. For an application that calls \
               on its own behalf, a permission can replace each of those two: \
               `EntitlementManagement.ReadWrite.All` the first, and `RoleManagement.ReadWrite.Directory` \
               the second. The refusal says that the catalog is privileged only if the caller could act in \
               a standard catalog, or lacks only the delegated permission for that. Every other caller is \
               refused as in a standard catalog. A catalog of unknown level is judged as a standard one, \
               and an accepted verdict shows that its level is unknown. An unknown word for a level is \
               refused when it is read, since it might require even more. An authority that was judged for \
               a standard catalog, or without the level, reaches a privileged one only as *Global \
               Administrator*.",
        parts: &[
            part(
                Documented,
                "the roles, for every change there, and that an application needs permissions to manage directory \
                 roles, as the page said in spring 2026; later copies do not mention it",
                &[CATALOGS],
            ),
            part(
                OurChoice,
                "that it covers reprocessing, which permission it is, who learns of it, the unknown level, and how \
                 far an authority reaches",
                &[],
            ),
        ],
    },
    Rule {
        id: "R44",
        about: PRIVILEGED_OR_UNKNOWN,
        text: "An unknown end is not read as no end. An assignment has no end if its schedule says so, is \
               null as a whole, or has nothing but a start. A schedule that says nothing is an error. So \
               is one with an unknown value that could be an end, such as a recurrence.",
        parts: &[
            part(Documented, "the schedule and its types", &[ASSIGNMENT]),
            part(OurChoice, "the rest", &[]),
        ],
    },
    Rule {
        id: "R45",
        about: PRIVILEGED_OR_UNKNOWN,
        text: "A list that continues elsewhere is not the whole list. If the whole list is needed, that is \
               an error, and no part of it is enforced.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R46",
        about: PRIVILEGED_OR_UNKNOWN,
        text: "When an attempt begins, a resource role that this kind of target cannot hold fails \
               immediately, without an action, unless it was observed to be in place. It is shown as \
               *unenforceable*. A service principal cannot hold roles of applications and sites, and a user \
               cannot hold API permissions. An unknown kind forbids nothing.",
        parts: &[
            part(Documented, "what a service principal cannot hold", &[AGENTS]),
            part(Documented, "what a user cannot hold", &[RESOURCES]),
            part(
                Observed,
                "that API permissions have the origin system `OAuthApplication`",
                &[API_PERMISSIONS],
            ),
            part(OurChoice, "failing immediately, and the rest", &[]),
        ],
    },
    Rule {
        id: "R47",
        about: PRIVILEGED_OR_UNKNOWN,
        text: "An unknown role does not suffice. It is ignored: an error would hide the verdict. Roles are \
               read by their ids, by their names in the documentation, and by their names in Graph. \
               *Connected Organization Administrator* and *Privileged Role Administrator* are not on the \
               ladder.",
        parts: &[
            part(Documented, "the names and ids", &[DELEGATION, ROLE_DEFINITIONS]),
            part(OurChoice, "ignoring unknown roles", &[]),
        ],
    },
    Rule {
        id: "R48",
        about: SPELLING,
        text: "The names of six origin systems are read without regard to ASCII case: `AadGroup`, \
               `AadApplication`, `SharePointOnline`, `DirectoryRole`, `AzureResources` and \
               `CustomDataProvidedResource`. So are the types `active` and `eligible` in them. Resource \
               roles that differ only in that case are the same, and ids that do not fit are refused, \
               whatever the case of the name. The name of any other origin system stays as it is, and is \
               compared exactly (R23).",
        parts: &[whole(OurChoice, &[RESOURCE_ROLE])],
    },
];
