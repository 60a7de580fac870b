//! The rules as data. `rules.md` is made from it: `UPDATE=1 cargo test --all-features`.

use Basis::{Documented, Observed, OurChoice};

use crate::reason::Reason;

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rule {
    /// `R1` and so on, which stays the same.
    pub id: &'static str,
    /// The heading under which it stands.
    pub about: &'static str,
    /// What it says, as Markdown without links.
    pub text: &'static str,
    /// Where its parts come from, which need not be one place for all of it.
    pub parts: &'static [Part],
}

impl Rule {
    /// The public documents that it rests on as a whole or in part, beginning with the one that says most.
    pub fn sources(&self) -> impl Iterator<Item = &'static Source> + Clone + use<> {
        self.parts.iter().filter(|part| part.basis == Documented).flat_map(|part| part.sources)
    }
}

/// Where a rule, or a part of it, comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Part {
    /// How it is known.
    pub basis: Basis,
    /// Which part of the rule this is about; `None` if it is the rest of it.
    pub what: Option<&'static str>,
    /// The public documents that say or show so; or, for what they do not say, the ones that come closest.
    pub sources: &'static [Source],
}

/// How a rule is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// Microsoft's public documentation says so.
    Documented,
    /// The documentation does not say so, but a public client of the service or a public report of its answers
    /// shows it. We have not called the service ourselves.
    Observed,
    /// The documentation is silent, and this is the conservative reading.
    OurChoice,
}

/// A public document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Source {
    /// What the list of rules calls it.
    pub name: &'static str,
    /// Where it is.
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
const WHEN: &str = "When";
const WHAT: &str = "What happens";
const REQUEST: &str = "Reprocessing the request";
const HTTP: &str = "Over HTTP";
const TOKEN: &str = "Whose token";
const ENFORCE: &str = "Carrying an action out";
const OF_2026: &str = "The service of 2026";

const fn whole(basis: Basis, sources: &'static [Source]) -> Part {
    Part { basis, what: None, sources }
}

const fn part(basis: Basis, what: &'static str, sources: &'static [Source]) -> Part {
    Part { basis, what: Some(what), sources }
}

impl Reason {
    /// The rules behind it, the one that decides first.
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
        text: "The caller needs the role *Access package assignment manager* or a higher one: *Access \
               package assignment manager* < *Access package manager* < *Catalog owner* < *Identity \
               Governance Administrator* < *Global Administrator*.",
        parts: &[
            whole(Documented, &[REPROCESS, DELEGATION]),
            part(OurChoice, "the order among those that suffice", &[]),
        ],
    },
    Rule {
        id: "R2",
        about: WHO,
        text: "*Catalog creator*, *Catalog reader* and *User Administrator* are not on that ladder. \
               Each is only itself and none suffices. An older page still lists *User Administrator*.",
        parts: &[
            whole(Documented, &[DELEGATION]),
            part(OurChoice, "not to follow the older page", &[HOW_TO_OF_2023]),
        ],
    },
    Rule {
        id: "R3",
        about: WHO,
        text: "A role of entitlement management counts on the one catalog it is held on \
               (`/AccessPackageCatalog/{id}`), or everywhere if held on the tenant (`/`). A directory \
               role counts everywhere, unless it was given for one catalog.",
        parts: &[
            whole(Documented, &[DELEGATION]),
            part(OurChoice, "a directory role that was given for one catalog", &[]),
        ],
    },
    Rule {
        id: "R4",
        about: WHO,
        text: "A call on behalf of a work or school account needs both the permission \
               `EntitlementManagement.ReadWrite.All` and the role. One without the other is not enough, \
               however high the role.",
        parts: &[whole(Documented, &[REPROCESS])],
    },
    Rule {
        id: "R5",
        about: WHO,
        text: "An application that calls on its own needs the application permission of that name, \
               which counts in the whole tenant, or a role that suffices. With the permission it acts as an \
               *Identity Governance Administrator*, or as a *Global Administrator* if it holds that role where \
               it counts.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "as whom it acts", &[])],
    },
    Rule {
        id: "R6",
        about: WHO,
        text: "A personal Microsoft account may never reprocess. A guest whose account is a personal one \
               comes with a token of the tenant, and counts as a work or school account.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "the guest", &[])],
    },
    Rule {
        id: "R7",
        about: WHO,
        text: "The permission to read, `EntitlementManagement.Read.All`, is never enough.",
        parts: &[whole(Documented, &[REPROCESS])],
    },
    Rule {
        id: "R8",
        about: WHO,
        text: "The caller is judged before the state is looked at. A caller who may not reprocess learns \
               nothing of the assignment: not its state, and of its catalog only whether a role of the \
               caller's own covers it and, to those whom R43 names, whether it is privileged and which of the roles \
               that it then takes count there.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R9",
        about: WHEN,
        text: "The *state* has to be `delivered`. The free text in *status* decides nothing.",
        parts: &[whole(Documented, &[REPROCESS, ASSIGNMENT])],
    },
    Rule {
        id: "R10",
        about: WHEN,
        text: "Any other state refuses and says what helps: while `delivering`, to wait; when \
               `partiallyDelivered` or `deliveryFailed`, to reprocess the *request* (R31 to R35) or, once it is \
               too old for that, to request again; when `expired`, to request again.",
        parts: &[
            part(Documented, "the refusal", &[REPROCESS]),
            part(Documented, "to reprocess the request", &[REPROCESS_REQUEST]),
            part(Documented, "to request again", &[PROCESS]),
            part(OurChoice, "to wait", &[]),
        ],
    },
    Rule {
        id: "R11",
        about: WHEN,
        text: "A word that is not one of the five states, such as `unknownFutureValue`, is refused and \
               never taken for one of them.",
        parts: &[whole(OurChoice, &[ASSIGNMENT])],
    },
    Rule {
        id: "R12",
        about: WHEN,
        text: "A refused call changes nothing. That time has made an assignment expire is not the \
               call's doing, and a host may save it.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R13",
        about: WHAT,
        text: "Every resource role that the access package gives *now* is enforced again, each by one \
               action. They come in with the acceptance, each counted once. Where they are not known the \
               call is refused, for it would enforce nothing.",
        parts: &[
            whole(Documented, &[HOW_TO, RESOURCES]),
            part(OurChoice, "*now*, when they come in, and the refusal", &[]),
        ],
    },
    Rule {
        id: "R14",
        about: WHAT,
        text: "Access is only restored. Nothing is removed, no schedule moves, and neither approval, \
               custom extension nor mail is set off again.",
        parts: &[
            part(Documented, "that access is given again", &[HOW_TO]),
            part(OurChoice, "that nothing else happens", &[]),
        ],
    },
    Rule {
        id: "R15",
        about: WHAT,
        text: "Accepted is not done: until the last outcome is known the assignment is `delivering`, \
               and cannot be reprocessed again meanwhile.",
        parts: &[part(Documented, "the `202`", &[REPROCESS]), part(OurChoice, "the state in between", &[])],
    },
    Rule {
        id: "R16",
        about: WHAT,
        text: "When every outcome is known the state is `delivered` if all resource roles are in place, \
               `partiallyDelivered` if some are, `deliveryFailed` if none is. With nothing to enforce \
               it is `delivered` at once.",
        parts: &[
            part(Documented, "what the states mean", &[PROCESS, ASSIGNMENT]),
            part(OurChoice, "how they follow", &[]),
        ],
    },
    Rule {
        id: "R17",
        about: WHAT,
        text: "Outcomes may come late, twice and in any order: the result is the same. Within an \
               attempt *fulfilled* beats *failed*, even after the state was final. An outcome of \
               another attempt changes nothing and is no error. *Failed* is said once the executor has \
               given up, not for each try; of two reasons for it the smaller one stays.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R18",
        about: WHAT,
        text: "What is in place already counts as fulfilled, so every action can be repeated.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R19",
        about: WHAT,
        text: "What could not be observed is neither there nor missing, but unknown, and is enforced.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R20",
        about: WHAT,
        text: "A resource role that was seen to be unenforceable (a dynamic or on-premises group, a \
               deleted resource) fails at once and without an action, and shows as *unenforceable*.",
        parts: &[
            part(Documented, "which groups cannot be changed", &[RESOURCES]),
            part(OurChoice, "the deleted resource, and failing at once", &[]),
        ],
    },
    Rule {
        id: "R21",
        about: WHAT,
        text: "Expiry wins over everything, and the end is exclusive: an assignment is expired at its \
               end and after it. Expired, it yields no action, takes no outcome and never comes back. \
               Each action says from when on it must not be carried out.",
        parts: &[
            part(Documented, "that assignments expire", &[ASSIGNMENT]),
            part(OurChoice, "the boundary, and that it is final", &[]),
        ],
    },
    Rule {
        id: "R22",
        about: WHAT,
        text: "What is still to be done follows from the assignment at any time. After a crash, loading \
               it gives the actions that remain.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R23",
        about: WHAT,
        text: "Resource roles are told apart by origin system, origin ids and, where it is a part of what the \
               role is, the role's type; never by a display name. GUIDs are compared without regard to case, \
               and so are the ids of Azure, each as a whole; other ids, the URLs of sites and the types of \
               unknown origin systems to the letter. A role of Azure is `active` or `eligible`, and refused \
               without such a type. Elsewhere a type that contradicts the origin id is refused.",
        parts: &[
            part(Documented, "the types of a role of Azure", &[RESOURCE_ROLE_SCOPES]),
            part(Documented, "that names in Azure have no case", &[NAMES_IN_AZURE]),
            part(OurChoice, "the rest", &[RESOURCE_ROLE]),
        ],
    },
    Rule {
        id: "R24",
        about: HTTP,
        text: "`POST` to `/v1.0/identityGovernance/entitlementManagement/assignments/{id}/reprocess`; \
               in beta, and as v1.0 was first documented, `…/accessPackageAssignments/{id}/reprocess`. \
               Also taken: `…/microsoft.graph.reprocess`, `assignments('{id}')/reprocess`, and a doubled \
               slash after the version.",
        parts: &[
            whole(Documented, &[REPROCESS]),
            part(Observed, "that a client sends `microsoft.graph.reprocess`", &[RUST_CLIENT]),
            part(OurChoice, "the other forms", &[]),
        ],
    },
    Rule {
        id: "R25",
        about: HTTP,
        text: "The header `Authorization: Bearer …` is required. Without a caller the answer is `401`.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "the `401`", &[])],
    },
    Rule {
        id: "R26",
        about: HTTP,
        text: "There is no body to send. None, `{}` and `null` are all taken, with or without a length.",
        parts: &[whole(Documented, &[REPROCESS]), part(OurChoice, "to take the others", &[])],
    },
    Rule {
        id: "R27",
        about: HTTP,
        text: "Accepted is `202` with neither body nor `Content-Type`: a content type on an empty body \
               has broken a client.",
        parts: &[whole(Documented, &[REPROCESS]), part(Observed, "the missing header", &[EMPTY_JSON])],
    },
    Rule {
        id: "R28",
        about: HTTP,
        text: "An id that is no GUID of 36 characters with hyphens: `400`, code `InvalidRequest`. No \
               such assignment: `404`, code `ResourceNotFound`, but only for a caller who may reprocess \
               in every standard catalog. A caller who may in some catalogs only gets the same `403` as for an \
               assignment in another catalog.",
        parts: &[
            part(Documented, "`400` and `404`", &[REPROCESS]),
            part(OurChoice, "the `403` and the codes", &[]),
        ],
    },
    Rule {
        id: "R29",
        about: HTTP,
        text: "A caller who may not: `403`, code `UnAuthorized`. The wrong state: `400`, code \
               `InvalidAssignmentState`. No caller: `401`, code `InvalidAuthenticationToken`. Errors \
               are OData JSON, and each reason and each remedy is an entry of `details`.",
        parts: &[part(Observed, "the `403`", &[FORBIDDEN]), part(OurChoice, "the rest", &[])],
    },
    Rule {
        id: "R30",
        about: HTTP,
        text: "Any other method on the path: `405`, code `MethodNotAllowed`, with `Allow: POST`; where an \
               assignment or a list of them is read, with `Allow: GET`. Any other path is said not to be \
               ours, so that a host can route it on.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R31",
        about: REQUEST,
        text: "Whoever may reprocess an assignment may reprocess the request that it came from: the same \
               permission, the same roles, the same scope (R1 to R8).",
        parts: &[
            part(Documented, "the permission and the role", &[REPROCESS_REQUEST]),
            part(OurChoice, "an application, and the scope, as for the assignment", &[]),
        ],
    },
    Rule {
        id: "R32",
        about: REQUEST,
        text: "The request has to be `partiallyDelivered` or `deliveryFailed`, and so has its assignment. \
               Any other state refuses and says what helps: while `delivering`, to wait; when `delivered`, \
               to reprocess the assignment; when `expired`, to request again. It has to be the request that \
               led to that state: one for this assignment that asks for access, and the newest such one.",
        parts: &[
            part(Documented, "the states", &[REPROCESS_REQUEST, REQUEST_TYPE]),
            part(OurChoice, "what helps, and which request", &[]),
        ],
    },
    Rule {
        id: "R33",
        about: REQUEST,
        text: "Only less than 14 days after the original request was completed. The boundary is exclusive: \
               14 days later it is refused, and what helps is to request the access package again.",
        parts: &[whole(Documented, &[REPROCESS_REQUEST]), part(OurChoice, "the boundary", &[])],
    },
    Rule {
        id: "R34",
        about: REQUEST,
        text: "Accepted, another attempt begins, and everything that the access package gives now is asked \
               for again, whatever became of it before; observations narrow it. What holds for an \
               assignment that is reprocessed holds alike (R12 to R23).",
        parts: &[
            part(Documented, "that the request is retried", &[REPROCESS_REQUEST]),
            part(OurChoice, "that everything is asked for", &[]),
        ],
    },
    Rule {
        id: "R35",
        about: REQUEST,
        text: "`POST` to `/v1.0/identityGovernance/entitlementManagement/assignmentRequests/{id}/reprocess`; \
               also in beta, by the older `…/accessPackageAssignmentRequests/{id}/reprocess`, and below an \
               assignment, `…/accessPackageAssignments/{id}/accessPackageAssignmentRequests/{id}/reprocess`. \
               The answers are those for an assignment (R25 to R30); what stands in the way of the request \
               is `400`, code `InvalidAssignmentRequest`.",
        parts: &[
            part(Documented, "the first two", &[REPROCESS_REQUEST]),
            part(OurChoice, "the path below an assignment, and the code", &[]),
        ],
    },
    Rule {
        id: "R36",
        about: TOKEN,
        text: "A token is an application's own if `idtyp` is `app`, whatever else it holds; where `idtyp` is \
               absent, if it has no `scp` and its `oid` is its `sub`. Any other is of a call on behalf of an \
               account. A claim that is null is as good as absent.",
        parts: &[
            part(
                Documented,
                "`idtyp`, that `scp` is for users, and that `oid` is `sub`",
                &[IDTYP, SCP, OID_SUB],
            ),
            part(OurChoice, "to ask for the last two together", &[AGENT]),
        ],
    },
    Rule {
        id: "R37",
        about: ENFORCE,
        text: "Each kind of resource role has its request to Microsoft Graph. Members and owners of a group are added by \
               `$ref`, app roles by `appRoleAssignedTo`; eligible members and owners of a group, and directory roles, by a \
               schedule request of Privileged Identity Management. A grant that can carry an end carries that of the \
               assignment (R21).",
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
        text: "A grant that is there already is fulfilled (R18). That is known from a code made for it or from a look, and \
               never from the text of a message. A schedule request that is accepted is judged by its `status`.",
        parts: &[
            part(
                Documented,
                "that messages are not to be relied on, the status, and the `400` for a member who is there",
                &[ERRORS, SCHEDULE_STATUS, ADD_MEMBER],
            ),
            part(Observed, "the code `RoleAssignmentExists`", &[EXISTS]),
            part(OurChoice, "the look, and what each status means", &[]),
        ],
    },
    Rule {
        id: "R39",
        about: ENFORCE,
        text: "A look that finds a grant proves it. A look that does not find it proves nothing until the directory has had \
               time to replicate.",
        parts: &[
            part(Documented, "that the list of app roles may lag behind", &[LIST_APP_ROLES]),
            part(Observed, "that members do", &[NEGATIVE_READ]),
            part(OurChoice, "the rest, and five minutes where you do not say otherwise", &[]),
        ],
    },
    Rule {
        id: "R40",
        about: ENFORCE,
        text: "A request that is throttled, that meets a passing fault or that is not answered is made again, within a bound: \
               not before `Retry-After`, and after growing pauses where that is absent or names no later instant. A write \
               whose fate is not known is looked for before it is made again.",
        parts: &[
            part(Documented, "`Retry-After`, and growing pauses without it", &[THROTTLING, ERRORS]),
            part(OurChoice, "the pauses, the bound, and the look", &[]),
        ],
    },
    Rule {
        id: "R41",
        about: ENFORCE,
        text: "An action that cannot succeed fails at once, and keeps the reason. One that may only be too early, because its \
               target or resource is new, is tried again while the directory may still replicate. Where members or owners of \
               a group are refused, the group is asked why.",
        parts: &[
            part(Documented, "what a group may be", &[GROUP_403]),
            part(Observed, "being too early", &[NEW_GUEST, NEW_PRINCIPAL]),
            part(OurChoice, "the bound, and that a look which is refused fails too", &[]),
        ],
    },
    Rule {
        id: "R42",
        about: ENFORCE,
        text: "From the end of the assignment on nothing is sent (R21). An action that the crate cannot express as a request \
               is refused before anything is sent: a role in a SharePoint site whose number the host does not say how to \
               read, a role of Azure, and anything of an unknown origin system.",
        parts: &[
            part(
                Documented,
                "that Graph grants no user a role in a site, and what it says of the number",
                &[SITE_PERMISSIONS, ROLE_IN_SITE],
            ),
            part(OurChoice, "the rest", &[]),
        ],
    },
    Rule {
        id: "R43",
        about: OF_2026,
        text: "In a privileged catalog the caller needs *Global Administrator*, or *Identity Governance \
               Administrator* and *Privileged Role Administrator* both. For an application that calls on its \
               own each of the two has a permission that stands for it: `EntitlementManagement.ReadWrite.All` \
               for the first, `RoleManagement.ReadWrite.Directory` for the second. A caller is told that \
               the catalog is privileged only if they could act there were it a standard one, or lack no more than \
               the delegated permission; anyone else is refused as there. A catalog whose level is not known is \
               judged as a standard one, and an accepted verdict shows that it is not known.",
        parts: &[
            part(
                Documented,
                "the roles, for every change there, and that an application needs permissions to manage directory \
                 roles: so the page said in spring 2026, and later copies of it say nothing of this",
                &[CATALOGS],
            ),
            part(
                OurChoice,
                "that it covers reprocessing, which permission that is, who is told, and the level that is not known",
                &[],
            ),
        ],
    },
    Rule {
        id: "R44",
        about: OF_2026,
        text: "Unknown is not endless. A schedule says that there is no end, or gives one, or is null as a whole, \
               or has nothing but a start. One that says nothing, or that holds a value which could be an end \
               and is not known, such as a recurrence, is an error.",
        parts: &[
            part(Documented, "the schedule and its types", &[ASSIGNMENT]),
            part(OurChoice, "the rest", &[]),
        ],
    },
    Rule {
        id: "R45",
        about: OF_2026,
        text: "A list that says it goes on elsewhere is not the whole list. Where the whole is needed that is an \
               error, and nothing is enforced in part.",
        parts: &[whole(OurChoice, &[])],
    },
    Rule {
        id: "R46",
        about: OF_2026,
        text: "When an attempt begins, what a target of its kind cannot hold fails at once and without an action, and shows as \
               *unenforceable*, unless it was seen to be in place: of a service principal the roles of applications \
               and of sites, of a user API permissions. A kind that is not known forbids nothing.",
        parts: &[
            part(Documented, "what a service principal cannot hold", &[AGENTS]),
            part(Documented, "what a user cannot hold", &[RESOURCES]),
            part(Observed, "that API permissions are of `OAuthApplication`", &[API_PERMISSIONS]),
            part(OurChoice, "failing at once, and the rest", &[]),
        ],
    },
    Rule {
        id: "R47",
        about: OF_2026,
        text: "A role that is not known is one that does not suffice: it is passed over, and is no error that \
               hides the verdict. Roles are read by their ids, by the names in the documentation, and by \
               those that Graph shows. *Connected Organization Administrator* and *Privileged Role \
               Administrator* are not on the ladder.",
        parts: &[
            part(Documented, "the names and ids", &[DELEGATION, ROLE_DEFINITIONS]),
            part(OurChoice, "to pass over what is not known", &[]),
        ],
    },
];
