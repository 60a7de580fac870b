"""Mistakes that somebody could make. Each swaps one function of the model, and a law has to find it."""

from dataclasses import replace

from gate import GOVERNS, HOLD, OBTAIN, TOP, Gate, Standing
from lifecycle import Answer, Tally
from model import Model
from words import (
    Account,
    Cause,
    Fulfillment,
    Observed,
    Outcome,
    Permission,
    Place,
    Reason,
    Result,
    Role,
    State,
    TargetType,
)

MISTAKES = []


def mistake(mistaken):
    MISTAKES.append(mistaken)
    return mistaken


# --- the life cycle ---


@mistake
class AnyFailureIsAllFailure(Model):
    """One failed role makes the whole delivery fail."""

    def state_of(self, pending, failed, fulfilled):
        return self.a.cases((pending, State.delivering), (failed, State.deliveryFailed), otherwise=State.delivered)


@mistake
class DeliveredAtTheFirstOutcome(Model):
    """Delivered as soon as something is in place and nothing has failed."""

    def state_of(self, pending, failed, fulfilled):
        early = self.a.all(fulfilled, self.a.no(failed))
        return self.a.pick(early, State.delivered, super().state_of(pending, failed, fulfilled))


@mistake
class TheLastWordWins(Model):
    """A failure that comes late undoes a success."""

    def later(self, fulfillment, outcome):
        return self.a.pick(self.a.eq(outcome, Outcome.fulfilled), Fulfillment.fulfilled, Fulfillment.failed)


@mistake
class FailedBeatsUnenforceable(Model):
    """A receipt turns an unenforceable resource role into a failed one."""

    def later(self, fulfillment, outcome):
        counts = super().later(fulfillment, outcome)
        return self.a.pick(self.a.eq(counts, Fulfillment.unenforceable), Fulfillment.failed, counts)


@mistake
class TheLastReasonStays(Model):
    """Of two reasons the one that came last stays."""

    def smaller(self, one, other):
        return self.a.pick(self.a.eq(other, self.a.NONE), one, other)


@mistake
class TheReasonOutlivesTheFailure(Model):
    """A fulfilled resource role keeps its reason for failing."""

    def take(self, of, receipt):
        is_known, taken = super().take(of, receipt)
        return is_known, replace(taken, reason=of.reason)


@mistake
class EveryAttemptCounts(Model):
    """A late receipt of an old attempt counts for the new one."""

    def record(self, of, receipt, now):
        return super().record(of, replace(receipt, attempt=of.attempt), now)


@mistake
class EveryAssignmentCounts(Model):
    """A receipt is taken whichever assignment it is for."""

    def record(self, of, receipt, now):
        return super().record(of, replace(receipt, assignment=of.id), now)


@mistake
class TheEndIsInclusive(Model):
    """At its very end an assignment still lives."""

    def has_ended(self, of, now):
        return self.a.all(of.ends, self.a.less(of.end, now))


@mistake
class ExpiredTakesOutcomes(Model):
    """A receipt brings an expired assignment back."""

    def record(self, of, receipt, now):
        back = replace(of, state=self.fold(of.has, of.fulfillment), ends=False)
        return self.a.pick(
            self.a.eq(of.state, State.expired), super().record(back, receipt, now), super().record(of, receipt, now)
        )


@mistake
class TheAttemptStays(Model):
    """The number of the attempt does not rise."""

    def begin(self, of, package, observed):
        return replace(super().begin(of, package, observed), attempt=of.attempt)


@mistake
class NothingIsDropped(Model):
    """A resource role that the package no longer gives stays in the assignment."""

    def begin(self, of, package, observed):
        def gives(role):
            return self.a.any(package.gives(role), self.a.all(of.known, of.has(role)))

        return super().begin(of, replace(package, gives=gives), observed)


@mistake
class DeliveringUntilTheFirstReceipt(Model):
    """An attempt begins as delivering, even with nothing to enforce."""

    def begin(self, of, package, observed):
        return replace(super().begin(of, package, observed), state=State.delivering)


@mistake
class UnknownIsPresent(Model):
    """An unknown observation counts as in place."""

    def stands(self, target_type, role, seen):
        known = self.a.pick(self.a.eq(seen, Observed.unknown), Observed.present, seen)
        return super().stands(target_type, role, known)


@mistake
class WhatCannotBeHeldIsNeverThere(Model):
    """A resource role that the target cannot hold is unenforceable, even if it was observed to be in place."""

    def stands(self, target_type, role, seen):
        cannot = self.cannot_hold(target_type, role)
        return self.a.pick(cannot, Fulfillment.unenforceable, super().stands(target_type, role, seen))


@mistake
class AUserHoldsEverything(Model):
    """A user is asked to hold API permissions."""

    def cannot_hold(self, target_type, role):
        return self.a.all(self.a.ne(target_type, TargetType.user), super().cannot_hold(target_type, role))


@mistake
class TimeBeforeTheCaller(Model):
    """The assignment expires before the caller is judged."""

    def reprocess(self, of, role, now, package, observed):
        answer, late = super().reprocess(of, role, now, package, observed), self.expire(of, now)
        refused = self.a.eq(answer.result, Result.insufficientRole)
        return self.a.pick(refused, replace(late, result=Result.insufficientRole), answer)


@mistake
class FourteenDaysInclusive(Model):
    """A request can be reprocessed 14 days after it was completed."""

    def judge_request(self, of, request, now):
        return super().judge_request(of, request, now - 1)


@mistake
class DeliveringAgain(Model):
    """A delivering assignment can be reprocessed."""

    def reprocess(self, of, role, now, package, observed):
        delivering = self.a.eq(of.state, State.delivering)
        again = super().reprocess(replace(of, state=State.delivered), role, now, package, observed)
        return self.a.pick(delivering, again, super().reprocess(of, role, now, package, observed))


@mistake
class ExpiresInSilence(Model):
    """The expiry has no event."""

    def expire(self, of, now):
        return replace(super().expire(of, now), cause=Cause.nothing)


@mistake
class ActionsOfTheExpired(Model):
    """An expired assignment keeps its pending actions."""

    def actions(self, of):
        return lambda role: self.a.all(of.known, of.has(role), self.a.eq(of.fulfillment(role), Fulfillment.pending))


@mistake
class UnenforceableIsNotCounted(Model):
    """The count of failures leaves out unenforceable resource roles."""

    def moves(self, tally, old, new):
        a = self.a

        def is_failed(it):
            return a.pick(a.eq(it, Fulfillment.failed), 1, 0)

        return Tally(super().moves(tally, old, new).pending, tally.failed + is_failed(new) - is_failed(old))


@mistake
class LoadsAnyState(Model):
    """A stored state that contradicts its fulfillments loads."""

    def load(self, format, twice, stored):
        result = super().load(format, twice, stored)
        contradicts = self.a.eq(result, Result.stateContradictsFulfillments)
        return self.a.pick(contradicts, Result.loaded, result)


@mistake
class AnUnknownPackageIsEmpty(Model):
    """With unknown resource roles, the call is accepted and enforces nothing."""

    def reprocess(self, of, role, now, package, observed):
        answer = super().reprocess(of, role, now, package, observed)
        accepted = Answer(Result.accepted, self.begin(of, package, observed), Cause.reprocessed)
        return self.a.pick(self.a.eq(answer.result, Result.resourceRolesUnknown), accepted, answer)


@mistake
class WhatIsNotThereCounts(Model):
    """The state looks at resource roles that the assignment does not have."""

    def fold(self, has, fulfillment):
        return super().fold(lambda role: True, fulfillment)


# --- the gate ---


@mistake
class TheOlderPage(Model):
    """*User Administrator* suffices."""

    def is_enough(self, role):
        return self.a.any(self.a.eq(role, Role.userAdministrator), super().is_enough(role))


@mistake
class TheFirstRoleDecides(Model):
    """Of two roles that count the first is the one to act in."""

    def add(self, standing, role, scope, where):
        added, first = super().add(standing, role, scope, where), standing.highest
        return Standing(self.a.pick(self.a.eq(first, Role.none), added.highest, first), added.place)


@mistake
class EveryScopeCounts(Model):
    """A role counts in every catalog, whichever it is held on."""

    def covers(self, scope, where):
        return True


@mistake
class OnlyTheTenantCounts(Model):
    """A role that is held on the catalog does not count."""

    def counts(self, caller, role, where):
        return caller.holds(role, self.a.TENANT)


@mistake
class TheTopNeedsNoPermission(Model):
    """A *Global Administrator* passes without the delegated permission."""

    def in_standard(self, caller, standing):
        top = self.a.all(
            self.a.eq(caller.account, Account.workOrSchool), self.a.eq(standing.highest, Role.globalAdministrator)
        )
        return self.a.pick(top, self.refused(Reason.none), super().in_standard(caller, standing))


@mistake
class APersonalAccountActs(Model):
    """A personal account is judged as a work or school account."""

    def authority(self, caller, where, privileged):
        personal = self.a.eq(caller.account, Account.personal)
        account = self.a.pick(personal, Account.workOrSchool, caller.account)
        return super().authority(replace(caller, account=account), where, privileged)


@mistake
class ToReadIsEnough(Model):
    """The permission to read counts as the one to change."""

    def authority(self, caller, where, privileged):
        reads = lambda it: self.a.any(
            caller.permits(it), self.a.all(it == Permission.mayChange, caller.permits(Permission.mayRead))
        )  # noqa: E731
        return super().authority(replace(caller, permits=reads), where, privileged)


@mistake
class OneRoleIsEnough(Model):
    """In a privileged catalog one of the two roles suffices."""

    def lacks(self, governs, grants, top):
        return super().lacks(governs, self.a.any(governs, grants), top)


@mistake
class PermissionsOfAUserStandForRoles(Model):
    """In a privileged catalog a delegated permission stands for a role."""

    def in_privileged(self, caller, where):
        def holds(role, scope):
            governs = self.a.all(self.a.eq(role, GOVERNS), caller.permits(Permission.mayChange))
            return self.a.any(governs, caller.holds(role, scope))

        return super().in_privileged(replace(caller, holds=holds), where)


@mistake
class EverybodyIsTold(Model):
    """Every caller learns that a catalog is privileged."""

    def is_judged_as_privileged(self, standing, privileged):
        return privileged


@mistake
class TheStateBeforeTheCaller(Model):
    """A refused caller learns the state."""

    def evaluate(self, caller, where, privileged, state):
        verdict = super().evaluate(caller, where, privileged, state)
        expired = self.a.eq(state, State.expired)
        return self.a.pick(expired, self.refused(Reason.expired), verdict)


@mistake
class RolesOffTheLadderAreToldApart(Model):
    """A role that never suffices is said to be out of scope."""

    def standing(self, caller, where):
        standing = super().standing(caller, where)
        reader = self.a.all(self.a.eq(standing.place, Place.nowhere), self.counts(caller, Role.catalogReader, where))
        return replace(standing, place=self.a.pick(reader, Place.elsewhere, standing.place))


@mistake
class TooMuchIsAsked(Model):
    """An application is told to obtain the permission and to hold the role."""

    REMEDIES = [
        (firsts, seconds, [(HOLD, OBTAIN)] if remedies == [(HOLD,), (OBTAIN,)] else remedies)
        for firsts, seconds, remedies in Gate.REMEDIES
    ]


@mistake
class ARemedyIsLeftOut(Model):
    """No remedy names *Global Administrator*."""

    REMEDIES = [
        (firsts, seconds, [it for it in remedies if "holdGlobalAdministrator" not in it])
        for firsts, seconds, remedies in Gate.REMEDIES
    ]


@mistake
class ThePermissionIsTheTop(Model):
    """An application with the permission acts as a *Global Administrator*."""

    def start(self, caller):
        start = super().start(caller)
        return replace(start, highest=self.a.pick(self.a.eq(start.highest, GOVERNS), TOP, start.highest))

    # The set gives the same result, so the loop is not the difference.
    def standing(self, caller, where):
        standing, start = super().standing(caller, where), self.start(caller)
        return replace(standing, highest=self.a.pick(self.a.eq(start.highest, TOP), TOP, standing.highest))


@mistake
class AnOldAuthorityIsEnough(Model):
    """An authority over a catalog of unknown level admits where it has turned out to be privileged."""

    def falls_short_of(self, judged, as_privileged, role, where, privileged):
        return super().falls_short_of(judged, as_privileged, role, where, False)


@mistake
class OneRoleSpoilsTheOthers(Model):
    """A *Catalog reader* is refused, whatever other roles they hold."""

    def in_standard(self, caller, standing):
        reader = caller.holds(Role.catalogReader, self.a.TENANT)
        return self.a.pick(reader, self.refused(Reason.insufficientRole), super().in_standard(caller, standing))


@mistake
class ThePermissionIsNobody(Model):
    """An application with the permission passes, and acts in no role."""

    def start(self, caller):
        return replace(super().start(caller), highest=Role.none)


@mistake
class WaitsForever(Model):
    """Where delivery has failed the caller is told to wait."""

    REMEDIES = [
        (firsts, seconds, [("wait",), *remedies] if Reason.deliveryFailed in firsts else remedies)
        for firsts, seconds, remedies in Gate.REMEDIES
    ]


@mistake
class AnyRoleFindsWhatIsMissing(Model):
    """A caller who may act in one catalog learns that an assignment is missing."""

    def standing(self, caller, where):
        standing = super().standing(caller, where)
        somewhere = self.a.all(self.a.eq(where, self.a.TENANT), self.a.eq(standing.place, Place.elsewhere))
        return self.a.pick(somewhere, Standing(Role.catalogOwner, Place.here), standing)
