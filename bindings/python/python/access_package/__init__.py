"""Decide who may reprocess a Microsoft Entra access package assignment, why not, and what happens then.

Every function takes and returns plain dictionaries (see :mod:`access_package.types`) and keeps nothing between two calls.
There is no clock, network or storage here: you pass the current time, load the assignment, and save the ``stored`` of the
answer.

>>> import access_package
>>> caller = {"account": "workOrSchool", "permissions": ["EntitlementManagement.ReadWrite.All"],
...           "roles": [{"role": "Catalog reader", "scope": "/"}]}
>>> access_package.evaluate(caller, stored, now)["reasons"][0]["code"]  # doctest: +SKIP
'insufficientRole'
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Literal, Optional, Union, cast

from . import types
from ._native import ask as _ask
from .types import (
    Action,
    Caller,
    Explanation,
    Imported,
    Instant,
    Reason,
    Receipt,
    Remedy,
    Reprocessed,
    ResourceRole,
    RoleAssignment,
    Seen,
    Stored,
    Told,
    Verdict,
)

__all__ = [
    "Problem",
    "Refused",
    "ask",
    "evaluate",
    "expire",
    "explain",
    "read",
    "read_role_assignments",
    "receipt",
    "record",
    "reprocess",
    "types",
]


class Problem(ValueError):
    """The question cannot be answered. Nothing has changed."""

    code: str
    """A stable code for programs, such as ``malformed``."""
    message: str
    """What is wrong, in words."""
    data: Optional[dict[str, Any]]
    """The details of the problem, by name."""
    place: Optional[str]
    """The path of the member that it is about, such as ``caller.account``. ``None`` for the question as a whole."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        self.code = error["code"]
        self.message = error["message"]
        self.data = error.get("data")
        self.place = error["place"]
        super().__init__(self.message if self.place is None else f"{self.place}: {self.message}")

    def __reduce__(self) -> tuple[Any, ...]:
        error = {"code": self.code, "message": self.message, "data": self.data, "place": self.place}
        return type(self), (error,), self.__dict__


class Refused(Exception):
    """The call is refused. The text of the exception names every reason."""

    verdict: Verdict
    """The verdict."""
    reasons: list[Reason]
    """Every reason."""
    remedies: list[Remedy]
    """What would help: any one of these remedies."""
    left: Optional[types.Left]
    """The assignment, if the caller may know of it. If there is an ``event``, it has just expired: you may save it."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        left = ("event", "actions", "stored")
        verdict = {name: value for name, value in answer.items() if name not in left}
        self.verdict = cast(Verdict, verdict)
        self.reasons = self.verdict["reasons"]
        self.remedies = self.verdict["remedies"]
        self.left = cast(types.Left, {name: answer[name] for name in left}) if "stored" in answer else None
        super().__init__(self.verdict["message"])

    def __reduce__(self) -> tuple[Any, ...]:
        left: Mapping[str, object] = self.left or {}
        return type(self), ({**self.verdict, **left},), self.__dict__


def ask(operation: str, question: Union[str, bytes]) -> str:
    """Answer a question in JSON text, where an error is an answer too. The other functions call this one."""
    return _ask(operation, question.encode() if isinstance(question, str) else question)


def _malformed(place: str, message: str) -> Problem:
    return Problem({"code": "malformed", "message": message, "place": place})


def _instant(now: Instant) -> str:
    if isinstance(now, str):
        return now
    if now.tzinfo is None:
        raise _malformed("now", "a datetime needs a time zone, such as datetime.now(timezone.utc)")
    return now.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def _answer(operation: str, **question: object) -> Any:
    given = {name: value for name, value in question.items() if value is not ...}
    try:
        text = json.dumps(given, allow_nan=False)
    except RecursionError:
        raise ValueError("the question is nested too deeply") from None
    answer = json.loads(_ask(operation, text.encode()))
    if "error" in answer:
        raise Problem(answer["error"])
    return answer


def _given(value: object) -> object:
    """The member, or the mark to leave it out if it is ``None``."""
    return ... if value is None else value


def _several(values: Optional[Iterable[Any]]) -> object:
    return ... if values is None else list(values)


def evaluate(caller: Caller, stored: Stored, now: Instant, *, request: Optional[Mapping[str, Any]] = None) -> Verdict:
    """Decide whether the caller may reprocess the assignment now, why not, and what would help. Nothing changes.

    With ``request``, that request is to be reprocessed instead of the assignment.

    :raises Problem: if the question cannot be answered.
    """
    answer = _answer("evaluate", caller=caller, stored=stored, now=_instant(now), request=_given(request))
    return cast(Verdict, answer)


def explain(
    token: Union[str, Mapping[str, Any]],
    stored: Stored,
    now: Instant,
    *,
    roles: Optional[Iterable[RoleAssignment]] = None,
    request: Optional[Mapping[str, Any]] = None,
) -> Explanation:
    """Decide like :func:`evaluate` for the caller that an access token describes, and say what the token cannot say.

    ``token`` is the token itself, with or without ``Bearer``, or its claims. **Its signature is not verified.** ``roles``
    are the roles of the caller that you have looked up, since a token contains no roles of entitlement management.
    :func:`read_role_assignments` reads them.

    :raises Problem: if the question cannot be answered.
    """
    claims = _claims(token) if isinstance(token, str) else token
    if isinstance(claims, Mapping) and "TenantId" in claims:
        raise _malformed("token", "only the command line reads the output of Get-MgContext, with --claims")
    answer = _answer(
        "explain", claims=claims, stored=stored, now=_instant(now), roles=_several(roles), request=_given(request)
    )
    return cast(Explanation, answer)


def _claims(token: str) -> object:
    """The payload of a token. No error repeats any part of the token."""
    words = token.split()
    if len(words) == 2 and words[0].lower() == "bearer":
        del words[0]
    parts = words[0].split(".") if len(words) == 1 else []
    if len(parts) != 3:
        raise _malformed(
            "token",
            "expected three parts with dots between them: is it whole? Only for a personal account, whose token is "
            "opaque, pass the claims {'tid': '9188040d-6c67-4c5b-b112-36a304b66dad'} instead",
        )
    try:
        payload = base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars="-_", validate=True)
        return json.loads(payload)
    except (binascii.Error, ValueError, RecursionError):
        raise _malformed("token", "the second part is not JSON in base64url") from None


def reprocess(
    caller: Caller,
    stored: Stored,
    now: Instant,
    *,
    gives: Optional[Iterable[ResourceRole]],
    observed: Optional[Iterable[Seen]] = None,
    request: Optional[Mapping[str, Any]] = None,
) -> Reprocessed:
    """Reprocess the assignment, or with ``request`` its request.

    ``gives`` is what the access package gives now. ``None`` means what the assignment has. ``observed`` is what you have
    seen. A resource role without an observation is enforced.

    **Save ``stored`` before you carry out an action.**

    :raises Refused: if the caller may not reprocess it, or the assignment or the request does not allow it.
    :raises Problem: if the question cannot be answered.
    """
    answer = _answer(
        "reprocess",
        caller=caller,
        stored=stored,
        now=_instant(now),
        gives=None if gives is None else list(gives),
        observed=_several(observed),
        request=_given(request),
    )
    if answer["verdict"] != "accepted":
        raise Refused(answer)
    return cast(Reprocessed, answer)


def receipt(
    action: Action,
    outcome: Literal["fulfilled", "failed"],
    *,
    code: Optional[str] = None,
    words: Optional[str] = None,
) -> Receipt:
    """Make the receipt for an action. If it has failed, pass ``code`` and ``words`` to say why."""
    reason = None if code is None else {"code": code, "words": words}
    return {
        "assignment": action["assignment"],
        "attempt": action["attempt"],
        "resourceRole": action["resourceRole"],
        "outcome": outcome,
        "reason": reason,
    }


def record(stored: Stored, receipt: Receipt, now: Instant) -> Told:
    """Record the outcome of an action. If there is an ``event``, save ``stored``.

    :raises Problem: if the receipt does not belong to this assignment, or the question cannot be answered.
    """
    return cast(Told, _answer("record", stored=stored, receipt=receipt, now=_instant(now)))


def expire(stored: Stored, now: Instant) -> Told:
    """Expire the assignment if its end has come. If there is an ``event``, save ``stored``.

    :raises Problem: if the question cannot be answered.
    """
    return cast(Told, _answer("expire", stored=stored, now=_instant(now)))


def read(document: object) -> Imported:
    """Read an assignment from a document of Microsoft Graph, v1.0 or beta, as ``json.load`` returns it.

    The document may also be a page of a list with exactly one assignment.

    :raises Problem: if the document cannot be read. If a part is not expanded, it names the ``$expand``.
    """
    return cast(Imported, _answer("read", document=document))


def read_role_assignments(document: object) -> list[RoleAssignment]:
    """Read the roles of one principal from the response to ``GET /roleManagement/entitlementManagement/roleAssignments``,
    or to the same path with ``directory``. Unknown roles are left out, since they never suffice.

    Join the lists of the caller and of the caller's groups, and pass them to :func:`explain`.

    :raises Problem: if the list cannot be read, continues elsewhere, or contains the roles of several principals.
    """
    return cast("list[RoleAssignment]", _answer("read", roleAssignments=document)["roles"])
