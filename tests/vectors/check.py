#!/usr/bin/env python3
"""Checks an implementation of README.md, which is this file, against every vector.

It was written from that page alone. It prints what it has checked, and exits with 1 if anything differs.
"""

import itertools
import json
import re
import sys
import unicodedata
from datetime import datetime
from pathlib import Path

VERSION = 4

# --- words in both files --------------------------------------------------------------------------------

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
STATES = ("delivering", "partiallyDelivered", "delivered", "expired", "deliveryFailed")


def without_case(text):
    """In lower case, but only the ASCII letters."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def known_as(word, known):
    """The word as the page writes it, or None if it is unknown."""
    return next((each for each in known if without_case(each) == without_case(word)), None)


def is_guid(text):
    return GUID.fullmatch(text) is not None


# --- gate.json: who may -------------------------------------------------------------------------------

SUFFICING = [
    "Access package assignment manager",
    "Access package manager",
    "Catalog owner",
    "Identity Governance Administrator",
    "Global Administrator",
]
PERMISSION = "EntitlementManagement.ReadWrite.All"
ADVICE = {
    "delivering": ["wait"],
    "partiallyDelivered": ["reprocessRequest", "requestAgain"],
    "deliveryFailed": ["reprocessRequest", "requestAgain"],
    "expired": ["requestAgain"],
}
STEPS = ["useWorkOrSchoolAccount", "holdRole", "obtainDelegatedPermission", "obtainApplicationPermission"]


GOVERNS, GRANTS, TOP = "Identity Governance Administrator", "Privileged Role Administrator", "Global Administrator"
MANAGES_ROLES = "RoleManagement.ReadWrite.Directory"
STEPS_IN_PRIVILEGED = [
    "holdIdentityGovernanceAdministrator",
    "holdPrivilegedRoleAdministrator",
    "holdGlobalAdministrator",
    "obtainDelegatedPermission",
    "obtainApplicationPermission",
    "obtainRoleManagementPermission",
]
HOLD = {"holdIdentityGovernanceAdministrator": GOVERNS, "holdPrivilegedRoleAdministrator": GRANTS, "holdGlobalAdministrator": TOP}


ROLES = [
    "Catalog reader",
    "Catalog creator",
    "Connected Organization Administrator",
    "User Administrator",
    GRANTS,
    *SUFFICING,
]


def catalog_of(scope):
    """The catalog that a scope names, or None if it names no catalog."""
    before, _, catalog = scope.rpartition("/")
    return catalog.lower() if before == "/AccessPackageCatalog" and is_guid(catalog) else None


class Caller:
    def __init__(self, account, permissions, roles):
        self.account = account
        self.permissions = set(permissions)
        held = {(known_as(held["role"], ROLES), held["scope"]) for held in roles}
        # Unknown roles and scopes are ignored.
        self.roles = {(role, scope) for role, scope in held if role and (scope == "/" or catalog_of(scope))}

    def here(self, catalog):
        """The roles that count for this catalog."""
        return {role for role, scope in self.roles if scope == "/" or catalog_of(scope) == catalog.lower()}

    def sufficing(self, catalog=None):
        """The roles that suffice. With a catalog, only the roles that count there."""
        return [
            role for role, _ in self.roles if role in SUFFICING and (catalog is None or role in self.here(catalog))
        ]

    def lacks_in_privileged(self, catalog):
        """What is missing in a privileged catalog, as a reason, or None if nothing is missing."""
        held, application = self.here(catalog), self.account == "application"
        if TOP in held:
            return None
        governs = GOVERNS in held or application and PERMISSION in self.permissions
        grants = GRANTS in held or application and MANAGES_ROLES in self.permissions
        if governs and grants:
            return None
        if governs:
            return "withoutPrivilegedRoleAdministrator"
        return "withoutIdentityGovernanceAdministrator" if grants else "privilegedCatalog"

    def is_told(self, catalog):
        """Whether the caller could act in a standard catalog, or lacks only the delegated permission for it."""
        if self.account == "application" and PERMISSION in self.permissions:
            return True
        return self.account != "personal" and bool(self.sufficing(catalog))

    def passes(self, catalog, privileged):
        permission, role = PERMISSION in self.permissions, bool(self.sufficing(catalog))
        if privileged:
            role = role and not self.lacks_in_privileged(catalog)
        if self.account == "workOrSchool":
            return permission and role
        if self.account == "application":
            return self.is_told(catalog) and not self.lacks_in_privileged(catalog) if privileged else permission or role
        return False

    def acting_role(self, catalog):
        roles = self.sufficing(catalog)
        if self.account == "application" and PERMISSION in self.permissions:
            roles.append(GOVERNS)
        return max(roles, key=SUFFICING.index)

    def reasons(self, catalog, privileged):
        if self.account == "personal":
            return {"personalAccount"}
        reasons = set()
        lacks = self.lacks_in_privileged(catalog)
        if privileged and self.is_told(catalog):
            if self.account == "workOrSchool" and PERMISSION not in self.permissions:
                reasons.add("missingDelegatedPermission")
            if self.account == "application" and lacks == "withoutPrivilegedRoleAdministrator":
                reasons.add("missingRoleManagementPermission")
            elif self.account == "application":
                reasons.add("missingApplicationPermission")
            return reasons | {lacks} if lacks else reasons
        if PERMISSION not in self.permissions:
            kind = {"workOrSchool": "Delegated", "application": "Application"}[self.account]
            reasons.add(f"missing{kind}Permission")
        if not self.sufficing():
            reasons.add("insufficientRole")
        elif not self.sufficing(catalog):
            reasons.add("outOfScope")
        return reasons

    def after(self, steps, catalog):
        caller = Caller(self.account, self.permissions, [])
        caller.roles = set(self.roles)
        for step in steps:
            if step == "useWorkOrSchoolAccount":
                caller = Caller("workOrSchool", [], [])
            elif step == "holdRole":
                caller.roles.add((SUFFICING[0], f"/AccessPackageCatalog/{catalog}"))
            elif step in HOLD:
                caller.roles.add((HOLD[step], "/"))
            elif (step, caller.account) in [
                ("obtainDelegatedPermission", "workOrSchool"),
                ("obtainApplicationPermission", "application"),
            ]:
                caller.permissions.add(PERMISSION)
            elif (step, caller.account) == ("obtainRoleManagementPermission", "application"):
                caller.permissions.add(MANAGES_ROLES)
        return caller

    def remedies(self, catalog, privileged):
        # A caller who is not told that the catalog is privileged gets the remedies for a standard one.
        privileged = privileged and bool(self.reasons(catalog, True) & IN_PRIVILEGED)
        all_steps = STEPS_IN_PRIVILEGED if privileged else STEPS
        found = []
        for size in range(1, len(all_steps) + 1):
            for steps in itertools.combinations(all_steps, size):
                smaller = any(set(remedy) <= set(steps) for remedy in found)
                if not smaller and self.after(steps, catalog).passes(catalog, privileged):
                    found.append(steps)
        return {frozenset(remedy) for remedy in found}


IN_PRIVILEGED = {
    "missingRoleManagementPermission",
    "privilegedCatalog",
    "withoutIdentityGovernanceAdministrator",
    "withoutPrivilegedRoleAdministrator",
}


def answer(case, catalog):
    caller = Caller(case["account"], case["permissions"], case["roles"])
    privileged = case["privilegeLevel"] == "privileged"
    if not caller.passes(catalog, privileged):
        return "unauthorized", None, caller.reasons(catalog, privileged), caller.remedies(catalog, privileged)
    if case["state"] != "delivered":
        return "invalidState", None, {case["state"]}, {frozenset([step]) for step in ADVICE[case["state"]]}
    return "accepted", caller.acting_role(catalog), set(), set()


def as_set(items):
    """The items as a set. A list that stands for a set must not repeat an item."""
    items = list(items)
    if len(set(items)) < len(items):
        raise ValueError(f"named twice: {items}")
    return set(items)


def check_gate(vectors):
    catalog = vectors["assignment"]["catalog"]
    for case in vectors["cases"]:
        remedies = as_set([frozenset(as_set(remedy)) for remedy in case["remedies"]])
        expected = case["verdict"], case["role"], as_set(case["reasons"]), remedies
        yield case, answer(case, catalog), expected


# --- lifecycle.json: what happens ---------------------------------------------------------------------

DEFINITION = re.compile(r"/providers/Microsoft\.Authorization/roleDefinitions/" + GUID.pattern, re.IGNORECASE | re.ASCII)
WITH_GUIDS = ("AadGroup", "AadApplication", "DirectoryRole")
SYSTEMS = (*WITH_GUIDS, "SharePointOnline", "AzureResources", "CustomDataProvidedResource")
TYPES = ("active", "eligible")


def system_of(role):
    """The origin system, as the page writes it if the page knows it."""
    return known_as(role["originSystem"], SYSTEMS) or role["originSystem"]


def is_segment(text):
    unsafe = any(letter in "?#%\\" or unicodedata.category(letter) == "Cc" for letter in text)
    return text not in ("", ".", "..") and text == text.strip() and not unsafe


def is_azure(text):
    return text == "/" or (text.startswith("/") and all(map(is_segment, text[1:].split("/"))))


def fits(role):
    """Whether a resource role has the form of its origin system."""
    system, resource, of_role = system_of(role), role["resourceOriginId"], role["roleOriginId"]
    said = role.get("roleType")
    said = said and without_case(said)
    if system == "AzureResources":
        definition = DEFINITION.fullmatch(of_role[without_case(of_role).rfind("/providers/"):])
        return is_azure(resource) and is_azure(of_role) and definition is not None and said in TYPES
    if system == "CustomDataProvidedResource":
        return False
    if system == "AadGroup":
        access, _, guid = of_role.partition("_")
        same = guid.lower() == resource.lower() or access.startswith("Eligible")
        known = access in ("Member", "Owner", "EligibleMember", "EligibleOwner")
        form = is_guid(resource) and is_guid(guid) and known and same
    elif system == "AadApplication":
        form = is_guid(resource) and is_guid(of_role)
    elif system == "SharePointOnline":
        form = re.fullmatch("0|[1-9][0-9]*", of_role) is not None and int(of_role) < 2**32
    elif system == "DirectoryRole":
        form = is_guid(resource) and of_role in ("Eligible", "Active")
    else:
        return True
    return form and said in (None, "eligible" if of_role.startswith("Eligible") else "active")


def identity(role):
    system, ids, said = system_of(role), (role["resourceOriginId"], role["roleOriginId"]), role.get("roleType")
    if system == "AzureResources":
        return (system, *map(without_case, ids), without_case(said))
    if system in WITH_GUIDS:
        return (system, *(GUID.sub(lambda guid: guid[0].lower(), text) for text in ids), None)
    return (system, *ids, None if system == "SharePointOnline" else said)


def ticks(instant):
    """The instant in ticks of 100 nanoseconds. All instants are in UTC."""
    seconds, _, fraction = instant.removesuffix("Z").partition(".")
    since = datetime.fromisoformat(seconds) - datetime(1, 1, 1)
    return (since.days * 86400 + since.seconds) * 10**7 + int(fraction.ljust(7, "0"))


FOURTEEN_DAYS = 14 * 86400 * 10**7
CALLER = "00000000-0000-0000-0000-0000000000ca"
CANNOT_HOLD = {"servicePrincipal": ("aadapplication", "sharepointonline"), "user": ("oauthapplication",)}
ORDER = ["pending", "failed", "unenforceable", "fulfilled"]
HELPS = {
    "insufficientRole": ["holdRole"],
    "resourceRolesUnknown": ["loadResourceRoles"],
    "requestOfAnotherAssignment": ["reprocessNewestRequest"],
    "requestWithoutGrant": ["reprocessNewestRequest"],
    "requestSuperseded": ["reprocessNewestRequest"],
    "requestStateDisagrees": ["loadRequest"],
    "requestTooOld": ["requestAgain"],
}
HELPS_WITH_REQUEST = {"delivering": "wait", "delivered": "reprocessAssignment", "expired": "requestAgain"}


def remedies_for(result, state):
    """The remedies for a refused call, if the assignment is in this state afterwards."""
    if result == "invalidState":
        steps = ADVICE[state]
    elif result == "invalidRequestState":
        steps = [HELPS_WITH_REQUEST[state]]
    else:
        steps = HELPS.get(result, [])
    return {(step,) for step in steps}


def state_of(fulfillments):
    if "pending" in fulfillments:
        return "delivering"
    if set(fulfillments) <= {"fulfilled"}:
        return "delivered"
    return "partiallyDelivered" if "fulfilled" in fulfillments else "deliveryFailed"


def reason_of(vector):
    return vector and (vector["code"].encode(), vector["words"].encode())


def twice(identities):
    return len(set(identities)) < len(identities)


class Assignment:
    def __init__(self, stored):
        self.fixed = {name: stored[name] for name in ("format", "targetType", "end")}
        self.fixed |= {name: stored[name].lower() for name in ("id", "accessPackage", "target")}
        self.fixed["catalog"] = stored["catalog"]["id"].lower(), stored["catalog"]["privilegeLevel"]
        self.state, self.attempt = known_as(stored["state"], STATES), stored["attempt"]
        self.roles = None
        if stored["resourceRoles"] is not None:
            self.roles = {
                identity(each["resourceRole"]): (each["fulfillment"], reason_of(each.get("reason")))
                for each in stored["resourceRoles"]
            }

    def stored(self):
        return self.fixed, self.state, self.attempt, self.roles

    def having(self, wanted):
        return {role for role, (fulfillment, _) in self.roles.items() if fulfillment == wanted}

    def actions(self):
        if self.state != "delivering" or self.roles is None:
            return set()
        shared = self.fixed["id"], self.attempt, self.fixed["target"], self.fixed["end"]
        return {(*shared, role) for role in self.having("pending")}

    def follow(self):
        self.state = state_of([fulfillment for fulfillment, _ in self.roles.values()])

    def event(self, now, before, *cause):
        return self.fixed["id"], ticks(now), self.attempt, before, self.state, cause

    def reprocess(self, role, now, gives, observed):
        if role not in SUFFICING:
            return "insufficientRole", None
        _, expired = self.expire(now)
        if self.state != "delivered":
            return "invalidState", expired
        if gives is None and self.roles is None:
            return "resourceRolesUnknown", None
        return self.accept(role, now, None, gives, observed)

    def reprocess_request(self, role, now, request, gives, observed):
        if role not in SUFFICING:
            return "insufficientRole", None
        _, expired = self.expire(now)
        for stands_in_the_way, result in [
            (request["assignment"].lower() != self.fixed["id"], "requestOfAnotherAssignment"),
            (request["purpose"] != "grant", "requestWithoutGrant"),
            (request["recency"] != "newest", "requestSuperseded"),
            (self.state not in ("partiallyDelivered", "deliveryFailed"), "invalidRequestState"),
            (request["state"] != self.state, "requestStateDisagrees"),
            (ticks(now) - ticks(request["completed"]) >= FOURTEEN_DAYS, "requestTooOld"),
        ]:
            if stands_in_the_way:
                return result, expired
        return self.accept(role, now, request["id"].lower(), gives, observed)

    def accept(self, role, now, request, gives, observed):
        before, had = self.state, set(self.roles or ())
        given = had if gives is None else {identity(each) for each in gives}
        self.attempt = (self.attempt + 1) % 2**32
        seen = {identity(each["resourceRole"]): each["observed"] for each in observed or []}
        words = {"present": "fulfilled", "absent": "pending", "unknown": "pending"}
        look = {each: seen.get(each, "unknown") for each in given}
        self.roles = {each: (words.get(seen, seen), None) for each, seen in look.items()}
        for each in self.having("pending"):
            if without_case(each[0]) in CANNOT_HOLD.get(self.fixed["targetType"], ()):
                self.roles[each] = ("unenforceable", None)
        self.follow()
        asked, unenforceable = self.having("pending"), self.having("unenforceable")
        lists = [frozenset(each) for each in (asked, unenforceable, given - had, had - given)]
        return "accepted", self.event(now, before, "reprocessed", CALLER, role, request, *lists)

    def record(self, receipt, now):
        if receipt["assignment"].lower() != self.fixed["id"]:
            return "otherAssignment", None
        if self.state == "expired":
            return "afterTheEnd", None
        result, expired = self.expire(now)
        if expired:
            return result, expired
        if receipt["attempt"] != self.attempt:
            return "anotherAttempt", None
        role = identity(receipt["resourceRole"])
        if self.roles is None or role not in self.roles:
            return "unknownResourceRole", None
        fulfillment, reason = self.roles[role]
        said, why = receipt["outcome"], reason_of(receipt["reason"])
        after = max(fulfillment, said, key=ORDER.index)
        reasons = [each for each in (reason, why) if each is not None]
        known = after, min(reasons) if after == "failed" and reasons else None
        if known == self.roles[role]:
            return "alreadyKnown", None
        self.roles[role], before = known, self.state
        self.follow()
        return "recorded", self.event(now, before, "recorded", role, said, why)

    def expire(self, now):
        end, before = self.fixed["end"], self.state
        if end is None or ticks(now) < ticks(end) or before == "expired":
            return "unchanged", None
        self.state = "expired"
        return "expired", self.event(now, before, "expired")

    def make(self, call):
        match call["do"]:
            case "reprocess":
                return self.reprocess(call["role"], call["now"], call["gives"], call["observed"])
            case "reprocessRequest":
                request, gives, observed = call["request"], call["gives"], call["observed"]
                return self.reprocess_request(call["role"], call["now"], request, gives, observed)
            case "record":
                return self.record(call["receipt"], call["now"])
            case "expire":
                return self.expire(call["now"])
            case unknown:
                return f"no such call: {unknown}", None


def load(stored):
    if not all(map(is_guid, (stored["id"], stored["catalog"]["id"], stored["accessPackage"], stored["target"]))):
        return "malformedId"
    state = known_as(stored["state"], STATES)
    if state is None:
        return "unknownState"
    if not all(fits(each["resourceRole"]) for each in stored["resourceRoles"] or []):
        return "malformedResourceRole"
    if stored["format"] != 1:
        return "unsupportedFormat"
    if stored["resourceRoles"] is not None:
        if twice([identity(each["resourceRole"]) for each in stored["resourceRoles"]]):
            return "duplicateResourceRole"
        if any(each.get("reason") and each["fulfillment"] != "failed" for each in stored["resourceRoles"]):
            return "reasonWithoutFailure"
        follows = state_of([each["fulfillment"] for each in stored["resourceRoles"]])
        if state not in ("expired", follows):
            return "stateContradictsFulfillments"
    return "loaded"


def action_of(vector):
    assignment, attempt, target = vector["assignment"], vector["attempt"], vector["target"]
    return assignment, attempt, target, vector["end"], identity(vector["resourceRole"])


def event_of(vector):
    if vector is None:
        return None
    cause = vector["cause"]
    if cause == "expired":
        said = ("expired",)
    elif "recorded" in cause:
        said = cause["recorded"]
        said = ("recorded", identity(said["resourceRole"]), said["outcome"], reason_of(said["reason"]))
    else:
        said = cause["reprocessed"]
        lists = [as_set([identity(each) for each in said[name]]) for name in ("asked", "unenforceable", "added", "dropped")]
        said = ("reprocessed", said["caller"], said["role"], said["request"], *[frozenset(each) for each in lists])
    return vector["assignment"], ticks(vector["at"]), vector["attempt"], vector["from"], vector["to"], said


def check_loads(vectors):
    for case in vectors["loads"]:
        yield case, load(case["stored"]), case["result"]


def check_traces(vectors):
    for trace in vectors["traces"]:
        yield trace["name"], load(trace["start"]), "loaded"
        assignment = Assignment(trace["start"])
        for number, step in enumerate(trace["steps"], 1):
            result, event = assignment.make(step["call"])
            actual = result, remedies_for(result, assignment.state), event, assignment.actions()
            remedies, actions = as_set(map(tuple, step["remedies"])), as_set(map(action_of, step["actions"]))
            yield f"{trace['name']}, step {number}", actual, (step["result"], remedies, event_of(step["event"]), actions)
            stored = Assignment(step["stored"])
            yield f"{trace['name']}, step {number}, stored", assignment.stored(), stored.stored()
            yield f"{trace['name']}, step {number}, loaded", load(step["stored"]), "loaded"
            # Storing and loading must not lose anything.
            assignment = stored


# --- all of it ------------------------------------------------------------------------------------------

def main():
    failures = 0
    for name, checks in [
        ("gate.json", {"cases": check_gate}),
        ("lifecycle.json", {"loads": check_loads, "traces": check_traces}),
    ]:
        vectors = json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
        if vectors["version"] != VERSION:
            sys.exit(f"{name}: version {vectors['version']}, and this program knows {VERSION}")
        for what, check in checks.items():
            compared = 0
            for case, actual, expected in check(vectors):
                compared += 1
                if actual != expected:
                    failures += 1
                    print(f"{name}: {case}\n  answered: {actual}\n  expected: {expected}")
            print(f"{name}: {len(vectors[what])} {what}, {compared} answers compared")
            if compared < len(vectors[what]) or not compared:
                sys.exit(f"{name}: not all {what} were checked")
    if failures:
        sys.exit(f"{failures} differ")


if __name__ == "__main__":
    main()
