"""Calls a second, beside Cedar's Python package asked the same: may this caller reprocess this assignment?

Run it by hand, with ``cedarpy`` from PyPI. It writes the table in README.md.
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

import access_package as ap

HERE = Path(__file__).parent
CRATE = HERE.parents[1]
CATALOG = "cec5d6ab-c75d-47c0-9c1c-92e89f66e384"
NOW = "2026-11-28T12:00:00Z"
RUNS, SECONDS = 5, 0.5

POLICIES = cedarpy.PolicySet.from_str((CRATE / "src/policy/gate.cedar").read_text("utf-8"))
SCHEMA = (CRATE / "src/policy/gate.cedarschema").read_text("utf-8")
ROLES = [line.split(":")[0].strip() for line in SCHEMA.split("type Roles = {")[1].split("};")[0].split(",") if ":" in line]


def of_crate(role: str) -> Callable[[], bool]:
    caller: Any = {
        "account": "workOrSchool",
        "permissions": ["EntitlementManagement.ReadWrite.All"],
        "roles": [{"role": role, "scope": f"/AccessPackageCatalog/{CATALOG}"}],
    }
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


def calls_a_second(asked: Callable[[], bool]) -> float:
    calls, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        for _ in range(100):
            asked()
        calls += 100
    return calls / (time.perf_counter() - began)


def main() -> None:
    rows = []
    for role, allowed in (("Catalog owner", True), ("Catalog reader", False)):
        both = of_crate(role), of_cedar(role)
        for asked in both:
            assert asked() is allowed, role
        runs = [[calls_a_second(asked) for asked in both] for _ in range(RUNS)]
        ours, cedars = (statistics.median(figures) for figures in zip(*runs))
        rows.append(f"| {'accepted' if allowed else 'refused, with reasons and remedies'} | {ours:,.0f} | {cedars:,.0f} |")
    version = importlib.metadata.version("cedarpy")
    table = [
        f"Calls a second on one core, Python {platform.python_version()}, {datetime.date.today()}. Both get dictionaries; Cedar's",
        "policies are parsed before, and it answers yes or no.",
        "",
        f"| | this package | `cedarpy` {version} |",
        "|---|--:|--:|",
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
