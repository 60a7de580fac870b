#!/usr/bin/env python3
"""Holds the files here to their schemas. Needs `jsonschema` from PyPI.

Also that each schema can refuse: a case without one of its members is no longer one.
"""

import copy
import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

HERE = Path(__file__).parent


def main():
    failed = False
    for name in ["gate", "lifecycle", "answers"]:
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
        print(f"{name}.json: {len(problems)} problems, {mistakes} mistakes seen")
        for problem in problems[:10]:
            print(f"  {problem[:300]}")
        failed = failed or bool(problems)
    sys.exit(failed)


main()
