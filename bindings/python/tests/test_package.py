"""What the package adds to the crate: dictionaries, instants, tokens and exceptions."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import access_package as ap

SAMPLE = json.loads((Path(__file__).parents[3] / "examples" / "assignment.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
OBJECT = "00000000-0000-0000-0000-0000000000ca"


def caller(role: str = "Access package assignment manager") -> ap.types.Caller:
    return {
        "object": OBJECT,
        "account": "workOrSchool",
        "permissions": ["EntitlementManagement.ReadWrite.All"],
        "roles": [{"role": role, "scope": "/"}],
    }


def sample() -> ap.types.Stored:
    return ap.read(SAMPLE)["stored"]


def token(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}.c2ln"


USER: dict[str, Any] = {
    "tid": "7b0a4c3e-52d1-4a7f-9c56-8f1d2e3a4b5c",
    "oid": OBJECT,
    "sub": "s",
    "scp": "EntitlementManagement.ReadWrite.All",
}


def test_from_accepted_to_delivered() -> None:
    imported = ap.read(SAMPLE)
    left = ap.reprocess(caller(), imported["stored"], NOW, gives=imported["gives"])
    assert left["stored"]["state"] == "delivering" and len(left["actions"]) == 3
    stored = left["stored"]
    for action in reversed(left["actions"]):
        stored = ap.record(stored, ap.receipt(action, "fulfilled"), NOW)["stored"]
    assert stored["state"] == "delivered"


def test_a_failure_says_why() -> None:
    left = ap.reprocess(caller(), sample(), NOW, gives=None)
    failed = ap.receipt(left["actions"][0], "failed", code="NotFound", words="the group is gone")
    told = ap.record(left["stored"], failed, NOW)
    assert {"code": "NotFound", "words": "the group is gone"} in [
        role.get("reason") for role in told["stored"]["resourceRoles"] or []
    ]


def test_only_what_is_missing() -> None:
    gives = ap.read(SAMPLE)["gives"]
    assert gives is not None
    seen: list[ap.types.Seen] = [{"resourceRole": role, "observed": "present"} for role in gives[1:]]
    left = ap.reprocess(caller(), sample(), NOW, gives=iter(gives), observed=iter(seen))
    assert [action["resourceRole"] for action in left["actions"]] == gives[:1]


def test_a_refusal_is_an_exception_with_everything() -> None:
    with pytest.raises(ap.Refused) as raised:
        ap.reprocess(caller("Catalog reader"), sample(), NOW, gives=None)
    refused = raised.value
    assert [reason["code"] for reason in refused.reasons] == ["insufficientRole"]
    assert [remedy["steps"] for remedy in refused.remedies] == [["holdRole"]]
    assert refused.verdict == ap.evaluate(caller("Catalog reader"), sample(), NOW)
    assert str(refused) == refused.verdict["message"]
    assert refused.left is None, "who may not is told nothing of the assignment"


def test_a_refusal_for_the_state_gives_the_assignment_back() -> None:
    ended: Any = {**sample(), "end": "2026-11-28T12:00:00Z"}
    with pytest.raises(ap.Refused) as raised:
        ap.reprocess(caller(), ended, NOW, gives=None)
    left = raised.value.left
    assert left is not None and left["event"] is not None
    assert left["stored"]["state"] == "expired" and left["actions"] == []


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ({"caller": {**caller(), "account": "robot"}}, "caller.account"),
        ({"caller": {}}, "caller"),
        ({"stored": {}}, "stored"),
        ({"now": "yesterday"}, "now"),
        ({"now": "\ud800"}, None),
    ],
)
def test_what_cannot_be_answered_is_a_problem(question: Any, place: str) -> None:
    whole: dict[str, Any] = {"caller": caller(), "stored": sample(), "now": NOW, **question}
    with pytest.raises(ap.Problem) as raised:
        ap.evaluate(**whole)
    problem = raised.value
    assert (problem.place or "").startswith(place or "")
    assert problem.code and problem.message in str(problem)
    assert isinstance(problem, ValueError)


def exceptions() -> list[Exception]:
    """Of every shape: with a place and without, for the caller, and with an assignment that is left."""
    ended: Any = {**sample(), "end": "2026-11-28T12:00:00Z"}
    robot: Any = {**caller(), "account": "robot"}
    raised: list[Exception] = []
    for whole in (
        {"caller": robot, "stored": sample(), "now": NOW, "gives": None},
        {"caller": caller(), "stored": sample(), "now": "\ud800", "gives": None},
        {"caller": caller("Catalog reader"), "stored": sample(), "now": NOW, "gives": None},
        {"caller": caller(), "stored": ended, "now": NOW, "gives": None},
    ):
        with pytest.raises((ap.Problem, ap.Refused)) as caught:
            ap.reprocess(**whole)
        raised.append(caught.value)
    return raised


@pytest.mark.parametrize("again", [lambda it: pickle.loads(pickle.dumps(it)), copy.copy, copy.deepcopy])
def test_exceptions_cross_processes(again: Callable[[Exception], Exception]) -> None:
    for error in exceptions():
        error.__dict__["note"] = "kept"
        other = again(error)
        assert type(other) is type(error) and other is not error
        assert (str(other), other.args, vars(other)) == (str(error), error.args, vars(error))


def test_what_is_no_json_is_no_question() -> None:
    for now in (float("nan"), float("inf")):
        with pytest.raises(ValueError):
            ap.read({"id": now})
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError):
        ap.read(deep)
    with pytest.raises(TypeError):
        ap.read({"id": object()})


def test_instants() -> None:
    def state(now: Any) -> str:
        ended: Any = {**sample(), "end": "2026-11-28T12:00:00Z"}
        return ap.expire(ended, now)["stored"]["state"]

    east = timezone(timedelta(hours=5, minutes=30))
    assert state(NOW) == state(NOW.astimezone(east)) == state("2026-11-28T12:00:00Z") == "expired"
    assert state(NOW - timedelta(microseconds=1)) == "delivered"
    with pytest.raises(ap.Problem, match="time zone") as raised:
        state(datetime(2026, 11, 28, 12))
    assert (raised.value.code, raised.value.place) == ("malformed", "now")


def test_a_token_is_explained() -> None:
    plain, roles = token(**USER), caller()["roles"]
    for given in (plain, f"Bearer {plain}", f" bearer  {plain}\n", USER):
        explained = ap.explain(given, sample(), NOW, roles=roles)
        assert explained["verdict"] == "accepted", explained
        assert explained["caller"]["object"] == OBJECT
    without = ap.explain(plain, sample(), NOW)
    assert without["verdict"] == "unauthorized" and without["caveats"]


@pytest.mark.parametrize("wrong", ["", "Bearer", "a.b", "a.b.c.d", "a.!.c", "a.e30=.c d", "a.bm8.c", "Basic a.b.c"])
def test_a_text_that_is_no_token_is_not_repeated(wrong: str) -> None:
    with pytest.raises(ap.Problem) as raised:
        ap.explain(wrong, sample(), NOW)
    assert (raised.value.code, raised.value.place) == ("malformed", "token")
    assert not wrong or wrong not in str(raised.value)


def test_a_session_of_powershell_is_for_the_command_line() -> None:
    with pytest.raises(ap.Problem, match="only the command line"):
        ap.explain({"TenantId": USER["tid"], "Scopes": []}, sample(), NOW)


def test_roles_are_read_as_graph_lists_them() -> None:
    owner = {"principalId": OBJECT, "roleDefinitionId": "ae79f266-94d4-4dab-b730-feca7e132178", "appScopeId": "/"}
    roles = ap.read_role_assignments({"value": [owner]})
    assert roles == [{"role": "Catalog owner", "scope": "/"}]
    assert ap.explain(USER, sample(), NOW, roles=roles)["verdict"] == "accepted"
    assert ap.read_role_assignments({"value": []}) == []
    cut = {"value": [owner], "@odata.nextLink": "https://graph.microsoft.com"}
    unreadable: list[object] = [[], {"value": [{}]}, cut]
    for wrong in unreadable:
        with pytest.raises(ap.Problem):
            ap.read_role_assignments(wrong)


def test_the_crate_itself() -> None:
    assert json.loads(ap.ask("evaluate", "{"))["error"]["code"]
    assert json.loads(ap.ask("evaluate", b"\xff"))["error"]["code"]
    assert json.loads(ap.ask("sing", "{}"))["error"]["code"] == "unknownOperation"


SCHEMA = json.loads((Path(__file__).parents[3] / "src" / "ask" / "schema.json").read_text(encoding="utf-8"))["$defs"]


@pytest.mark.parametrize(
    ("shape", "described"),
    [
        (ap.types.RoleAssignment, SCHEMA["held"]),
        (ap.types.Caller, SCHEMA["caller"]),
        (ap.types.ResourceRole, SCHEMA["resourceRole"]),
        (ap.types.Seen, SCHEMA["observed"]["items"]),
        (ap.types.Stored, SCHEMA["stored"]),
        (ap.types.Action, SCHEMA["action"]),
        (ap.types.Receipt, SCHEMA["receipt"]),
        (ap.types.Reason, SCHEMA["reasons"]["items"]),
        (ap.types.Remedy, SCHEMA["remedies"]["items"]),
        (ap.types.Caveat, SCHEMA["explainAnswer"]["properties"]["caveats"]["items"]),
        (ap.types.Left, SCHEMA["left"]),
        (ap.types.Imported, SCHEMA["imported"]),
    ],
    ids=lambda it: getattr(it, "__name__", ""),
)
def test_the_types_have_the_names_of_the_schema(shape: Any, described: Any) -> None:
    assert set(get_type_hints(shape)) == set(described["properties"])


def test_threads() -> None:
    stored, verdicts = sample(), []

    def ask() -> None:
        for _ in range(200):
            verdicts.append(ap.evaluate(caller(), stored, NOW)["verdict"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == ["accepted"] * 800
