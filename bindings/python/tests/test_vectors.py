"""Every vector of the crate, asked in Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import access_package as ap

VECTORS = Path(__file__).parents[3] / "tests" / "vectors"
GATE = json.loads((VECTORS / "gate.json").read_text(encoding="utf-8"))
LIFE = json.loads((VECTORS / "lifecycle.json").read_text(encoding="utf-8"))
BEFORE_EVERY_END = "0001-01-01T00:00:00Z"


def nobodys(catalog: dict[str, Any], state: str) -> Any:
    zeros = "00000000-0000-0000-0000-0000000000"
    return {
        "format": 1,
        "id": zeros + "0a",
        "catalog": catalog,
        "accessPackage": zeros + "0b",
        "target": zeros + "0d",
        "targetType": None,
        "state": state,
        "end": None,
        "attempt": 0,
        "resourceRoles": None,
    }


def test_the_gate(record_testsuite_property: Any) -> None:
    for case in GATE["cases"]:
        caller = {name: case[name] for name in ("account", "permissions", "roles")}
        catalog = {"id": GATE["assignment"]["catalog"], "privilegeLevel": case["privilegeLevel"]}
        verdict: Any = ap.evaluate(caller, nobodys(catalog, case["state"]), BEFORE_EVERY_END)  # type: ignore[arg-type]
        told = {
            "verdict": verdict["verdict"],
            "role": verdict.get("role"),
            "reasons": [reason["code"] for reason in verdict.get("reasons", [])],
            "remedies": [remedy["steps"] for remedy in verdict.get("remedies", [])],
        }
        assert told == {name: case[name] for name in told}, case
    print(f"gate: {len(GATE['cases'])} cases")


@pytest.mark.parametrize("load", LIFE["loads"], ids=lambda load: load["result"])
def test_loads(load: Any) -> None:
    expected = load["result"]
    if expected == "loaded":
        left = ap.expire(load["stored"], BEFORE_EVERY_END)
        assert (left["result"], left["event"]) == ("unchanged", None)
        return
    with pytest.raises(ap.Problem) as raised:
        ap.expire(load["stored"], BEFORE_EVERY_END)
    code, place = raised.value.code, raised.value.place or ""
    if code != "malformed":
        assert (code, place) == (expected, "stored")
    elif expected == "malformedResourceRole":
        assert place.startswith("stored.resourceRoles[")
    elif expected == "unknownState":
        assert place == "stored.state"
    else:
        assert expected == "malformedId"
        assert place in ("stored.id", "stored.catalog.id", "stored.accessPackage", "stored.target")


def call(asked: Any, stored: Any) -> tuple[str, list[list[str]], Any]:
    """The result in the word of a trace, the remedies, and what is left, if anything is told of it."""
    do, now = asked["do"], asked["now"]
    try:
        if do == "record":
            told = ap.record(stored, asked["receipt"], now)
            return told["result"], [], told
        if do == "expire":
            told = ap.expire(stored, now)
            return told["result"], [], told
        caller: Any = {
            "object": "00000000-0000-0000-0000-0000000000ca",
            "account": "workOrSchool",
            "permissions": ["EntitlementManagement.ReadWrite.All"],
            "roles": [{"role": asked["role"], "scope": "/"}],
        }
        request = asked["request"] if do == "reprocessRequest" else None
        left = ap.reprocess(caller, stored, now, gives=asked["gives"], observed=asked["observed"], request=request)
        return "accepted", [], left
    except ap.Problem as problem:
        return problem.code, [], None
    except ap.Refused as refused:
        code = refused.reasons[0]["code"]
        if refused.verdict["verdict"] == "invalidState" and code != "resourceRolesUnknown":
            code = "invalidState"
        elif code in ("requestDelivering", "requestDelivered", "requestExpired"):
            code = "invalidRequestState"
        return code, [remedy["steps"] for remedy in refused.remedies], refused.left


@pytest.mark.parametrize("trace", LIFE["traces"], ids=lambda trace: trace["name"])
def test_traces(trace: Any) -> None:
    stored = trace["start"]
    actions: Any = ap.expire(stored, BEFORE_EVERY_END)["actions"]
    for step in trace["steps"]:
        result, remedies, left = call(step["call"], stored)
        event = None
        if left is not None:
            event, actions, stored = left["event"], left["actions"], left["stored"]
        told = {"result": result, "remedies": remedies, "event": event, "actions": actions, "stored": stored}
        assert told == {name: step[name] for name in told}, step["call"]
