"""The laws of the gate, for every set of roles, scopes and permissions."""

from itertools import combinations

import z3

from algebra import BOOL, SCOPE
from gate import GOVERNS, GRANTS, IN_PRIVILEGED, STEPS_IN_PRIVILEGED, STEPS_IN_STANDARD, TOP, Caller
from solvers import Claim
from words import LADDER, Account, Permission, Place, Reason, Role, State
from worlds import Door, Laws

LAWS = Laws(Door)
law = LAWS.law


# --- one role decides ---


@law("the loop over a list of roles gives what the set gives, by induction over the list", "R1", "R3")
def loop(d):
    t, model = d.t, d.model
    nobody = Caller(d.caller.account, d.caller.permits, lambda role, scope: False)

    def same(one, other):
        return t.all(t.eq(one.highest, other.highest), t.eq(one.place, other.place))

    yield Claim("of none", [], same(model.start(nobody), model.standing(nobody, d.where)))
    before = model.standing(d.caller, d.where)
    pair = lambda role, scope: t.all(t.eq(role, d.role), t.eq(scope, d.scope))  # noqa: E731
    more = Caller(
        d.caller.account, d.caller.permits, lambda role, scope: t.any(pair(role, scope), d.caller.holds(role, scope))
    )
    added = model.add(before, d.role, d.scope, d.where)
    yield Claim("of one more", [t.ne(d.role, Role.none)], same(added, model.standing(more, d.where)))
    unreachable = t.all(t.eq(before.place, Place.here), t.eq(before.highest, Role.none))
    yield Claim("a caller with a role here has a highest role", [], t.no(unreachable))


@law("in a standard catalog the verdict is that of the best role alone", "R1", "R2", "R3")
def best(d):
    t = d.t

    def worth(role, scope):
        """The rung of the role where it counts, a little elsewhere, and nothing for a role off the ladder."""
        covers = d.model.covers(scope, d.where)
        rungs = [(t.eq(role, it), t.pick(covers, 2 + len(LADDER) - rung, 1)) for rung, it in enumerate(LADDER)]
        return t.cases(*rungs, otherwise=z3.IntVal(0))

    is_best = d.every_pair(
        lambda role, scope: t.implies(d.caller.holds(role, scope), worth(role, scope) <= worth(d.role, d.scope))
    )
    held = [d.caller.holds(d.role, d.scope), is_best]
    alone = d.authority(d.alone(d.role, d.scope), privileged=False)
    yield Claim("of any set that has a best one", held, d.same(d.authority(privileged=False), alone))
    off = d.every_pair(lambda role, scope: t.implies(d.caller.holds(role, scope), t.no(t.among(role, *LADDER))))
    nothing = Caller(d.caller.account, d.caller.permits, lambda role, scope: False)
    yield Claim(
        "roles off the ladder are worth nothing",
        [off],
        d.same(d.authority(privileged=False), d.authority(nothing, privileged=False)),
    )


# --- who may ---


@law("in a standard catalog exactly those may whom the rules name, and as whom", "R4", "R5", "R6", "R7")
def may_in_standard(d):
    t, permission = d.t, d.caller.permits(Permission.mayChange)
    may = t.any(
        t.all(t.eq(d.caller.account, Account.workOrSchool), permission, d.held_of_ladder()),
        t.all(t.eq(d.caller.account, Account.application), t.any(permission, d.held_of_ladder())),
    )
    verdict = d.authority(privileged=False)
    passes = d.model.passes(verdict)
    yield Claim("exactly those", [], t.eq(passes, may))
    holds = t.any(
        *[t.all(t.eq(verdict.role, role), d.held(role)) for role in LADDER],
        t.all(t.eq(verdict.role, GOVERNS), d.is_application_with_permission()),
    )
    yield Claim("with a role that they hold, or that the permission stands for", [passes], holds)
    for role in LADDER:
        yield Claim(f"at least as {role}, if held", [passes, d.held(role)], d.is_higher(verdict.role, role))


@law("in a privileged catalog exactly those may whom R43 names", "R43")
def may_in_privileged(d):
    t, permits = d.t, d.caller.permits
    both = t.all(d.held(GOVERNS), d.held(GRANTS))
    governs = t.any(d.held(GOVERNS), permits(Permission.mayChange))
    grants = t.any(d.held(GRANTS), permits(Permission.managesRoles))
    may = t.any(
        t.all(t.eq(d.caller.account, Account.workOrSchool), permits(Permission.mayChange), t.any(d.held(TOP), both)),
        t.all(t.eq(d.caller.account, Account.application), t.any(d.held(TOP), t.all(governs, grants))),
    )
    yield Claim("exactly those", [], t.eq(d.passes(privileged=True), may))
    passes = d.passes(privileged=True)
    yield Claim("a caller who may act there may act in a standard catalog", [passes], d.passes(privileged=False))
    as_whom = t.among(d.authority(privileged=True).role, GOVERNS, TOP)
    yield Claim("as one of the two", [passes], as_whom)


@law("an accepted caller has a role; a refused caller has a reason and no role", "R1", "R8")
def always_an_answer(d):
    t, verdict = d.t, d.authority()
    yield Claim("in", [d.model.passes(verdict)], d.model.is_enough(verdict.role))
    yield Claim("out", [t.no(d.model.passes(verdict))], t.eq(verdict.role, Role.none))
    given = d.model.remedies(verdict).values()
    yield Claim("and something helps", [t.no(d.model.passes(verdict))], t.any(*given))
    wrong = d.model.evaluate(d.caller, d.where, d.privileged, d.t.fresh("state", "State"))
    yield Claim("in any state too", [t.ne(wrong.first, Reason.none)], t.any(*d.model.remedies(wrong).values()))


@law("more roles or permissions never take authority away, in a catalog of either level", "R1", "R3", "R5", "R43")
def more(d):
    t, other = d.t, d.another_caller()
    at_least = d.every_pair(lambda role, scope: t.implies(d.caller.holds(role, scope), other.holds(role, scope)))
    permitted = [t.implies(d.caller.permits(it), other.permits(it)) for it in Permission.all]
    richer = [t.eq(d.caller.account, other.account), at_least, *permitted]
    passes = d.passes()
    yield Claim("an allowed caller stays allowed", [*richer, passes], d.passes(other))
    yield Claim("and in no lower role", [*richer, passes], d.is_higher(d.authority(other).role, d.authority().role))
    # This holds for the verdict, not for the number of reasons: a caller who gains a role may learn that the catalog is
    # privileged.
    told = [*richer, d.privileged, d.is_told()]
    yield Claim("a caller who is told is still told, or is allowed", told, d.is_told(other))


@law("two permissions decide nothing: to read, and to manage roles in a standard catalog or as an account", "R4", "R7", "R43")
def decides_nothing(d):
    t, other = d.t, d.another_caller()
    same_roles = d.every_pair(lambda role, scope: t.eq(d.caller.holds(role, scope), other.holds(role, scope)))
    alike = [t.eq(d.caller.account, other.account), same_roles]
    change, manages = [
        t.eq(d.caller.permits(it), other.permits(it)) for it in (Permission.mayChange, Permission.managesRoles)
    ]
    same = d.same(d.authority(), d.authority(other))
    yield Claim("to read", [*alike, change, manages], same)
    standard = [*alike, change, t.any(t.no(d.privileged), t.ne(d.caller.account, Account.application))]
    yield Claim("to manage roles", standard, same)


@law("an authority reaches no further than the gate", "R3", "R43")
def reach(d):
    t, there, as_privileged = d.t, d.t.fresh("there", SCOPE), d.t.fresh("asPrivileged", BOOL)
    verdict = d.authority(where=there, privileged=as_privileged)
    short = d.model.falls_short_of(there, as_privileged, verdict.role, d.where, d.privileged)
    tenant_is_none = t.implies(t.eq(there, t.TENANT), t.no(as_privileged))
    # A catalog that was judged as privileged is privileged. Another one may have become privileged since.
    same_level = t.implies(t.all(as_privileged, t.eq(there, d.where)), d.privileged)
    got = [t.ne(d.where, t.TENANT), tenant_is_none, same_level, d.model.passes(verdict), t.no(short)]
    yield Claim("the gate accepts every call that it admits", got, d.passes())
    foreign = [t.ne(there, d.where), t.ne(there, t.TENANT)]
    yield Claim("in another catalog, nothing", foreign, short)


# --- what helps ---


def helps(d, steps, privileged):
    return d.passes(d.model.after(d.caller, sorted(steps), d.where), privileged=privileged)


def proper_parts(steps):
    return [part for size in range(len(steps)) for part in combinations(sorted(steps), size)]


def of_level(d):
    """The steps that a remedy can have, by what the caller is told, and the condition for it."""
    told = d.t.all(d.privileged, d.is_told())
    yield "in a standard catalog, or not told", STEPS_IN_STANDARD, False, d.t.no(told)
    yield "told that it is privileged", STEPS_IN_PRIVILEGED, True, told


@law("each remedy turns the verdict, and no proper part of it does", "R4", "R5", "R6", "R43")
def remedies(d):
    t = d.t
    for what, steps, privileged, so in of_level(d):
        refused = [so, t.no(d.passes())]
        given = {it: offered for it, offered in d.model.remedies(d.authority()).items() if it <= set(steps)}
        turns = [t.implies(offered, helps(d, it, privileged)) for it, offered in given.items()]
        yield Claim(f"{what}: each does", refused, t.all(*turns))
        # By what the caller is told: a caller who is not told that the catalog is privileged is judged as in a standard
        # one.
        parts = [
            t.implies(offered, t.no(helps(d, part, privileged)))
            for it, offered in given.items()
            for part in proper_parts(it)
        ]
        yield Claim(f"{what}: no part does", refused, t.all(*parts))
        others = [offered for it, offered in d.model.remedies(d.authority()).items() if not it <= set(steps)]
        yield Claim(f"{what}: no other step is named", refused, t.no(t.any(*others)))


@law("no remedy is left out: every set of steps that turns the verdict contains one", "R4", "R5", "R6", "R43")
def nothing_left_out(d):
    t = d.t
    for what, steps, privileged, so in of_level(d):
        refused = [so, t.no(d.passes())]
        given = d.model.remedies(d.authority())
        sets = [frozenset(it) for size in range(len(steps) + 1) for it in combinations(steps, size)]
        contained = [
            t.implies(helps(d, it, privileged), t.any(*[offered for part, offered in given.items() if part <= it]))
            for it in sets
        ]
        yield Claim(what, refused, t.all(*contained))


@law("if the caller is not told, a remedy leads to acceptance or to the refusal that tells", "R8", "R43")
def leads_on(d):
    t = d.t
    untold = [d.privileged, t.no(d.is_told()), t.no(d.passes())]
    turns, parts = [], []
    for it, offered in d.model.remedies(d.authority()).items():
        if it <= set(STEPS_IN_STANDARD):
            parts += [t.implies(offered, t.no(helps(d, part, True))) for part in proper_parts(it)]
            after = d.model.after(d.caller, sorted(it), d.where)
            verdict = d.authority(after)
            tells = t.any(t.among(verdict.first, *IN_PRIVILEGED), t.among(verdict.second, *IN_PRIVILEGED))
            turns.append(t.implies(offered, t.any(d.model.passes(verdict), tells)))
    yield Claim("each does", untold, t.all(*turns))
    # A part may lead to the refusal that tells, for example to hold only the role.
    yield Claim("no part leads to a yes", untold, t.all(*parts))


@law("the remedy for a state helps: it names the request exactly if the request can be reprocessed", "R10", "R32")
def advice(d):
    t, state = d.t, d.t.fresh("state", "State")
    verdict = d.model.evaluate(d.caller, d.where, d.privileged, state)
    given = d.model.remedies(verdict)
    may = [d.passes(), t.ne(state, State.delivered)]
    by_request = t.among(state, State.partiallyDelivered, State.deliveryFailed)
    yield Claim("by the request", may, t.eq(given[frozenset(["reprocessRequest"])], by_request))
    yield Claim("to wait", may, t.eq(given[frozenset(["wait"])], t.eq(state, State.delivering)))
    again = t.any(by_request, t.eq(state, State.expired))
    yield Claim("to request again", may, t.eq(given[frozenset(["requestAgain"])], again))


# --- what is learned ---


@law("a refused caller learns nothing about the state", "R8")
def nothing_of_the_state(d):
    t = d.t
    one, other = [d.model.evaluate(d.caller, d.where, d.privileged, t.fresh("state", "State")) for _ in range(2)]
    yield Claim("in any two states the same", [t.no(d.passes())], d.same(one, other))
    says = t.any(t.ne(one.first, Reason.none), t.ne(one.role, Role.none))
    yield Claim("an allowed caller learns it", [d.passes()], says)


@law("a refused caller learns only whether a role covers the catalog, and, under R43, that it is privileged", "R8", "R43")
def nothing_of_the_catalog(d):
    t, there, privileged = d.t, d.t.fresh("there", SCOPE), d.t.fresh("privilegedThere", BOOL)
    here, elsewhere = d.authority(), d.authority(where=there, privileged=privileged)
    refused = [t.no(d.model.passes(here)), t.no(d.model.passes(elsewhere))]
    told, told_there = t.all(d.privileged, d.is_told()), t.all(privileged, d.is_told(where=there))
    as_covered = t.eq(d.held_of_ladder(), d.held_of_ladder(where=there))
    untold = [*refused, t.no(told), t.no(told_there)]
    yield Claim("not told: by coverage alone", [*untold, as_covered], d.same(here, elsewhere))
    both = [*refused, told, told_there]
    as_held = [t.eq(d.held(role), d.held(role, where=there)) for role in (GOVERNS, GRANTS, TOP)]
    yield Claim("told: by which of the three roles count there", [*both, *as_held], d.same(here, elsewhere))
    names = t.any(t.among(here.first, *IN_PRIVILEGED), t.among(here.second, *IN_PRIVILEGED))
    lacks_more = [t.no(d.passes()), t.ne(here.second, Reason.none)]
    yield Claim("it is named to nobody else", [names], told)
    # A caller who lacks only the delegated permission has every role that is required, so no other reason is named.
    yield Claim("and to them always, if a role is missing", [*lacks_more, told], names)
    as_standard = d.authority(privileged=False)
    yield Claim("a caller who is not told gets the answer for a standard catalog", [t.no(d.is_told())], d.same(here, as_standard))
    personal = [t.eq(d.caller.account, Account.personal)]
    nothing_else = t.all(t.eq(here.first, Reason.personalAccount), t.eq(here.second, Reason.none))
    yield Claim("of a personal account nothing else is said", personal, nothing_else)


@law("a missing assignment is answered as one in a catalog where nothing is held", "R3", "R28")
def missing(d):
    t = d.t
    nothing = [t.no(d.caller.holds(role, d.where)) for role in Role.all]
    tenant = d.authority(where=t.TENANT, privileged=False)
    yield Claim("the same", nothing, d.same(tenant, d.authority(privileged=False)))
    everywhere = [d.model.passes(tenant)]
    yield Claim("it is told to those who may in every standard catalog", everywhere, d.passes(privileged=False))
