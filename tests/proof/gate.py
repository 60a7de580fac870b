"""The gate, written from the rules. `a` is the algebra: the same functions run on values and on terms.

The place of a question, `where`, is a catalog, or `TENANT`: the tenant as a whole. A catalog is its own scope.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from algebra import Algebra
from words import LADDER, Account, Permission, Place, Reason, Role, State

GOVERNS, GRANTS, TOP = (
    Role.identityGovernanceAdministrator,
    Role.privilegedRoleAdministrator,
    Role.globalAdministrator,
)


@dataclass(frozen=True)
class Caller:
    account: Any
    permits: Callable
    """Whether the call carries this permission."""
    holds: Callable
    """Whether the caller holds this role in this scope."""


@dataclass(frozen=True)
class Standing:
    """The knowledge of the crate's loop after some of the roles."""

    highest: Any
    place: Any


@dataclass(frozen=True)
class Verdict:
    """The reasons, or without reasons the role in which the caller acts."""

    first: Any
    second: Any
    role: Any


IN_PRIVILEGED = [
    Reason.missingRoleManagementPermission,
    Reason.privilegedCatalog,
    Reason.withoutIdentityGovernanceAdministrator,
    Reason.withoutPrivilegedRoleAdministrator,
]
IN_STANDARD = [Reason.insufficientRole, Reason.outOfScope]
NO = [Reason.none]

HOLD_BOTH = ("holdIdentityGovernanceAdministrator", "holdPrivilegedRoleAdministrator")
HOLD_ONE, HOLD_OTHER, HOLD_TOP = *HOLD_BOTH, "holdGlobalAdministrator"
OBTAIN_DELEGATED, OBTAIN, OBTAIN_ROLES = (
    "obtainDelegatedPermission",
    "obtainApplicationPermission",
    "obtainRoleManagementPermission",
)
USE, HOLD = "useWorkOrSchoolAccount", "holdRole"
STEPS_IN_STANDARD = [USE, HOLD, OBTAIN_DELEGATED, OBTAIN]
STEPS_IN_PRIVILEGED = [*HOLD_BOTH, HOLD_TOP, OBTAIN_DELEGATED, OBTAIN, OBTAIN_ROLES]


@dataclass
class Gate:
    a: Algebra

    # --- where roles count (R1 to R3) ---

    def is_enough(self, role):
        """R1, R2"""
        return self.a.among(role, *LADDER)

    def at_least(self, role, minimum):
        """R1, for roles that suffice."""
        a = self.a
        rungs = enumerate(LADDER)
        return a.any(*[a.all(a.eq(minimum, it), a.among(role, *LADDER[: rung + 1])) for rung, it in rungs])

    def covers(self, scope, where):
        return self.a.among(scope, self.a.TENANT, where)

    def counts(self, caller, role, where):
        """Whether the caller holds the role where it counts. The same as `covers`, without a search."""
        return self.a.any(caller.holds(role, self.a.TENANT), caller.holds(role, where))

    def start(self, caller):
        """R5: an application with the permission acts as if it held the role."""
        a = self.a
        stands_for = a.all(a.eq(caller.account, Account.application), caller.permits(Permission.mayChange))
        return Standing(a.pick(stands_for, GOVERNS, Role.none), Place.nowhere)

    def add(self, standing, role, scope, where):
        """One step of the crate's loop, for one more role."""
        a = self.a
        here = a.all(self.is_enough(role), self.covers(scope, where))
        higher = a.any(a.eq(standing.highest, Role.none), self.at_least(role, standing.highest))
        elsewhere = a.all(self.is_enough(role), a.eq(standing.place, Place.nowhere))
        return Standing(
            a.pick(a.all(here, higher), role, standing.highest),
            a.cases((here, Place.here), (elsewhere, Place.elsewhere), otherwise=standing.place),
        )

    def standing(self, caller, where):
        """The result of the loop for all roles at once, as a set."""
        a = self.a
        here = {role: self.counts(caller, role, where) for role in LADDER}
        somewhere = a.some_scope(lambda scope: a.any(*[caller.holds(role, scope) for role in LADDER]))
        acts_as = a.eq(self.start(caller).highest, GOVERNS)
        held = {**here, GOVERNS: a.any(here[GOVERNS], acts_as)}
        return Standing(
            a.cases(*[(held[role], role) for role in LADDER], otherwise=Role.none),
            a.cases((a.any(*here.values()), Place.here), (somewhere, Place.elsewhere), otherwise=Place.nowhere),
        )

    # --- who may (R4 to R7, R43) ---

    def lacks(self, governs, grants, top):
        """R43: why a caller who holds these roles may not act in a privileged catalog."""
        a = self.a
        return a.cases(
            (a.any(top, a.all(governs, grants)), Reason.none),
            (governs, Reason.withoutPrivilegedRoleAdministrator),
            (grants, Reason.withoutIdentityGovernanceAdministrator),
            otherwise=Reason.privilegedCatalog,
        )

    def in_standard(self, caller, standing):
        a, may_change = self.a, caller.permits(Permission.mayChange)
        role = a.cases(
            (a.eq(standing.place, Place.here), Reason.none),
            (a.eq(standing.place, Place.elsewhere), Reason.outOfScope),
            otherwise=Reason.insufficientRole,
        )
        work = a.eq(caller.account, Account.workOrSchool)
        return a.cases(
            (a.eq(caller.account, Account.personal), self.refused(Reason.personalAccount)),
            (a.all(work, may_change), self.refused(role)),
            (work, self.refused(Reason.missingDelegatedPermission, role)),
            (a.any(may_change, a.eq(role, Reason.none)), self.refused(Reason.none)),
            otherwise=self.refused(Reason.missingApplicationPermission, role),
        )

    def in_privileged(self, caller, where):
        a, may_change = self.a, caller.permits(Permission.mayChange)
        governs, grants, top = [self.counts(caller, role, where) for role in (GOVERNS, GRANTS, TOP)]
        role = self.lacks(governs, grants, top)
        manages_roles = caller.permits(Permission.managesRoles)
        of_application = self.lacks(a.any(governs, may_change), a.any(grants, manages_roles), top)
        only_grants = a.eq(of_application, Reason.withoutPrivilegedRoleAdministrator)
        missing = a.pick(only_grants, Reason.missingRoleManagementPermission, Reason.missingApplicationPermission)
        work = a.eq(caller.account, Account.workOrSchool)
        return a.cases(
            (a.eq(caller.account, Account.personal), self.refused(Reason.personalAccount)),
            (a.all(work, may_change), self.refused(role)),
            (work, self.refused(Reason.missingDelegatedPermission, role)),
            (a.eq(of_application, Reason.none), self.refused(Reason.none)),
            otherwise=self.refused(missing, of_application),
        )

    def refused(self, first, second=Reason.none):
        return Verdict(first, second, Role.none)

    def is_judged_as_privileged(self, standing, privileged):
        """R8, R43: only for callers who could act in a standard catalog, or lack only the delegated permission for it."""
        return self.a.all(privileged, self.a.ne(standing.highest, Role.none))

    def authority(self, caller, where, privileged):
        standing = self.standing(caller, where)
        return self.judge(caller, where, privileged, standing)

    def judge(self, caller, where, privileged, standing):
        a = self.a
        verdict = a.pick(
            self.is_judged_as_privileged(standing, privileged),
            self.in_privileged(caller, where),
            self.in_standard(caller, standing),
        )
        return replace(verdict, role=a.pick(self.passes(verdict), standing.highest, Role.none))

    def passes(self, verdict):
        return self.a.eq(verdict.first, Reason.none)

    def evaluate(self, caller, where, privileged, state):
        """R8, R9: judges the caller before the state."""
        a, verdict = self.a, self.authority(caller, where, privileged)
        wrong = a.cases(
            *[(a.eq(state, State(str(reason))), reason) for reason in REASONS_OF_STATE], otherwise=Reason.none
        )
        of_state = Verdict(wrong, Reason.none, a.pick(a.eq(wrong, Reason.none), verdict.role, Role.none))
        return a.pick(self.passes(verdict), of_state, verdict)

    def falls_short_of(self, judged, as_privileged, role, where, privileged):
        """R3, R43: whether an authority over one catalog, or over the tenant, does not extend to another."""
        a = self.a
        elsewhere = a.no(a.among(judged, a.TENANT, where))
        alone = self.lacks(a.eq(role, GOVERNS), a.eq(role, GRANTS), a.eq(role, TOP))
        return a.any(elsewhere, a.all(privileged, a.no(as_privileged), a.ne(alone, Reason.none)))

    # --- what helps (R10, R43) ---

    REMEDIES = [
        ([Reason.personalAccount], NO, [(USE, HOLD, OBTAIN_DELEGATED)]),
        ([Reason.missingDelegatedPermission], NO, [(OBTAIN_DELEGATED,)]),
        ([Reason.missingDelegatedPermission], IN_STANDARD, [(HOLD, OBTAIN_DELEGATED)]),
        (
            [Reason.missingDelegatedPermission],
            [Reason.privilegedCatalog],
            [(*HOLD_BOTH, OBTAIN_DELEGATED), (HOLD_TOP, OBTAIN_DELEGATED)],
        ),
        (
            [Reason.missingDelegatedPermission],
            [Reason.withoutIdentityGovernanceAdministrator],
            [(HOLD_ONE, OBTAIN_DELEGATED), (HOLD_TOP, OBTAIN_DELEGATED)],
        ),
        (
            [Reason.missingDelegatedPermission],
            [Reason.withoutPrivilegedRoleAdministrator],
            [(HOLD_OTHER, OBTAIN_DELEGATED), (HOLD_TOP, OBTAIN_DELEGATED)],
        ),
        (
            [Reason.missingApplicationPermission],
            [Reason.privilegedCatalog],
            [HOLD_BOTH, (HOLD_ONE, OBTAIN_ROLES), (HOLD_OTHER, OBTAIN), (HOLD_TOP,), (OBTAIN, OBTAIN_ROLES)],
        ),
        (
            [Reason.missingApplicationPermission],
            [Reason.withoutIdentityGovernanceAdministrator],
            [(HOLD_ONE,), (HOLD_TOP,), (OBTAIN,)],
        ),
        (
            [Reason.missingRoleManagementPermission],
            [Reason.withoutPrivilegedRoleAdministrator],
            [(HOLD_OTHER,), (HOLD_TOP,), (OBTAIN_ROLES,)],
        ),
        ([Reason.missingApplicationPermission], IN_STANDARD, [(HOLD,), (OBTAIN,)]),
        (IN_STANDARD, NO, [(HOLD,)]),
        ([Reason.privilegedCatalog], NO, [HOLD_BOTH, (HOLD_TOP,)]),
        ([Reason.withoutIdentityGovernanceAdministrator], NO, [(HOLD_ONE,), (HOLD_TOP,)]),
        ([Reason.withoutPrivilegedRoleAdministrator], NO, [(HOLD_OTHER,), (HOLD_TOP,)]),
        ([Reason.delivering], NO, [("wait",)]),
        ([Reason.partiallyDelivered, Reason.deliveryFailed], NO, [("reprocessRequest",), ("requestAgain",)]),
        ([Reason.expired], NO, [("requestAgain",)]),
    ]

    def remedies(self, verdict):
        """Every remedy, and whether it is given."""
        a, given = self.a, {}
        for firsts, seconds, remedies in self.REMEDIES:
            fits = a.all(a.among(verdict.first, *firsts), a.among(verdict.second, *seconds))
            for remedy in remedies:
                given.setdefault(frozenset(remedy), []).append(fits)
        return {remedy: a.any(*fits) for remedy, fits in given.items()}

    def after(self, caller, steps, where):
        """The caller after these steps. A new account comes first."""
        for step in sorted(steps, key=lambda step: step != USE):
            caller = self.step(caller, step, where)
        return caller

    def step(self, caller, step, where):
        a = self.a
        held_here = {HOLD: (LADDER[-1], where)}
        held = {HOLD_ONE: (GOVERNS, a.TENANT), HOLD_OTHER: (GRANTS, a.TENANT), HOLD_TOP: (TOP, a.TENANT), **held_here}
        if step == USE:
            return Caller(Account.workOrSchool, lambda permission: False, lambda role, scope: False)
        if step in held:
            new, at = held[step]
            return replace(
                caller,
                holds=lambda role, scope: a.any(a.all(a.eq(role, new), a.eq(scope, at)), caller.holds(role, scope)),
            )
        account, new = {
            OBTAIN_DELEGATED: (Account.workOrSchool, Permission.mayChange),
            OBTAIN: (Account.application, Permission.mayChange),
            OBTAIN_ROLES: (Account.application, Permission.managesRoles),
        }[step]
        of_use = a.eq(caller.account, account)
        return replace(
            caller,
            permits=lambda permission: a.any(a.all(of_use, a.eq(permission, new)), caller.permits(permission)),
        )


REASONS_OF_STATE = [Reason.delivering, Reason.partiallyDelivered, Reason.expired, Reason.deliveryFailed]
