"""The language of the model: the same functions run on plain values and on terms of SMT.

A word, such as `delivered`, is a string that knows its sort. `Values` uses it as it is. `Terms` makes it a constant of an
enumeration. A set is a function that says whether a thing is in the set.
"""

import re
from dataclasses import fields, is_dataclass, replace

import z3


class Word(str):
    """A word of a fixed list."""

    sort: str


class Words:
    """A fixed list of words: `State.delivered`, or `State("delivered")`."""

    def __init__(self, sort, *names):
        self.sort, self.all = sort, []
        for name in names:
            word = Word(name)
            word.sort = sort
            self.all.append(word)
            setattr(self, name, word)
        SORTS[sort] = self

    def __call__(self, name):
        return self.all[self.all.index(name)]


SORTS = {}


class Algebra:
    """The common part of values and terms."""

    def ne(self, one, other):
        return self.no(self.eq(one, other))

    def among(self, one, *others):
        return self.any(*[self.eq(one, other) for other in others])

    def implies(self, one, other):
        return self.any(self.no(one), other)

    def cases(self, *cases, otherwise):
        """The value of the first case whose condition holds."""
        for condition, then in reversed(cases):
            otherwise = self.pick(condition, then, otherwise)
        return otherwise


class Values(Algebra):
    """Plain values, with the existing resource roles and scopes."""

    NONE = None  # no reason for a failure
    TENANT = "/"

    def __init__(self, resource_roles=(), scopes=()):
        self.resource_roles, self.scopes = list(resource_roles), list(scopes)

    def pick(self, condition, then, otherwise):
        return then if condition else otherwise

    def all(self, *each):
        return all(each)

    def any(self, *each):
        return any(each)

    def no(self, one):
        return not one

    def eq(self, one, other):
        return one == other

    def less(self, one, other):
        return None not in (one, other) and one < other

    def next(self, attempt):
        return (attempt + 1) % 2**32

    def some(self, holds):
        return any(map(holds, self.resource_roles))

    def some_scope(self, holds):
        return any(map(holds, self.scopes))

    def system(self, role):
        """The origin system of a resource role, which is the first part of the tuple."""
        return "".join(letter.lower() if letter.isascii() else letter for letter in role[0])


RESOURCE_ROLE, SCOPE = z3.DeclareSort("ResourceRole"), z3.DeclareSort("Scope")
BOOL, INT, ATTEMPT = z3.BoolSort(), z3.IntSort(), z3.BitVecSort(32)
OF_TERMS = {}
SOME = re.compile(r"\bsome!\d+")


def enumeration(sort):
    """The sort of SMT for a list of words, and its constants."""
    if sort not in OF_TERMS:
        words = SORTS[sort].all
        of_smt, constants = z3.EnumSort(sort, [f"{sort}.{word}" for word in words])
        OF_TERMS[sort] = of_smt, dict(zip(words, constants, strict=True))
    return OF_TERMS[sort]


class Terms(Algebra):
    """Terms of SMT, over a set of resource roles and a set of scopes. Even the size of these sets is unknown.

    `some` means *there is one*. As a quantifier in both directions, it would alternate with the quantifiers around it. So
    it is a Boolean with a witness: if it is true, it holds for the witness; and if it holds for any thing, it is true.
    """

    NONE = z3.IntVal(0)  # no reason; every other number is one
    TENANT = z3.Const("tenant", SCOPE)

    def __init__(self):
        self.definitions, self.number = {}, 0
        self.of_system = z3.Function("system", RESOURCE_ROLE, enumeration("System")[0])

    def term(self, one):
        if isinstance(one, Word):
            return enumeration(one.sort)[1][one]
        return z3.BoolVal(one) if isinstance(one, bool) else one

    def pick(self, condition, then, otherwise):
        if then is otherwise:
            return then
        if is_dataclass(then):
            both = {it.name: (getattr(then, it.name), getattr(otherwise, it.name)) for it in fields(then)}
            return replace(then, **{name: self.pick(condition, *each) for name, each in both.items()})
        if callable(then):
            return lambda *of: self.pick(condition, then(*of), otherwise(*of))
        then, otherwise = self.term(then), self.term(otherwise)
        return then if z3.is_expr(then) and then.eq(otherwise) else z3.If(self.term(condition), then, otherwise)

    def all(self, *each):
        return z3.And(*map(self.term, each)) if each else z3.BoolVal(True)

    def any(self, *each):
        return z3.Or(*map(self.term, each)) if each else z3.BoolVal(False)

    def no(self, one):
        return z3.Not(self.term(one))

    def eq(self, one, other):
        if isinstance(one, Word) and isinstance(other, Word):
            return z3.BoolVal(one == other)
        return self.term(one) == self.term(other)

    def less(self, one, other):
        return one < other

    def next(self, attempt):
        return attempt + 1

    def system(self, role):
        return self.of_system(role)

    def some(self, holds):
        return self._some(RESOURCE_ROLE, holds)

    def some_scope(self, holds):
        return self._some(SCOPE, holds)

    def _some(self, sort, holds):
        there_is, witness, any_one = self.fresh("some", BOOL), self.fresh("witness", sort), self.fresh("any", sort)
        self.definitions[str(there_is)] = [
            z3.Implies(there_is, holds(witness)),
            z3.ForAll([any_one], z3.Implies(holds(any_one), there_is)),
        ]
        return there_is

    def with_definitions(self, formulas):
        """These formulas, and the definition of every `some` in them."""
        formulas, met, todo = list(formulas), set(), list(formulas)
        while todo:
            for name in set(SOME.findall(todo.pop().sexpr())) - met:
                met.add(name)
                formulas += self.definitions[name]
                todo += self.definitions[name]
        return formulas

    def every(self, sort, holds):
        """For a supposition of a law. A claim of a law is about a `fresh` value instead."""
        one = self.fresh("every", sort)
        return z3.ForAll([one], holds(one))

    def fresh(self, name, sort):
        return self.function(name, sort)()

    def function(self, name, *sorts):
        """A function with a new name. The same law about the same model makes the same formula again."""
        self.number += 1
        sorts = [enumeration(it)[0] if isinstance(it, str) else it for it in sorts]
        function = z3.Function(f"{name}!{self.number}", *sorts)
        return lambda *of: function(*map(self.term, of))
