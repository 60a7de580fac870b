#!/usr/bin/env python3
"""Proves every law with two solvers, compares the model with the vectors, and finds every planted mistake.

It exits with 1 if anything fails.
"""

import sys
import time

import z3

import gate_laws
import life_laws
from algebra import Terms
from gate import Gate
from mistakes import MISTAKES
from model import Model
from solvers import cvc5_on, shown, smt_lib, timed, z3_on
from vectors import differences

LAWS = [*life_laws.LAWS, *gate_laws.LAWS]


def claims_of(world, claims, make=Model):
    terms = Terms()
    for claim in claims(world(make(terms))):
        yield claim, terms


PROVED = {}
"""The proved formulas. A mistake that does not touch a formula does not need it proved again."""


def prove(world, name, rules, claims):
    """Whether both solvers prove the law, and the number of its claims."""
    took, failures, number = {"z3": 0.0, "cvc5": 0.0}, [], 0
    for claim, terms in claims_of(world, claims):
        number += 1
        refutation = claim.refutation(terms)
        (answer, counterexample), seconds = timed(z3_on, refutation)
        took["z3"] += seconds
        if answer != "unsat":
            failures.append(f"{claim.what}: z3 says {answer}\n{shown(counterexample)}")
        else:
            whole = z3.And(*refutation)
            PROVED[whole.get_id()] = whole
        answer, seconds = timed(cvc5_on, smt_lib(refutation))
        took["cvc5"] += seconds
        if answer != "unsat":
            failures.append(f"{claim.what}: cvc5 says {answer}")
        # A law with suppositions that cannot hold says nothing.
        answer, _ = z3_on(terms.with_definitions(claim.suppositions))
        if answer != "sat":
            failures.append(f"{claim.what}: z3 says {answer} for its suppositions")
    said = "FAILED" if failures else "proved"
    times = " and ".join(f"{solver} in {seconds:.2f} s" for solver, seconds in took.items())
    print(f"{name} ({', '.join(rules)})\n  {said} by {times}, {number} claims", flush=True)
    for failure in failures:
        print(f"    {failure}")
    return not failures, number


def finder(mistaken):
    """The law and the claim that z3 shows to be broken by a mistake."""
    of_gate = any(hasattr(Gate, name) for name in vars(mistaken) if not name.startswith("__"))
    # The laws of the mistake's own half come first, which is faster.
    for world, name, _, claims in sorted(LAWS, key=lambda law: (law in gate_laws.LAWS) != of_gate):
        for claim, terms in claims_of(world, claims, mistaken):
            refutation = claim.refutation(terms)
            if z3.And(*refutation).get_id() not in PROVED and z3_on(refutation)[0] == "sat":
                return f"{name}: {claim.what}"
    return None


def main():
    begun, failed = time.process_time(), False
    proved = [prove(*law) for law in LAWS]
    failed |= not all(it for it, _ in proved)
    number = sum(number for _, number in proved)
    print(f"{len(proved)} laws, {number} claims, {time.process_time() - begun:.1f} s of processor time\n")

    differing = differences()
    for case, actual, expected in differing[:10]:
        print(f"{case}\n  the model: {actual}\n  the crate: {expected}")
    failed |= bool(differing)
    print()

    for mistaken in MISTAKES:
        found = finder(mistaken)
        failed |= found is None
        print(f"{mistaken.__doc__}\n  {'found by ' + found if found else 'SURVIVES'}", flush=True)
    print(f"{len(MISTAKES)} mistakes, {time.process_time() - begun:.1f} s of processor time in all")
    sys.exit(failed)


if __name__ == "__main__":
    main()
