"""The types of questions and answers: plain dictionaries, described for a type checker.

The names are those of the JSON that the crate reads and writes. Instants in answers are strings in ISO 8601, in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Optional, TypedDict, Union

State = Literal["delivering", "partiallyDelivered", "delivered", "expired", "deliveryFailed"]

Instant = Union[datetime, str]
"""A ``datetime`` with a time zone, or a string such as ``2026-11-28T12:00:00Z``."""


class RoleAssignment(TypedDict):
    """A role that a caller holds, and its scope."""

    role: str
    """The role by its name, such as ``Catalog owner``, or by its id."""
    scope: str
    """``/`` for the tenant, or ``/AccessPackageCatalog/{id}``."""


class _Caller(TypedDict):
    account: Literal["workOrSchool", "personal", "application"]
    permissions: list[str]


class Caller(_Caller, total=False):
    """The caller. Nothing is verified here: authenticate the caller and look up the roles first."""

    object: Optional[str]
    roles: list[RoleAssignment]


class _ResourceRole(TypedDict):
    originSystem: str
    resourceOriginId: str
    roleOriginId: str


class ResourceRole(_ResourceRole, total=False):
    """A role on a resource, which an access package gives."""

    roleType: Optional[str]


class Seen(TypedDict):
    """What you have seen of a resource role at its target."""

    resourceRole: ResourceRole
    observed: Literal["present", "absent", "unknown", "unenforceable"]


class Stored(TypedDict):
    """An assignment as you store it. Do not change it yourself."""

    format: int
    id: str
    catalog: dict[str, Any]
    accessPackage: str
    target: str
    targetType: Optional[str]
    state: State
    end: Optional[str]
    attempt: int
    resourceRoles: Optional[list[dict[str, Any]]]


class Action(TypedDict):
    """An action: give the target the resource role. If the target has it already, the action is fulfilled."""

    assignment: str
    attempt: int
    target: str
    resourceRole: ResourceRole
    end: Optional[str]
    """From this instant on, do not carry the action out. ``None`` if the assignment has no end."""


class Receipt(TypedDict):
    """The outcome of an action. :func:`access_package.receipt` makes one."""

    assignment: str
    attempt: int
    resourceRole: ResourceRole
    outcome: Literal["fulfilled", "failed"]
    reason: Optional[dict[str, Optional[str]]]


class Reason(TypedDict):
    """A reason to refuse a call."""

    code: str
    rules: list[str]
    """The ids of the rules behind it, such as ``R9``."""
    text: str


class Remedy(TypedDict):
    """A smallest set of steps that would help: all of them together."""

    steps: list[str]
    text: str


class _Verdict(TypedDict):
    verdict: Literal["accepted", "unauthorized", "invalidState", "invalidRequest"]


class Verdict(_Verdict, total=False):
    """Whether the call is accepted, and why not. The members depend on ``verdict``."""

    role: str
    """If the call is accepted, the role in which the caller acts."""
    catalog: dict[str, Any]
    """If the call is accepted, the catalog as it was judged."""
    message: str
    """If the call is refused, all reasons as one text."""
    reasons: list[Reason]
    remedies: list[Remedy]


class Caveat(TypedDict):
    """Something that neither the token nor the roles can say, or a problem of the token itself."""

    code: str
    text: str


class Explanation(Verdict):
    """A verdict about the caller that a token describes."""

    caller: Caller
    caveats: list[Caveat]


class Left(TypedDict):
    """The assignment after a call. If there is an ``event``, save ``stored`` before you carry out an action."""

    event: Optional[dict[str, Any]]
    actions: list[Action]
    """The remaining actions."""
    stored: Stored


class Reprocessed(Left):
    """An accepted call."""

    verdict: Literal["accepted"]
    role: str
    catalog: dict[str, Any]


class Told(Left):
    """What a receipt, or the end of the assignment, has changed."""

    result: str


class Imported(TypedDict):
    """An assignment, read from a document of Microsoft Graph."""

    stored: Stored
    gives: Optional[list[ResourceRole]]
    """What the access package gives now. ``None`` if the document does not list it."""
