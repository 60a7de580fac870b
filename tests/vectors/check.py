#!/usr/bin/env python3
"""Holds an implementation of README.md, which is this one, to every vector.

Written from that page alone. Prints what it has checked; exits with 1 if anything differs.
"""

import itertools
import json
import re
import sys
from pathlib import Path

VERSION = 1

# --- gate.json: who may -------------------------------------------------------------------------------

SUFFICING = [
    "Access package assignment manager",
    "Access package manager",
    "Catalog owner",
    "Identity Governance Administrator",
    "Global Administrator",
]
PERMISSION = "EntitlementManagement.ReadWrite.All"
STEPS = ["useWorkOrSchoolAccount", "holdRole", "obtainDelegatedPermission", "obtainApplicationPermission"]


class Caller:
    def __init__(self, account, permissions, roles):
        self.account = account
        self.permissions = set(permissions)
        self.roles = {(held["role"], held["scope"]) for held in roles}

    def sufficing(self, catalog=None):
        """The roles that suffice; with a catalog, only those that count there."""
        counting = ("/", f"/AccessPackageCatalog/{catalog}")
        return [role for role, scope in self.roles if role in SUFFICING and (catalog is None or scope in counting)]

    def passes(self, catalog):
        permission, role = PERMISSION in self.permissions, bool(self.sufficing(catalog))
        if self.account == "workOrSchool":
            return permission and role
        if self.account == "application":
            return permission or role
        return False

    def acting_role(self, catalog):
        roles = self.sufficing(catalog)
        if self.account == "application" and PERMISSION in self.permissions:
            roles.append("Identity Governance Administrator")
        return max(roles, key=SUFFICING.index)

    def reasons(self, catalog):
        if self.account == "personal":
            return {"personalAccount"}
        reasons = set()
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
            elif (step, caller.account) in [
                ("obtainDelegatedPermission", "workOrSchool"),
                ("obtainApplicationPermission", "application"),
            ]:
                caller.permissions.add(PERMISSION)
        return caller

    def remedies(self, catalog):
        found = []
        for size in range(1, len(STEPS) + 1):
            for steps in itertools.combinations(STEPS, size):
                smaller = any(set(remedy) <= set(steps) for remedy in found)
                if not smaller and self.after(steps, catalog).passes(catalog):
                    found.append(steps)
        return {frozenset(remedy) for remedy in found}


def answer(case, catalog):
    caller = Caller(case["account"], case["permissions"], case["roles"])
    if not caller.passes(catalog):
        return "unauthorized", None, caller.reasons(catalog), caller.remedies(catalog)
    if case["state"] != "delivered":
        return "invalidState", None, set(), set()
    return "accepted", caller.acting_role(catalog), set(), set()


def as_set(items):
    """A list that stands for a set names nothing twice."""
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

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
WITH_GUIDS = ("AadGroup", "AadApplication", "DirectoryRole")


def identity(role):
    system, ids = role["originSystem"], (role["resourceOriginId"], role["roleOriginId"])
    if system in WITH_GUIDS:
        ids = tuple(GUID.sub(lambda guid: guid[0].lower(), text) for text in ids)
    return (system, *ids)


def ticks(instant):
    """Sorts as the instants do: all are in UTC."""
    seconds, _, fraction = instant.removesuffix("Z").partition(".")
    return seconds, fraction.ljust(7, "0")


def state_of(fulfillments):
    if "pending" in fulfillments:
        return "delivering"
    if "failed" not in fulfillments:
        return "delivered"
    return "partiallyDelivered" if "fulfilled" in fulfillments else "deliveryFailed"


def twice(identities):
    return len(set(identities)) < len(identities)


class Assignment:
    def __init__(self, stored):
        self.fixed = {name: stored[name] for name in ("format", "id", "catalog", "accessPackage", "target", "end")}
        self.state, self.attempt = stored["state"], stored["attempt"]
        self.roles = None
        if stored["resourceRoles"] is not None:
            self.roles = {identity(each["resourceRole"]): each["fulfillment"] for each in stored["resourceRoles"]}

    def stored(self):
        return self.fixed, self.state, self.attempt, self.roles

    def actions(self):
        if self.state != "delivering" or self.roles is None:
            return set()
        shared = self.fixed["id"], self.attempt, self.fixed["target"], self.fixed["end"]
        return {(*shared, role) for role, fulfillment in self.roles.items() if fulfillment == "pending"}

    def follow(self):
        self.state = state_of(list(self.roles.values()))

    def reprocess(self, role, observed):
        if role not in SUFFICING:
            return "insufficientRole"
        if self.state != "delivered":
            return "invalidState"
        if self.roles is None:
            return "resourceRolesUnknown"
        self.attempt = (self.attempt + 1) % 2**32
        seen = {identity(each["resourceRole"]): each["observed"] for each in observed or []}
        words = {"present": "fulfilled", "absent": "pending", "unknown": "pending", "unenforceable": "failed"}
        self.roles = {role: words[seen.get(role, "unknown")] for role in self.roles}
        self.follow()
        return "accepted"

    def record(self, receipt):
        if receipt["assignment"] != self.fixed["id"]:
            return "otherAssignment"
        if receipt["attempt"] != self.attempt or self.state == "expired":
            return "recorded"
        role = identity(receipt["resourceRole"])
        if self.roles is None or role not in self.roles:
            return "unknownResourceRole"
        if self.roles[role] != "fulfilled":
            self.roles[role] = receipt["outcome"]
        self.follow()
        return "recorded"

    def expire(self, now):
        end = self.fixed["end"]
        if end is None or ticks(now) < ticks(end) or self.state == "expired":
            return "unchanged"
        self.state = "expired"
        return "expired"

    def set_resource_roles(self, current):
        if self.state != "delivered":
            return "invalidState"
        current = [identity(role) for role in current]
        if twice(current):
            return "duplicateResourceRole"
        self.roles = dict.fromkeys(current, "fulfilled")
        return "taken"

    def make(self, call):
        match call["do"]:
            case "reprocess":
                return self.reprocess(call["role"], call["observed"])
            case "record":
                return self.record(call["receipt"])
            case "expire":
                return self.expire(call["now"])
            case "setResourceRoles":
                return self.set_resource_roles(call["resourceRoles"])
            case unknown:
                return f"no such call: {unknown}"


def load(stored):
    if stored["format"] != 1:
        return "unsupportedFormat"
    if stored["resourceRoles"] is not None:
        if twice([identity(each["resourceRole"]) for each in stored["resourceRoles"]]):
            return "duplicateResourceRole"
        follows = state_of([each["fulfillment"] for each in stored["resourceRoles"]])
        if stored["state"] not in ("expired", follows):
            return "stateContradictsFulfillments"
    return "loaded"


def action_of(vector):
    assignment, attempt, target = vector["assignment"], vector["attempt"], vector["target"]
    return assignment, attempt, target, vector["end"], identity(vector["resourceRole"])


def check_loads(vectors):
    for case in vectors["loads"]:
        yield case, load(case["stored"]), case["result"]


def check_traces(vectors):
    for trace in vectors["traces"]:
        yield trace["name"], load(trace["start"]), "loaded"
        assignment = Assignment(trace["start"])
        for number, step in enumerate(trace["steps"], 1):
            result = assignment.make(step["call"])
            expected = step["result"], as_set([action_of(each) for each in step["actions"]])
            yield f"{trace['name']}, step {number}", (result, assignment.actions()), expected
            stored = Assignment(step["stored"])
            yield f"{trace['name']}, step {number}, stored", assignment.stored(), stored.stored()
            yield f"{trace['name']}, step {number}, loaded", load(step["stored"]), "loaded"
            # Nothing may be lost by storing and loading.
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
                sys.exit(f"{name}: not every one of the {what} was checked")
    if failures:
        sys.exit(f"{failures} differ")


if __name__ == "__main__":
    main()
