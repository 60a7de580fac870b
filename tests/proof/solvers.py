"""Two solvers for the same formula: z3 builds it and writes it as SMT-LIB, and cvc5 reads this text."""

import time
from dataclasses import dataclass

import cvc5
import z3

MILLISECONDS = 20_000


@dataclass
class Claim:
    """A goal that holds wherever the suppositions hold."""

    what: str
    suppositions: list
    goal: z3.BoolRef

    def refutation(self, terms):
        return terms.with_definitions([*self.suppositions, z3.Not(terms.term(self.goal))])


def holding(formulas):
    solver = z3.Solver()
    solver.set("timeout", MILLISECONDS)
    solver.add(*formulas)
    return solver


def z3_on(formulas):
    """`unsat`, `sat` or `unknown`, and the model if it is `sat`."""
    solver = holding(formulas)
    answer = str(solver.check())
    return answer, solver.model() if answer == "sat" else None


def smt_lib(formulas):
    return holding(formulas).to_smt2()


def cvc5_on(text):
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", str(MILLISECONDS))
    solver.setLogic("ALL")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "law")
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, parser.getSymbolManager())
    return said.strip()


def timed(solve, *of):
    before = time.process_time()
    answer = solve(*of)
    return answer, time.process_time() - before


def shown(model):
    """A counterexample, without the solvers' own names."""
    auxiliary = ("some!", "witness!", "k!")
    named = [it for it in model or [] if not it.name().startswith(auxiliary)]
    return "\n".join(f"      {it} = {model[it]}" for it in named)
