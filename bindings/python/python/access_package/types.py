"""The shapes of questions and answers: plain dictionaries, with types for a type checker.

The names are those of the JSON that the crate reads and writes. Instants are texts in ISO 8601 with the offset ``Z``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Optional, TypedDict, Union

State = Literal["delivering", "partiallyDelivered", "delivered", "expired", "deliveryFailed"]

Instant = Union[datetime, str]
"""A ``datetime`` with a time zone, or a text such as ``2026-11-28T12:00:00Z``."""


class RoleAssignment(TypedDict):
    """A role that a caller holds, and where."""

    role: str
    """Its name, such as ``Catalog owner``, or its id."""
    scope: str
    """``/`` for the tenant, or ``/AccessPackageCatalog/{id}``."""


class _Caller(TypedDict):
    account: Literal["workOrSchool", "personal", "application"]
    permissions: list[str]


class Caller(_Caller, total=False):
    """Who asks, as *you* have established it: nothing here verifies a token."""

    object: Optional[str]
    roles: list[RoleAssignment]


class _ResourceRole(TypedDict):
    originSystem: str
    resourceOriginId: str
    roleOriginId: str


class ResourceRole(_ResourceRole, total=False):
    """What an access package gives: a role in a resource of an origin system."""

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
    """What is to be carried out: give the resource role to the target."""

    assignment: str
    attempt: int
    target: str
    resourceRole: ResourceRole
    end: Optional[str]
    """Do not carry it out at this instant or later."""


class Receipt(TypedDict):
    """What has become of an action. :func:`access_package.receipt` makes one."""

    assignment: str
    attempt: int
    resourceRole: ResourceRole
    outcome: Literal["fulfilled", "failed"]
    reason: Optional[dict[str, Optional[str]]]


class Reason(TypedDict):
    """What stands in the way."""

    code: str
    rules: list[str]
    """The ids of the rules that it comes from, such as ``R9``."""
    text: str


class Remedy(TypedDict):
    """A smallest set of steps that helps."""

    steps: list[str]
    text: str


class _Verdict(TypedDict):
    verdict: Literal["accepted", "unauthorized", "invalidState", "invalidRequest"]


class Verdict(_Verdict, total=False):
    """Whether the call is accepted, and why not. The members depend on ``verdict``."""

    role: str
    """If it is accepted, the role in which the caller acts."""
    catalog: dict[str, Any]
    """If it is accepted, the catalog as it was judged."""
    message: str
    """If it is refused, all reasons as one text."""
    reasons: list[Reason]
    remedies: list[Remedy]


class Caveat(TypedDict):
    """What a token cannot tell."""

    code: str
    text: str


class Explanation(Verdict):
    """A verdict about the caller that a token speaks of."""

    caller: Caller
    caveats: list[Caveat]


class Left(TypedDict):
    """The assignment that is left by a call. If there is an ``event``, save ``stored`` before you act."""

    event: Optional[dict[str, Any]]
    actions: list[Action]
    """All that is still to be done."""
    stored: Stored


class Reprocessed(Left):
    """An accepted call."""

    verdict: Literal["accepted"]
    role: str
    catalog: dict[str, Any]


class Told(Left):
    """What a receipt, or time, has done."""

    result: str


class Imported(TypedDict):
    """An assignment from a document of Microsoft Graph."""

    stored: Stored
    gives: Optional[list[ResourceRole]]
    """What the access package gives now, if the document says so."""
