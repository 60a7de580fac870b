"""The life cycle, written from the rules. `a` is the algebra: the same functions run on values and on terms."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from algebra import Algebra
from words import FOURTEEN_DAYS, Cause, Fulfillment, Observed, Outcome, Purpose, Result, State, System, TargetType


@dataclass(frozen=True)
class Assignment:
    id: Any
    state: Any
    attempt: Any
    ends: Any
    """Whether the assignment has an end."""
    end: Any
    target_type: Any
    known: Any
    """Whether the resource roles are known. If not, there are none."""
    has: Callable
    fulfillment: Callable
    reason: Callable


@dataclass(frozen=True)
class Receipt:
    assignment: Any
    attempt: Any
    role: Any
    outcome: Any
    reason: Any


@dataclass(frozen=True)
class Request:
    assignment: Any
    purpose: Any
    newest: Any
    state: Any
    completed: Any


@dataclass(frozen=True)
class Package:
    """The resource roles that the access package gives now. If `said` is false, they are the assignment's own."""

    said: Any
    gives: Callable


@dataclass(frozen=True)
class Answer:
    result: Any
    after: Assignment
    cause: Any
    """The cause of the event, or `nothing` if there is no event."""


@dataclass(frozen=True)
class Tally:
    pending: Any
    failed: Any


@dataclass
class LifeCycle:
    a: Algebra

    # --- the state follows from the fulfillments (R15, R16) ---

    def state_of(self, pending, failed, fulfilled):
        """The state, by whether some resource roles are pending, failed and fulfilled."""
        return self.a.cases(
            (pending, State.delivering),
            (self.a.no(failed), State.delivered),
            (fulfilled, State.partiallyDelivered),
            otherwise=State.deliveryFailed,
        )

    def fold(self, has, fulfillment):
        def some(*wanted):
            return self.a.some(lambda role: self.a.all(has(role), self.a.among(fulfillment(role), *wanted)))

        failed = some(Fulfillment.failed, Fulfillment.unenforceable)
        return self.state_of(some(Fulfillment.pending), failed, some(Fulfillment.fulfilled))

    def moves(self, tally, old, new):
        """The crate's count after one change."""

        def change(*counted):
            more = self.a.pick(self.a.among(new, *counted), 1, 0)
            return more - self.a.pick(self.a.among(old, *counted), 1, 0)

        failed = change(Fulfillment.failed, Fulfillment.unenforceable)
        return Tally(tally.pending + change(Fulfillment.pending), tally.failed + failed)

    def state_by(self, tally, number):
        """The crate's state for its count of this many resource roles."""
        return self.a.cases(
            (tally.pending > 0, State.delivering),
            (self.a.eq(tally.failed, 0), State.delivered),
            (tally.failed < number, State.partiallyDelivered),
            otherwise=State.deliveryFailed,
        )

    # --- what is stored (R16, R21, R22) ---

    def load(self, format, twice, stored):
        """`twice`: whether two of the resource roles are equal, which a set cannot express."""
        a = self.a
        unreasonable = a.some(
            lambda role: a.all(
                stored.has(role), a.ne(stored.reason(role), a.NONE), a.ne(stored.fulfillment(role), Fulfillment.failed)
            )
        )
        follows = a.among(stored.state, State.expired, self.fold(stored.has, stored.fulfillment))
        return a.cases(
            (a.ne(format, 1), Result.unsupportedFormat),
            (a.no(stored.known), Result.loaded),
            (twice, Result.duplicateResourceRole),
            (unreasonable, Result.reasonWithoutFailure),
            (a.no(follows), Result.stateContradictsFulfillments),
            otherwise=Result.loaded,
        )

    def actions(self, of):
        """R21, R22: the resource roles that remain to be enforced."""
        delivering = self.a.eq(of.state, State.delivering)
        return lambda role: self.a.all(
            delivering, of.known, of.has(role), self.a.eq(of.fulfillment(role), Fulfillment.pending)
        )

    # --- time (R21) ---

    def has_ended(self, of, now):
        return self.a.all(of.ends, self.a.no(self.a.less(now, of.end)))

    def expire(self, of, now):
        expires = self.a.all(self.has_ended(of, now), self.a.ne(of.state, State.expired))
        expired = Answer(Result.expired, replace(of, state=State.expired), Cause.expired)
        return self.a.pick(expires, expired, Answer(Result.unchanged, of, Cause.nothing))

    # --- an attempt begins (R13, R15, R18 to R20, R46) ---

    def cannot_hold(self, target_type, role):
        a, system = self.a, self.a.system(role)
        no_application = a.among(system, System.aadapplication, System.sharepointonline)
        return a.any(
            a.all(a.eq(target_type, TargetType.servicePrincipal), no_application),
            a.all(a.eq(target_type, TargetType.user), a.eq(system, System.oauthapplication)),
        )

    def stands(self, target_type, role, seen):
        """The fulfillment of a resource role when an attempt begins."""
        return self.a.cases(
            (self.a.eq(seen, Observed.present), Fulfillment.fulfilled),
            (self.a.eq(seen, Observed.unenforceable), Fulfillment.unenforceable),
            (self.cannot_hold(target_type, role), Fulfillment.unenforceable),
            otherwise=Fulfillment.pending,
        )

    def begin(self, of, package, observed):
        def has(role):
            had = self.a.all(of.known, of.has(role))
            return self.a.pick(package.said, package.gives(role), had)

        def fulfillment(role):
            return self.stands(of.target_type, role, observed(role))

        return replace(
            of,
            state=self.fold(has, fulfillment),
            attempt=self.a.next(of.attempt),
            known=True,
            has=has,
            fulfillment=fulfillment,
            reason=lambda role: self.a.NONE,
        )

    def reprocess(self, of, role, now, package, observed):
        a, late = self.a, self.expire(of, now)
        return a.cases(
            (a.no(self.is_enough(role)), Answer(Result.insufficientRole, of, Cause.nothing)),
            (a.ne(late.after.state, State.delivered), replace(late, result=Result.invalidState)),
            (a.no(a.any(package.said, of.known)), replace(late, result=Result.resourceRolesUnknown)),
            otherwise=Answer(Result.accepted, self.begin(of, package, observed), Cause.reprocessed),
        )

    def judge_request(self, of, request, now):
        """R32, R33: judges the request by the assignment as it is at this time."""
        a = self.a
        undelivered = a.among(of.state, State.partiallyDelivered, State.deliveryFailed)
        return a.cases(
            (a.ne(request.assignment, of.id), Result.requestOfAnotherAssignment),
            (a.ne(request.purpose, Purpose.grant), Result.requestWithoutGrant),
            (a.no(request.newest), Result.requestSuperseded),
            (a.no(undelivered), Result.invalidRequestState),
            (a.ne(request.state, of.state), Result.requestStateDisagrees),
            (a.no(a.less(now, request.completed + FOURTEEN_DAYS)), Result.requestTooOld),
            otherwise=Result.accepted,
        )

    def reprocess_request(self, of, role, now, request, package, observed):
        a, late = self.a, self.expire(of, now)
        judged = self.judge_request(late.after, request, now)
        return a.cases(
            (a.no(self.is_enough(role)), Answer(Result.insufficientRole, of, Cause.nothing)),
            (a.ne(judged, Result.accepted), replace(late, result=judged)),
            otherwise=Answer(Result.accepted, self.begin(of, package, observed), Cause.reprocessed),
        )

    def lists(self, before, after):
        """The lists in the event of an accepted call: asked, unenforceable, added, dropped."""
        a = self.a

        def had(role):
            return a.all(before.known, before.has(role))

        def stands(wanted):
            return lambda role: a.all(after.has(role), a.eq(after.fulfillment(role), wanted))

        return (
            stands(Fulfillment.pending),
            stands(Fulfillment.unenforceable),
            lambda role: a.all(after.has(role), a.no(had(role))),
            lambda role: a.all(had(role), a.no(after.has(role))),
        )

    # --- an outcome comes in (R17) ---

    def later(self, fulfillment, outcome):
        """The later of a fulfillment and an outcome, in this order: pending, failed, unenforceable, fulfilled."""
        a = self.a
        return a.cases(
            (a.eq(outcome, Outcome.fulfilled), Fulfillment.fulfilled),
            (a.eq(fulfillment, Fulfillment.pending), Fulfillment.failed),
            otherwise=fulfillment,
        )

    def smaller(self, one, other):
        """The smaller of two reasons. A reason wins over no reason."""
        a = self.a
        return a.cases(
            (a.eq(one, a.NONE), other),
            (a.eq(other, a.NONE), one),
            (a.less(other, one), other),
            otherwise=one,
        )

    def take(self, of, receipt):
        a = self.a
        before, why = of.fulfillment(receipt.role), of.reason(receipt.role)
        counts = self.later(before, receipt.outcome)
        stays = a.pick(a.eq(counts, Fulfillment.failed), self.smaller(why, receipt.reason), a.NONE)

        def fulfillment(role):
            return a.pick(a.eq(role, receipt.role), counts, of.fulfillment(role))

        def reason(role):
            return a.pick(a.eq(role, receipt.role), stays, of.reason(role))

        is_known = a.all(a.eq(counts, before), a.eq(stays, why))
        state = self.fold(of.has, fulfillment)
        return is_known, replace(of, state=state, fulfillment=fulfillment, reason=reason)

    def record(self, of, receipt, now):
        a, late = self.a, self.expire(of, now)
        is_known, taken = self.take(of, receipt)

        def unchanged(result):
            return Answer(result, of, Cause.nothing)

        return a.cases(
            (a.ne(receipt.assignment, of.id), unchanged(Result.otherAssignment)),
            (a.eq(of.state, State.expired), unchanged(Result.afterTheEnd)),
            (a.eq(late.result, Result.expired), late),
            (a.ne(receipt.attempt, of.attempt), unchanged(Result.anotherAttempt)),
            (a.no(a.all(of.known, of.has(receipt.role))), unchanged(Result.unknownResourceRole)),
            (is_known, unchanged(Result.alreadyKnown)),
            otherwise=Answer(Result.recorded, taken, Cause.recorded),
        )
