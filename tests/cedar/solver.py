#!/usr/bin/env python3
"""Runs cvc5 as a program that reads SMT-LIB and answers. PyPI has cvc5 only as a package for Python.

A command may take several lines. The client waits for an answer only to `(check-sat)` and `(get-model)`.
"""

import sys

import cvc5


def begin():
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", "60000")
    return solver, cvc5.SymbolManager(solver)


solver, names = begin()
lines = ""
for line in sys.stdin:
    if line.strip() == "(reset)":
        solver, names = begin()
        continue
    lines += line
    if line.strip() in ("(check-sat)", "(get-model)"):
        parser = cvc5.InputParser(solver, names)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, lines, "stdin")
        lines = ""
        while not (command := parser.nextCommand()).isNull():
            sys.stdout.write(command.invoke(solver, names))
        sys.stdout.flush()
