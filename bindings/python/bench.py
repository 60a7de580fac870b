"""Calls per second, compared with Cedar and Rego in Python, for one question: may this caller reprocess this assignment?

Run it by hand, with ``cedarpy`` and ``regopy`` from PyPI. It writes the table in README.md.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cedarpy  # type: ignore[import-untyped]
import regopy  # type: ignore[import-untyped]

import access_package as ap

HERE = Path(__file__).parent
CRATE = HERE.parents[1]
CATALOG = "cec5d6ab-c75d-47c0-9c1c-92e89f66e384"
NOW = "2026-11-28T12:00:00Z"
RUNS, SECONDS = 5, 0.5

POLICIES = cedarpy.PolicySet.from_str((CRATE / "src/policy/gate.cedar").read_text("utf-8"))
SCHEMA = (CRATE / "src/policy/gate.cedarschema").read_text("utf-8")
ROLES = [line.split(":")[0].strip() for line in SCHEMA.split("type Roles = {")[1].split("};")[0].split(",") if ":" in line]


REGO = regopy.Interpreter()
REGO.add_module("gate.rego", (CRATE / "src/policy/gate.rego").read_text("utf-8"))
BUNDLE = REGO.build("may = data.access_package.allow", [])


def caller_with(role: str) -> Any:
    return {
        "account": "workOrSchool",
        "permissions": ["EntitlementManagement.ReadWrite.All"],
        "roles": [{"role": role, "scope": f"/AccessPackageCatalog/{CATALOG}"}],
    }


def of_crate(role: str) -> Callable[[], bool]:
    caller = caller_with(role)
    document = json.loads((CRATE / "examples/assignment.json").read_text("utf-8"))
    stored: Any = {**ap.read(document)["stored"], "resourceRoles": None}
    return lambda: ap.evaluate(caller, stored, NOW)["verdict"] == "accepted"


def of_cedar(role: str) -> Callable[[], bool]:
    def entity(kind: str, name: str) -> dict[str, str]:
        return {"type": f"AccessPackage::{kind}", "id": name}

    def link(kind: str, name: str) -> dict[str, dict[str, str]]:
        return {"__entity": entity(kind, name)}

    scope = f"/AccessPackageCatalog/{CATALOG}"
    held = role[0].lower() + role.title().replace(" ", "")[1:]
    permissions = [link("Permission", "EntitlementManagement.ReadWrite.All")]
    roles = {name: [link("Scope", scope)] if name == held else [] for name in ROLES}
    entities = [
        {"uid": entity("User", "u"), "attrs": {"permissions": permissions, "roles": roles}, "parents": []},
        {"uid": entity("Scope", scope), "attrs": {}, "parents": [entity("Scope", "/")]},
        {
            "uid": entity("Assignment", "a"),
            "attrs": {"state": link("State", "delivered"), "isPrivileged": False},
            "parents": [entity("Scope", scope)],
        },
    ]
    request = {
        "principal": entity("User", "u"),
        "action": entity("Action", "reprocess"),
        "resource": entity("Assignment", "a"),
        "context": {},
    }
    return lambda: bool(cedarpy.is_authorized(request, POLICIES, entities).allowed)


def of_rego(role: str) -> Callable[[], bool]:
    scope = f"/AccessPackageCatalog/{CATALOG}"
    assignment = {"scope": scope, "privilegeLevel": "standard", "state": "delivered"}
    question = {"caller": caller_with(role), "assignment": assignment}
    engine = regopy.Interpreter()

    def asked() -> bool:
        engine.set_input(question)
        # The binding lives no longer than the answer.
        answer = engine.query_bundle(BUNDLE)
        return str(answer.binding("may")) == "true"

    return asked


def calls_a_second(asked: Callable[[], bool]) -> float:
    """The rate in processor time, which does not depend on what else the machine does."""
    calls, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for _ in range(20):
            asked()
        calls += 20
    return calls / (time.process_time() - began)


def main() -> None:
    rows = []
    for role, allowed in (("Catalog owner", True), ("Catalog reader", False)):
        all_of_them = of_crate(role), of_cedar(role), of_rego(role)
        for asked in all_of_them:
            assert asked() is allowed, role
        runs = [[calls_a_second(asked) for asked in all_of_them] for _ in range(RUNS)]
        figures = " | ".join(f"{statistics.median(rates):,.0f}" for rates in zip(*runs))
        rows.append(f"| {'accepted' if allowed else 'refused; here with every reason and remedy'} | {figures} |")
    peers = " | ".join(f"`{name}` {importlib.metadata.version(name)}" for name in ("cedarpy", "regopy"))
    table = [
        f"Calls in a second of one core, Python {platform.python_version()}, {datetime.date.today()}. All take dictionaries. Cedar and Rego get",
        "the policies of this crate ([Cedar](../../src/policy/gate.cedar), [Rego](../../src/policy/gate.rego)), parsed or compiled",
        "before, and answer yes or no.",
        "",
        f"| answer | this package | {peers} |",
        "|---|--:|--:|--:|",
        *rows,
    ]
    readme = HERE / "README.md"
    before, after = "<!-- made: figures -->\n", "<!-- end: figures -->"
    head, rest = readme.read_text("utf-8").split(before)
    _, tail = rest.split(after)
    readme.write_text(head + before + "\n".join(table) + "\n" + after + tail, "utf-8")
    print("\n".join(table))


if __name__ == "__main__":
    main()
