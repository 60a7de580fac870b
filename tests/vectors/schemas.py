#!/usr/bin/env python3
"""Checks the files here against their schemas. Needs `jsonschema` from PyPI.

It also checks that each schema can refuse: a case without one of its members is invalid.

Files on the command line contain calls of `ask`, one a line, as `cargo test --test ask` leaves them. With such files, only
they and `asked.json` here are checked, against the schema of `ask`.
"""

import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

HERE = Path(__file__).parent


def check(name):
    """The problems of a file here, and the number of mistakes that were tried on its schema."""
    schema = json.loads((HERE / f"{name}.schema.json").read_text(encoding="utf-8"))
    vectors = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(vectors)]
    mistakes = 0
    for key, items in vectors.items():
        for member in list(items[0]) if isinstance(items, list) else []:
            broken = {**vectors, key: [copy.deepcopy(items[0])]}
            del broken[key][0][member]
            mistakes += 1
            if validator.is_valid(broken):
                problems.append(f"$.{key}[0] may lack {member}")
    return problems, mistakes


class Ask:
    """The schema of `ask`, by its definitions, which is faster than the whole schema."""

    def __init__(self):
        self.schema = json.loads((HERE / "../../src/ask/schema.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(self.schema)
        self.validators = {}
        self.answers = set()

    def validator(self, definition):
        if definition not in self.validators:
            schema = {"$ref": f"#/$defs/{definition}", "$defs": self.schema["$defs"]}
            self.validators[definition] = Draft202012Validator(schema)
        return self.validators[definition]

    def problems(self, call):
        """Every answer must fit the schema, and so must every question that gets an answer without an error."""
        operation, question, answer = (call[key] for key in ["operation", "question", "answer"])
        parts = [("error", answer)]
        if "error" not in answer:
            parts = [(f"{operation}Question", question), (f"{operation}Answer", answer)]
        for definition, value in parts:
            text = definition + json.dumps(value)
            if text not in self.answers:
                self.answers.add(text)
                for error in self.validator(definition).iter_errors(value):
                    yield f"{definition} {error.json_path}: {error.message}"

    def mistakes(self, call):
        """A question or an answer with an extra member is invalid, and so is a call of another operation."""
        more = [{**call, part: {**call[part], "more": 0}} for part in ["question", "answer"]]
        whole = Draft202012Validator(self.schema)
        for broken in [*more, {**call, "operation": "more"}]:
            yield None if not whole.is_valid(broken) else f"not refused: {json.dumps(broken)}"


def calls_of(path):
    if path.name == "asked.json":
        for call in json.loads(path.read_text(encoding="utf-8"))["asked"]:
            # A text that is not JSON is not a question.
            question = {} if "error" in call["answer"] else json.loads(call["question"].removeprefix("\ufeff"))
            yield {**call, "question": question}
    else:
        yield from map(json.loads, path.open(encoding="utf-8"))


def check_calls(paths):
    ask, tried, count, problems, mistakes = Ask(), set(), 0, [], 0
    for call in (call for path in paths for call in calls_of(path)):
        count += 1
        problems += ask.problems(call)
        kind = (call["operation"], call["answer"].get("verdict"))
        if "error" not in call["answer"] and kind not in tried:
            tried.add(kind)
            seen = list(ask.mistakes(call))
            mistakes += len(seen)
            problems += filter(None, seen)
    # `asked.json` contains every operation.
    if {operation for operation, _ in tried} != set(ask.schema["properties"]["operation"]["enum"]):
        problems.append("not every operation was asked")
    return count, problems, mistakes


def main():
    failed = False
    names = [] if sys.argv[1:] else ["gate", "lifecycle", "answers"]
    found = {f"{name}.json": check(name) for name in names}
    count, *of_calls = check_calls([HERE / "asked.json", *map(Path, sys.argv[1:])])
    found[f"{count} calls"] = of_calls
    for name, (problems, mistakes) in found.items():
        print(f"{name}: {len(problems)} problems, {mistakes} mistakes seen")
        for problem in problems[:10]:
            print(f"  {problem[:300]}")
        failed = failed or bool(problems)
    sys.exit(failed)


main()
