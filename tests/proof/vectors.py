"""Ties the model to the crate: on values, it answers every test vector like the crate.

Texts and the grammar of ids are not part of the model: `check.py`, beside the vectors, reads them.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from algebra import Values
from gate import Caller
from lifecycle import Assignment, Package, Receipt, Request, Tally
from model import Model
from words import Account, Cause, Fulfillment, Observed, Outcome, Permission, Purpose, Role, State, TargetType

VECTORS = Path(__file__).parent.parent / "vectors"
sys.path.insert(0, str(VECTORS))
import check  # noqa: E402

SPELLING = ("malformedId", "unknownState", "malformedResourceRole")
PERMISSIONS = {
    Permission.mayChange: "EntitlementManagement.ReadWrite.All",
    Permission.mayRead: "EntitlementManagement.Read.All",
    Permission.managesRoles: "RoleManagement.ReadWrite.Directory",
}


def role_of(name):
    """For example, `catalogOwner` for `Catalog owner`."""
    first, *rest = name.split()
    return Role(first.lower() + "".join(word.capitalize() for word in rest))


def held_of(case):
    """The known roles and scopes. Their spelling is not part of the model."""
    for it in case["roles"]:
        name, catalog = check.known_as(it["role"], check.ROLES), check.catalog_of(it["scope"])
        if name and (catalog or it["scope"] == "/"):
            yield role_of(name), catalog or "/"


def check_gate(vectors, make):
    where = vectors["assignment"]["catalog"]
    for case in vectors["cases"]:
        held = list(held_of(case))
        model = make(Values(scopes={scope for _, scope in held}))
        caller = Caller(
            Account(case["account"]),
            lambda permission: PERMISSIONS[permission] in case["permissions"],
            lambda role, scope: (role, scope) in held,
        )
        privileged = case["privilegeLevel"] == "privileged"
        verdict = model.evaluate(caller, where, privileged, State(case["state"]))
        reasons = {reason for reason in (verdict.first, verdict.second) if reason != "none"}
        remedies = {remedy for remedy, given in model.remedies(verdict).items() if given}
        # By the crate's loop, too.
        standing = model.start(caller)
        for role, scope in held:
            standing = model.add(standing, role, scope, where)
        of_caller = model.judge(caller, where, privileged, standing)
        if model.passes(verdict):
            word = "accepted"
        else:
            word = "invalidState" if model.passes(of_caller) else "unauthorized"
        same = of_caller == model.authority(caller, where, privileged)
        role = role_of(case["role"]) if case["role"] else "none"
        expected = case["verdict"], role, set(case["reasons"]), set(map(frozenset, case["remedies"])), True
        yield case, (word, verdict.role, reasons, remedies, same), expected


def assignment_of(stored):
    """The stored form as an assignment of the model, and whether two of its resource roles are equal."""
    roles = [(check.identity(it["resourceRole"]), it) for it in stored["resourceRoles"] or []]
    known = dict(roles)

    def of(role, member):
        return known[role].get(member) if role in known else None

    assignment = Assignment(
        stored["id"].lower(),
        State(check.known_as(stored["state"], check.STATES)),
        stored["attempt"],
        stored["end"] is not None,
        stored["end"] and check.ticks(stored["end"]),
        TargetType(stored["targetType"] or "notKnown"),
        stored["resourceRoles"] is not None,
        known.__contains__,
        lambda role: role in known and Fulfillment(of(role, "fulfillment")),
        lambda role: check.reason_of(of(role, "reason")),
    )
    return assignment, list(known), len(known) < len(roles)


def check_loads(vectors, make):
    for case in vectors["loads"]:
        stored = case["stored"]
        if case["result"] in SPELLING:
            yield None, check.load(stored), case["result"]
            continue
        assignment, roles, twice = assignment_of(stored)
        yield case, make(Values(roles)).load(stored["format"], twice, assignment), case["result"]


def call_of(model, assignment, call, observed, given):
    now = check.ticks(call["now"])
    if call["do"] == "expire":
        return model.expire(assignment, now)
    if call["do"] == "record":
        it = call["receipt"]
        role, reason = check.identity(it["resourceRole"]), check.reason_of(it["reason"])
        receipt = Receipt(it["assignment"].lower(), it["attempt"], role, Outcome(it["outcome"]), reason)
        return model.record(assignment, receipt, now)
    package = Package(call["gives"] is not None, lambda role: role in given)
    role = role_of(call["role"])
    if call["do"] == "reprocess":
        return model.reprocess(assignment, role, now, package, observed)
    it = call["request"]
    newest, completed = it["recency"] == "newest", check.ticks(it["completed"])
    request = Request(it["assignment"].lower(), Purpose(it["purpose"]), newest, State(it["state"]), completed)
    return model.reprocess_request(assignment, role, now, request, package, observed)


def counted(model, fulfillments):
    """The state by the crate's count."""
    tally = Tally(0, 0)
    for fulfillment in fulfillments:
        tally = model.moves(tally, Fulfillment.fulfilled, fulfillment)
    return model.state_by(tally, len(fulfillments))


def seen(roles, assignment):
    """What the stored form shows of an assignment."""
    entries = {role: (assignment.fulfillment(role), assignment.reason(role)) for role in roles if assignment.has(role)}
    fixed = assignment.id, assignment.end, assignment.target_type
    return fixed, assignment.state, assignment.attempt, entries if assignment.known else None


def check_traces(vectors, make):
    for trace in vectors["traces"]:
        assignment, roles, _ = assignment_of(trace["start"])
        for number, step in enumerate(trace["steps"], 1):
            call = step["call"]
            given = {check.identity(it) for it in call.get("gives") or []}
            looks = call.get("observed") or []
            looked = {check.identity(it["resourceRole"]): Observed(it["observed"]) for it in looks}
            stored, of_stored, _ = assignment_of(step["stored"])
            everything = {*roles, *given, *looked, *of_stored}
            model = make(Values(everything))
            answer = call_of(model, assignment, call, lambda role: looked.get(role, Observed.unknown), given)
            event = event_of(model, everything, assignment, answer)
            actions = set(filter(model.actions(answer.after), everything))
            actual = answer.result, event, actions, seen(everything, answer.after)
            actions = {check.identity(it["resourceRole"]) for it in step["actions"]}
            expected = step["result"], told_of(step["event"]), actions, seen(everything, stored)
            yield f"{trace['name']}, step {number}", actual, expected
            if stored.known and stored.state != State.expired:
                state = counted(model, [stored.fulfillment(role) for role in of_stored])
                yield f"{trace['name']}, step {number}, counted", state, stored.state
            # Storing and loading must not lose anything.
            assignment, roles = stored, of_stored


def told_of(event):
    told = check.event_of(event)
    if told is None:
        return None
    _, _, attempt, before, after, said = told
    return said[0], attempt, before, after, *(said[4:] if said[0] == "reprocessed" else ())


def event_of(model, roles, before, answer):
    if answer.cause == Cause.nothing:
        return None
    lists = ()
    if answer.cause == Cause.reprocessed:
        lists = [frozenset(filter(it, roles)) for it in model.lists(before, answer.after)]
    return answer.cause, answer.after.attempt, before.state, answer.after.state, *lists


def differences(make=Model):
    """Every vector on which the model and the crate differ. Prints what was compared."""
    found = []
    for name, checks in [
        ("gate.json", {"cases": check_gate}),
        ("lifecycle.json", {"loads": check_loads, "traces": check_traces}),
    ]:
        vectors = json.loads((VECTORS / name).read_text(encoding="utf-8"))
        if vectors["version"] != check.VERSION:
            sys.exit(f"{name}: version {vectors['version']}, and this program knows {check.VERSION}")
        for what, compare in checks.items():
            answers, passed_over = Counter(), 0
            for case, actual, expected in compare(vectors, make):
                if case is None:
                    passed_over += 1
                else:
                    answers[actual[0] if isinstance(actual, tuple) else actual] += 1
                if actual != expected:
                    found.append((f"{name}: {case}", actual, expected))
            over = f", {passed_over} passed over: how words are spelled" if passed_over else ""
            print(f"{name}: {len(vectors[what])} {what}, {answers.total()} answers compared{over}")
            print("  " + ", ".join(f"{number} {word}" for word, number in sorted(answers.items())))
    return found


if __name__ == "__main__":
    differing = differences()
    for case, actual, expected in differing[:10]:
        print(f"{case}\n  the model: {actual}\n  the crate: {expected}")
    sys.exit(bool(differing))
