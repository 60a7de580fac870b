"""The worlds of the laws: an assignment and a caller with unknown values."""

import z3

from algebra import ATTEMPT, BOOL, INT, RESOURCE_ROLE, SCOPE
from gate import Caller
from lifecycle import Answer, Assignment, Package, Receipt, Request
from words import LADDER, Account, Fulfillment, Permission, Role, State


class Laws(list):
    """Laws about one kind of world: each with its rules, and a function from a world to its claims."""

    def __init__(self, world):
        self.world = world

    def law(self, name, *rules):
        def add(claims):
            self.append((self.world, name, rules, claims))
            return claims

        return add


class World:
    """An assignment with unknown values, and the events of its life."""

    def __init__(self, model):
        self.model, self.t = model, model.a
        t = self.t
        self.any_role, self.now, self.role = t.fresh("role", RESOURCE_ROLE), t.fresh("now", INT), t.fresh("who", "Role")
        self.of = self.another_assignment()
        self.package = Package(t.fresh("said", BOOL), t.function("gives", RESOURCE_ROLE, BOOL))
        self.observed = t.function("observed", RESOURCE_ROLE, "Observed")
        self.request = Request(
            t.fresh("requestFor", INT),
            t.fresh("purpose", "Purpose"),
            t.fresh("newest", BOOL),
            t.fresh("requestState", "State"),
            t.fresh("completed", INT),
        )
        self.receipt = self.another_receipt()
        self.whole = self.is_whole(self.of)

    def another_assignment(self):
        t = self.t
        return Assignment(
            t.fresh("id", INT),
            t.fresh("state", "State"),
            t.fresh("attempt", ATTEMPT),
            t.fresh("ends", BOOL),
            t.fresh("end", INT),
            t.fresh("targetType", "TargetType"),
            t.fresh("known", BOOL),
            t.function("has", RESOURCE_ROLE, BOOL),
            t.function("fulfillment", RESOURCE_ROLE, "Fulfillment"),
            t.function("reason", RESOURCE_ROLE, INT),
        )

    def another_receipt(self):
        t = self.t
        return Receipt(
            t.fresh("receiptFor", INT),
            t.fresh("receiptAttempt", ATTEMPT),
            t.fresh("receiptRole", RESOURCE_ROLE),
            t.fresh("outcome", "Outcome"),
            t.fresh("why", INT),
        )

    def is_whole(self, of):
        """The invariant, as a supposition."""
        return [self.state_follows(of), self.t.every(RESOURCE_ROLE, lambda role: self.reason_is_due(of, role))]

    def state_follows(self, of):
        t = self.t
        follows = t.among(of.state, State.expired, self.model.fold(of.has, of.fulfillment))
        return t.any(t.no(of.known), follows)

    def reason_is_due(self, of, role):
        """Only a failed resource role has a reason. If the resource roles are unknown, there are none."""
        t = self.t
        fails = t.implies(
            t.all(of.has(role), t.ne(of.reason(role), t.NONE)), t.eq(of.fulfillment(role), Fulfillment.failed)
        )
        return t.all(fails, t.implies(t.no(of.known), t.no(of.has(role))))

    def kept(self, of):
        """The invariant, as a goal."""
        return self.t.all(self.state_follows(of), self.reason_is_due(of, self.any_role))

    def same(self, one, other):
        """The same to any observer: at any resource role."""
        return self.t.all(self.t.eq(one.state, other.state), self.are_alike(one, other))

    def are_alike(self, one, other, role=None):
        """The same, except the state if it follows from the fulfillments."""
        t, role = self.t, self.any_role if role is None else role
        fixed = ("id", "attempt", "ends", "end", "target_type", "known")
        entry = t.all(t.eq(one.fulfillment(role), other.fulfillment(role)), t.eq(one.reason(role), other.reason(role)))
        follows = t.all(one.known, t.ne(one.state, State.expired), t.ne(other.state, State.expired))
        return t.all(
            *[t.eq(getattr(one, name), getattr(other, name)) for name in fixed],
            t.any(t.eq(one.state, other.state), follows),
            t.eq(one.has(role), other.has(role)),
            t.implies(one.has(role), entry),
        )

    # Every call.

    def expire(self, of=None, now=None):
        return self.model.expire(of or self.of, self.now if now is None else now)

    def record(self, of=None, receipt=None, now=None):
        return self.model.record(of or self.of, receipt or self.receipt, self.now if now is None else now)

    def reprocess(self, of=None):
        return self.model.reprocess(of or self.of, self.role, self.now, self.package, self.observed)

    def reprocess_request(self, of=None):
        return self.model.reprocess_request(
            of or self.of, self.role, self.now, self.request, self.package, self.observed
        )

    def calls(self, of=None) -> dict[str, Answer]:
        return {
            "expire": self.expire(of),
            "record": self.record(of),
            "reprocess": self.reprocess(of),
            "reprocess the request": self.reprocess_request(of),
        }

    def is_live(self, of=None, now=None):
        """The assignment has not expired, and its end has not come."""
        t, of = self.t, of or self.of
        return t.no(t.any(t.eq(of.state, State.expired), self.model.has_ended(of, self.now if now is None else now)))

    def owed(self, of, role=None):
        return self.model.actions(of)(self.any_role if role is None else role)


class Door:
    """A caller with unknown values, and a catalog."""

    def __init__(self, model):
        self.model, self.t = model, model.a
        t = self.t
        self.caller, self.where, self.privileged = (
            self.another_caller(),
            t.fresh("where", SCOPE),
            t.fresh("privileged", BOOL),
        )
        self.role, self.scope = t.fresh("role", "Role"), t.fresh("scope", SCOPE)

    def another_caller(self):
        t = self.t
        permits = {permission: t.fresh(permission, BOOL) for permission in Permission.all}
        # The model looks permissions up only by their names.
        return Caller(t.fresh("account", "Account"), permits.__getitem__, t.function("holds", "Role", SCOPE, BOOL))

    def every_pair(self, holds):
        """A supposition about every role in every scope."""
        scope = self.t.fresh("every", SCOPE)
        return z3.ForAll([scope], self.t.all(*[holds(role, scope) for role in Role.all]))

    def authority(self, caller=None, where=None, privileged=None):
        privileged = self.privileged if privileged is None else privileged
        return self.model.authority(caller or self.caller, self.where if where is None else where, privileged)

    def passes(self, *of, **named):
        return self.model.passes(self.authority(*of, **named))

    def held(self, role, caller=None, where=None):
        return self.model.counts(caller or self.caller, role, self.where if where is None else where)

    def held_of_ladder(self, caller=None, where=None):
        return self.t.any(*[self.held(role, caller, where) for role in LADDER])

    def is_application_with_permission(self, caller=None):
        it = caller or self.caller
        return self.t.all(self.t.eq(it.account, Account.application), it.permits(Permission.mayChange))

    def is_told(self, caller=None, where=None):
        """R43: whether the caller could act in a standard catalog, or lacks only the delegated permission for it."""
        t, account = self.t, (caller or self.caller).account
        could = t.any(self.held_of_ladder(caller, where), self.is_application_with_permission(caller))
        return t.all(could, t.ne(account, Account.personal))

    def same(self, one, other):
        return self.t.all(*[self.t.eq(getattr(one, it), getattr(other, it)) for it in ("first", "second", "role")])

    def is_higher(self, one, other):
        return self.model.at_least(one, other)

    def alone(self, role, scope):
        """The same caller with only this role."""
        t = self.t
        holds = lambda one, at: t.all(t.eq(one, role), t.eq(at, scope))  # noqa: E731
        return Caller(self.caller.account, self.caller.permits, holds)
