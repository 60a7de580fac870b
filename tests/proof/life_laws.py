"""The laws of the life cycle, for every set of resource roles and any receipts.

A law takes the model and gives its claims. A supposition about every resource role has a quantifier. A claim about every
resource role is about `any_role`, an unknown one.
"""

import z3

from algebra import BOOL, INT, RESOURCE_ROLE
from lifecycle import Tally
from solvers import Claim
from words import FOURTEEN_DAYS, Cause, Fulfillment, Observed, Outcome, Purpose, Result, Role, State, System, TargetType
from worlds import Laws, World

LAWS = Laws(World)
law = LAWS.law


# --- the invariant ---


@law("the state follows from the fulfillments, after every call", "R12", "R15", "R16", "R21", "R34")
def invariant(w):
    for call, answer in w.calls().items():
        yield Claim(call, w.whole, w.kept(answer.after))


@law("a loaded assignment is valid, and a valid one loads", "R16", "R22")
def loads(w):
    t, format, twice = w.t, w.t.fresh("format", INT), w.t.fresh("twice", BOOL)
    loaded = t.eq(w.model.load(format, twice, w.of), Result.loaded)
    nothing_unknown = t.every(RESOURCE_ROLE, lambda role: t.implies(t.no(w.of.known), t.no(w.of.has(role))))
    yield Claim("a loaded assignment is valid", [loaded, nothing_unknown], w.kept(w.of))
    yield Claim("a valid assignment loads", [*w.whole, t.eq(format, 1), t.no(twice)], loaded)
    yield Claim("another format does not", [t.ne(format, 1)], t.no(loaded))


@law("delivered only with everything in place, and each state only so", "R15", "R16")
def states(w):
    t, has = w.t, w.of.has(w.any_role)
    fulfillment = w.of.fulfillment(w.any_role)
    for call, answer in {"as it is": None, **w.calls()}.items():
        of = answer.after if answer else w.of
        has, fulfillment = of.has(w.any_role), of.fulfillment(w.any_role)

        def where(state, of=of, has=has):
            return [*w.whole, of.known, has, t.eq(of.state, state)]

        yield Claim(f"{call}: delivered", where(State.delivered), t.eq(fulfillment, Fulfillment.fulfilled))
        none = t.all(t.ne(fulfillment, Fulfillment.fulfilled), t.ne(fulfillment, Fulfillment.pending))
        yield Claim(f"{call}: failed", where(State.deliveryFailed), none)
        yield Claim(f"{call}: partly", where(State.partiallyDelivered), t.ne(fulfillment, Fulfillment.pending))
        pending = [*w.whole, of.known, has, t.eq(fulfillment, Fulfillment.pending)]
        delivering = t.among(of.state, State.delivering, State.expired)
        yield Claim(f"{call}: pending", pending, delivering)
    nothing = [*w.whole, w.of.known, t.every(RESOURCE_ROLE, lambda role: t.no(w.of.has(role)))]
    yield Claim("with nothing, delivered", nothing, t.among(w.of.state, State.delivered, State.expired))


# --- receipts ---


@law("two valid assignments that are alike are the same, state included", "R16")
def alike_is_the_same(w):
    t, one, other = w.t, w.of, w.another_assignment()
    alike = t.every(RESOURCE_ROLE, lambda role: w.are_alike(one, other, role))
    yield Claim("the state", [*w.whole, *w.is_whole(other), alike], t.eq(one.state, other.state))


@law("receipts commute, whatever their attempts, roles and outcomes", "R17")
def commute(w):
    t, one, other = w.t, w.receipt, w.another_receipt()
    later = t.fresh("later", INT)

    def in_either_order(then):
        for first, second in [(one, other), (other, one)]:
            yield w.record(w.record(receipt=first).after, second, then).after

    # By the invariant, both are valid. So they are the same if they are alike.
    yield Claim("at one time", w.whole, w.are_alike(*in_either_order(w.now)))
    in_time = [*w.whole, w.now <= later, w.is_live(now=later)]
    yield Claim("at two times before the end", in_time, w.are_alike(*in_either_order(later)))
    # If the end comes between the receipts, the second one is not taken, so the results before the end may differ.
    ended = [*w.whole, w.now <= later, w.of.ends, w.of.end <= later]
    after = [w.expire(it, later).after.state for it in in_either_order(later)]
    yield Claim("with the end between them, the state", ended, t.all(*[t.eq(it, State.expired) for it in after]))


@law("a receipt that comes again changes nothing, whatever came since", "R17", "R18")
def idempotent(w):
    t, other, later = w.t, w.another_receipt(), w.t.fresh("later", INT)
    once = w.record().after
    yield Claim("at once", w.whole, w.same(w.record(once).after, once))
    yield Claim("at once, and it is not told", w.whole, t.eq(w.record(once).cause, Cause.nothing))
    then = w.record(once, other, later).after
    since = [*w.whole, w.now <= later]
    again, time = w.record(then, w.receipt, later).after, w.expire(then, later).after
    yield Claim("after another receipt: no more than time does", since, t.any(w.same(again, then), w.same(again, time)))


@law("a receipt of another attempt or assignment changes nothing", "R17")
def another(w):
    t, answer = w.t, w.record()
    other_attempt = [*w.whole, t.ne(w.receipt.attempt, w.of.attempt), t.eq(w.receipt.assignment, w.of.id)]
    yield Claim("of another attempt: no more than time does", other_attempt, w.same(answer.after, w.expire().after))
    live = [*other_attempt, w.is_live()]
    yield Claim("and it is no error", live, t.eq(answer.result, Result.anotherAttempt))
    foreign = [*w.whole, t.ne(w.receipt.assignment, w.of.id)]
    yield Claim("of another assignment", foreign, t.all(w.same(answer.after, w.of), t.eq(answer.cause, Cause.nothing)))
    for way, again in [("reprocessed", w.reprocess()), ("by its request", w.reprocess_request())]:
        old = [*w.whole, t.eq(again.result, Result.accepted), t.eq(w.receipt.attempt, w.of.attempt)]
        late = w.record(again.after).after
        yield Claim(f"{way}, what is late counts for nothing", old, w.same(late, again.after))


@law("a receipt for a pending role takes off exactly that one", "R17", "R22")
def takes_off_one(w):
    t, after = w.t, w.record().after
    answers = [t.eq(w.receipt.assignment, w.of.id), t.eq(w.receipt.attempt, w.of.attempt), w.is_live()]
    owed = [*w.whole, *answers, w.owed(w.of, w.receipt.role)]
    others = t.all(w.owed(w.of), t.ne(w.any_role, w.receipt.role))
    yield Claim("this role and no other", owed, t.eq(w.owed(after), others))
    settled = [*owed, t.every(RESOURCE_ROLE, lambda role: t.implies(w.owed(w.of, role), role == w.receipt.role))]
    yield Claim("after the last, the state is final", settled, t.ne(after.state, State.delivering))
    yield Claim("and not before", [*owed, others], t.eq(after.state, State.delivering))
    count = Tally(t.fresh("pending", INT), t.fresh("failed", INT))
    became = w.model.moves(count, Fulfillment.pending, after.fulfillment(w.receipt.role))
    yield Claim("so that one fewer is pending", owed, became.pending == count.pending - 1)


@law("a receipt settles its own role alone, and never takes back", "R14", "R17")
def never_back(w):
    t, answer = w.t, w.record()
    after, role = answer.after, w.any_role
    before, now = w.of.fulfillment(role), after.fulfillment(role)
    yield Claim("which roles there are", w.whole, t.eq(after.has(role), w.of.has(role)))
    yield Claim("another role", [*w.whole, t.ne(role, w.receipt.role)], t.eq(before, now))
    fulfilled = [*w.whole, t.eq(before, Fulfillment.fulfilled)]
    yield Claim("fulfilled stays", fulfilled, t.eq(now, Fulfillment.fulfilled))
    said = [*w.whole, t.eq(answer.result, Result.recorded), t.eq(w.receipt.outcome, Outcome.fulfilled)]
    yield Claim("fulfilled beats failed", said, t.eq(after.fulfillment(w.receipt.role), Fulfillment.fulfilled))
    given_up = [*w.whole, t.eq(before, Fulfillment.unenforceable), t.eq(w.receipt.outcome, Outcome.failed)]
    yield Claim("failed leaves unenforceable", given_up, t.eq(now, Fulfillment.unenforceable))
    yield Claim("no action comes back", [*w.whole, w.owed(after)], w.owed(w.of))


# The moves by a receipt within an attempt. To stay in a state is not listed.
MOVES = {
    State.delivering: (State.partiallyDelivered, State.delivered, State.deliveryFailed, State.expired),
    State.partiallyDelivered: (State.delivered, State.expired),
    State.delivered: (State.expired,),
    State.deliveryFailed: (State.partiallyDelivered, State.delivered, State.expired),
    State.expired: (),
}


@law("a receipt moves a state as the table says, and no other way", "R16", "R17", "R21")
def moves(w):
    t, after = w.t, w.record().after
    for state, then in MOVES.items():
        yield Claim(f"from {state}", [*w.whole, t.eq(w.of.state, state)], t.among(after.state, state, *then))


# --- the end ---


@law("expired is final: no call changes it, none is accepted, and nothing is to be done", "R21")
def expired_is_final(w):
    t = w.t
    ended = [*w.whole, t.eq(w.of.state, State.expired)]
    for call, answer in w.calls().items():
        yield Claim(call, ended, t.all(w.same(answer.after, w.of), t.eq(answer.cause, Cause.nothing)))
        yield Claim(f"{call}: not accepted", ended, t.no(t.among(answer.result, Result.accepted, Result.recorded)))
    yield Claim("no action", ended, t.no(w.owed(w.of)))


@law("at the end and after it nothing is accepted or taken, and no action is left", "R21")
def the_end(w):
    t = w.t
    ended = [*w.whole, w.of.ends, w.of.end <= w.now]
    for call, answer in w.calls().items():
        yield Claim(call, ended, t.no(t.among(answer.result, Result.accepted, Result.recorded)))
    for call in ("expire", "record"):
        known = [*ended, t.eq(w.receipt.assignment, w.of.id)]
        after = w.calls()[call].after
        yield Claim(
            f"{call}: expired, without actions", known, t.all(t.eq(after.state, State.expired), t.no(w.owed(after)))
        )
    before = [*w.whole, t.any(t.no(w.of.ends), w.now < w.of.end)]
    yield Claim("before it nothing expires", before, w.same(w.expire().after, w.of))


# --- who is refused, and who accepted ---


@law("a refused call changes no more than time does", "R12")
def refused(w):
    t, time = w.t, w.expire()
    for call, answer in [("reprocess", w.reprocess()), ("reprocess the request", w.reprocess_request())]:
        no = [*w.whole, t.ne(answer.result, Result.accepted)]
        yield Claim(call, no, t.any(w.same(answer.after, w.of), w.same(answer.after, time.after)))
        yield Claim(f"{call}: before the end, nothing", [*no, w.is_live()], w.same(answer.after, w.of))
        low = [*w.whole, t.no(w.model.is_enough(w.role))]
        insufficient = t.all(w.same(answer.after, w.of), t.eq(answer.result, Result.insufficientRole))
        yield Claim(f"{call}: with too low a role not even that", low, insufficient)
    answer = w.record()
    no = [*w.whole, t.among(answer.result, Result.otherAssignment, Result.unknownResourceRole)]
    yield Claim("record", no, w.same(answer.after, w.of))


@law("every change has an event, and every event is a change", "R12", "R17", "R21")
def told(w):
    t = w.t
    for call, answer in w.calls().items():
        silent = [*w.whole, t.eq(answer.cause, Cause.nothing)]
        yield Claim(f"{call}: silent, nothing has changed", silent, w.same(answer.after, w.of))
        expired = [*w.whole, t.eq(answer.cause, Cause.expired)]
        change = t.all(t.ne(w.of.state, State.expired), t.eq(answer.after.state, State.expired))
        yield Claim(f"{call}: told to have expired, it has", expired, change)
    answer = w.record()
    role = w.receipt.role
    recorded = [*w.whole, t.eq(answer.result, Result.recorded)]
    entry = t.all(
        t.eq(answer.after.fulfillment(role), w.of.fulfillment(role)),
        t.eq(answer.after.reason(role), w.of.reason(role)),
    )
    yield Claim("record: told to be recorded, it is", recorded, t.no(entry))


@law("the assignment is accepted exactly where the rules say", "R1", "R2", "R9", "R13", "R15", "R21")
def accepted(w):
    t = w.t
    enough = t.among(
        w.role,
        Role.accessPackageAssignmentManager,
        Role.accessPackageManager,
        Role.catalogOwner,
        Role.identityGovernanceAdministrator,
        Role.globalAdministrator,
    )
    asked = t.any(w.package.said, w.of.known)
    may = t.all(enough, t.eq(w.of.state, State.delivered), w.is_live(), asked)
    yield Claim("exactly then", w.whole, t.eq(t.eq(w.reprocess().result, Result.accepted), may))
    again = w.reprocess(w.reprocess().after)
    owed = [*w.whole, t.eq(w.reprocess().result, Result.accepted), w.owed(w.reprocess().after)]
    yield Claim("not again while something is owed", owed, t.ne(again.result, Result.accepted))


@law("its request is accepted exactly where the rules say", "R31", "R32", "R33")
def request_accepted(w):
    t, it = w.t, w.request
    undelivered = t.among(w.of.state, State.partiallyDelivered, State.deliveryFailed)
    fits = t.all(t.eq(it.assignment, w.of.id), t.eq(it.purpose, Purpose.grant), it.newest, t.eq(it.state, w.of.state))
    may = t.all(w.model.is_enough(w.role), w.is_live(), undelivered, fits, w.now - it.completed < FOURTEEN_DAYS)
    yield Claim("exactly then", w.whole, t.eq(t.eq(w.reprocess_request().result, Result.accepted), may))
    both = t.all(t.eq(w.reprocess().result, Result.accepted), t.eq(w.reprocess_request().result, Result.accepted))
    yield Claim("never both the assignment and its request", w.whole, t.no(both))


@law(
    "what the package gives now comes in, each owed, in place or unenforceable",
    "R13",
    "R18",
    "R19",
    "R20",
    "R34",
    "R46",
)
def brought_in(w):
    t, role = w.t, w.any_role
    seen = w.observed(role)
    system = t.system(role)
    no_application = t.among(system, System.aadapplication, System.sharepointonline)
    unholdable = t.any(
        t.all(t.eq(w.of.target_type, TargetType.servicePrincipal), no_application),
        t.all(t.eq(w.of.target_type, TargetType.user), t.eq(system, System.oauthapplication)),
    )
    for call, answer in [("reprocess", w.reprocess()), ("reprocess the request", w.reprocess_request())]:
        after = answer.after
        yes = [*w.whole, t.eq(answer.result, Result.accepted)]
        given = [*yes, w.package.said]
        yield Claim(f"{call}: what is given, and no more", given, t.eq(after.has(role), w.package.gives(role)))
        kept = [*yes, t.no(w.package.said)]
        yield Claim(f"{call}: where it is not said, what there was", kept, t.eq(after.has(role), w.of.has(role)))
        is_owed = t.all(after.has(role), t.among(seen, Observed.absent, Observed.unknown), t.no(unholdable))
        yield Claim(f"{call}: what is not there and can be is owed", yes, t.eq(w.owed(after), is_owed))
        there = [*yes, t.eq(seen, Observed.present)]
        yield Claim(f"{call}: what is there is in place", there, t.eq(after.fulfillment(role), Fulfillment.fulfilled))
        never = [*yes, t.ne(seen, Observed.present), t.any(unholdable, t.eq(seen, Observed.unenforceable))]
        yield Claim(
            f"{call}: what cannot be is unenforceable", never, t.eq(after.fulfillment(role), Fulfillment.unenforceable)
        )
        other = t.all(t.ne(after.attempt, w.of.attempt), t.eq(after.attempt, w.of.attempt + 1))
        yield Claim(
            f"{call}: another attempt, without old reasons", yes, t.all(other, t.eq(after.reason(role), t.NONE))
        )
        asked, unenforceable, added, dropped = [it(role) for it in w.model.lists(w.of, after)]
        yield Claim(f"{call}: asked are the actions", yes, t.eq(asked, w.owed(after)))
        one = t.all(t.no(t.all(asked, unenforceable)), t.no(t.all(added, dropped)))
        yield Claim(f"{call}: no role is in two lists that exclude each other", yes, one)
        change = t.eq(t.any(added, dropped), t.ne(w.of.has(role), after.has(role)))
        yield Claim(f"{call}: added and dropped are the change", yes, change)


# --- counting ---


@law("the crate's count gives the same state, for every number of roles, by induction", "R16")
def counted(w):
    t, model = w.t, w.model
    tally, number = Tally(t.fresh("pending", INT), t.fresh("failed", INT)), t.fresh("number", INT)
    pending, failed, fulfilled = [t.fresh(f"one{it}", BOOL) for it in ("pending", "failed", "fulfilled")]

    def agrees(tally, number, pending, failed, fulfilled):
        return t.all(
            tally.pending >= 0,
            tally.failed >= 0,
            t.eq(pending, tally.pending > 0),
            t.eq(failed, tally.failed > 0),
            t.eq(fulfilled, tally.pending + tally.failed < number),
            tally.pending + tally.failed <= number,
        )

    so_far = agrees(tally, number, pending, failed, fulfilled)
    none = Tally(z3.IntVal(0), z3.IntVal(0))
    yield Claim("of none", [], agrees(none, z3.IntVal(0), False, False, False))
    new, old = t.fresh("new", "Fulfillment"), t.fresh("old", "Fulfillment")
    has_failed = t.among(new, Fulfillment.failed, Fulfillment.unenforceable)
    more = agrees(
        model.moves(tally, Fulfillment.fulfilled, new),
        number + 1,
        t.any(pending, t.eq(new, Fulfillment.pending)),
        t.any(failed, has_failed),
        t.any(fulfilled, t.eq(new, Fulfillment.fulfilled)),
    )
    yield Claim("of one more", [so_far], more)
    same = t.eq(model.state_by(tally, number), model.state_of(pending, failed, fulfilled))
    yield Claim("the state", [so_far], same)
    # One role changes at one place. The count up to any number of roles follows, role by role.
    place, at, changed = t.fresh("place", INT), t.fresh("at", "Fulfillment"), t.fresh("changed", "Fulfillment")
    now = Tally(t.fresh("pendingNow", INT), t.fresh("failedNow", INT))

    def follows(number, before, now):
        moved = model.moves(before, old, new)
        after = t.all(now.pending == moved.pending, now.failed == moved.failed)
        not_yet = t.all(now.pending == before.pending, now.failed == before.failed)
        return t.pick(number > place, after, not_yet)

    is_here = t.eq(number, place)
    entry = [t.implies(is_here, t.all(t.eq(at, old), t.eq(changed, new))), t.implies(t.no(is_here), t.eq(at, changed))]
    step = follows(
        number + 1,
        model.moves(tally, Fulfillment.fulfilled, at),
        model.moves(now, Fulfillment.fulfilled, changed),
    )
    yield Claim("of a change", [follows(number, tally, now), *entry], step)
