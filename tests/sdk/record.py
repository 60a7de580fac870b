#!/usr/bin/env python3
"""Records the requests of Microsoft's own SDK for Python in fixtures.json, so that main.rs can compare them.

Run it by hand when a request of `graph::enforce`, `graph::observe` or `graph::batch` changes, or to test a later SDK:

    python3 -m venv target/sdk
    target/sdk/bin/pip install msgraph-sdk deprecated  # the batch of the SDK imports the second undeclared
    target/sdk/bin/python tests/sdk/record.py

Nothing goes over the network: this file answers every request. The SDK knows the methods, the paths, the words of its
enumerations, and the names of properties and parameters. The values come from this file. A difference that main.rs finds
is a mistake of the crate, or is in differences.json with a reason.
"""

import asyncio
import json
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import httpx
from kiota_abstractions.authentication.anonymous_authentication_provider import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.expiration_pattern import ExpirationPattern
from msgraph.generated.models.expiration_pattern_type import ExpirationPatternType
from msgraph.generated.models.privileged_access_group_eligibility_schedule_request import (
    PrivilegedAccessGroupEligibilityScheduleRequest,
)
from msgraph.generated.models.privileged_access_group_relationships import PrivilegedAccessGroupRelationships
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.request_schedule import RequestSchedule
from msgraph.generated.models.schedule_request_actions import ScheduleRequestActions
from msgraph.generated.models.unified_role_assignment_schedule_request import UnifiedRoleAssignmentScheduleRequest
from msgraph.generated.models.unified_role_eligibility_schedule_request import UnifiedRoleEligibilityScheduleRequest
from msgraph.generated.models.unified_role_schedule_request_actions import UnifiedRoleScheduleRequestActions
from msgraph_core import GraphClientFactory
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

GRAPH = "https://graph.microsoft.com/v1.0"

# --- the actions ----------------------------------------------------------------------------------------

NOW = "2026-11-28T16:50:07.25Z"
ENDS = {"without an end": None, "to the second": "2027-01-31T23:00:00Z", "to the millisecond": "2027-02-28T22:59:59.999Z"}

GROUP = "4f0d3a6e-2b57-4c18-9a3e-6d1c85f7e092"
NOT_THE_GROUP = "1ac84f97-d20b-4e75-83c6-f5b9e07d3a16"  # the origin id of an eligible role can contain such an id
SERVICE_PRINCIPAL = "b81e5c27-90fd-4d6a-8c4b-1f7a3e2960d5"
APP_ROLE = "62d9f4b0-7e1a-43c5-a8d6-09b3c7e15f24"
NO_APP_ROLE = "00000000-0000-0000-0000-000000000000"
DIRECTORY_ROLE = "d5a7c09b-3e64-4f12-b7a8-5c2e91f0d368"

ROLES = {
    "group member": ("AadGroup", GROUP, f"Member_{GROUP}"),
    "group owner": ("AadGroup", GROUP, f"Owner_{GROUP}"),
    "eligible group member": ("AadGroup", GROUP, f"EligibleMember_{NOT_THE_GROUP}"),
    "eligible group owner": ("AadGroup", GROUP, f"EligibleOwner_{NOT_THE_GROUP}"),
    "app role": ("AadApplication", SERVICE_PRINCIPAL, APP_ROLE),
    "default access": ("AadApplication", SERVICE_PRINCIPAL, NO_APP_ROLE),
    "eligible directory role": ("DirectoryRole", DIRECTORY_ROLE, "Eligible"),
    "active directory role": ("DirectoryRole", DIRECTORY_ROLE, "Active"),
}
CAN_CARRY_AN_END = {"eligible group member", "eligible group owner", "eligible directory role", "active directory role"}


def action(role, end=None):
    """An action as the crate writes it."""
    system, resource, origin_id = ROLES[role]
    return {
        "assignment": "0c7be1d4-58a2-4e39-96fb-a3d17c40e825",
        "attempt": 3,
        "target": "97e3b5c1-0d48-4fa6-b2e9-84c60a1d7f53",
        "resourceRole": {"originSystem": system, "resourceOriginId": resource, "roleOriginId": origin_id},
        "end": end,
    }


# --- what the SDK is asked for --------------------------------------------------------------------------


def parts_of(action):
    role = action["resourceRole"]
    return role["resourceOriginId"], role["roleOriginId"].split("_")[0], action["target"]


def get(builder, **parameters):
    """Accepts only parameters that the SDK knows there."""
    kind = getattr(builder, f"{type(builder).__name__}GetQueryParameters")
    return builder.to_get_request_information(RequestConfiguration(query_parameters=kind(**parameters)))


def instant(text):
    return datetime.fromisoformat(text)


def schedule(action):
    if action["end"] is None:
        expiration = ExpirationPattern(type=ExpirationPatternType.NoExpiration)
    else:
        expiration = ExpirationPattern(type=ExpirationPatternType.AfterDateTime, end_date_time=instant(action["end"]))
    return RequestSchedule(start_date_time=instant(NOW), expiration=expiration)


def justification(action):
    return f"Access package assignment {action['assignment']}, attempt {action['attempt']}"


def carry_out(graph, action):
    resource, role, target = parts_of(action)
    match role:
        case "Member" | "Owner":
            group = graph.groups.by_group_id(resource)
            reference = ReferenceCreate(odata_id=f"{GRAPH}/directoryObjects/{target}")
            return (group.members if role == "Member" else group.owners).ref.to_post_request_information(reference)
        case "EligibleMember" | "EligibleOwner":
            access = PrivilegedAccessGroupRelationships[role.removeprefix("Eligible")]
            requests = graph.identity_governance.privileged_access.group.eligibility_schedule_requests
            return requests.to_post_request_information(
                PrivilegedAccessGroupEligibilityScheduleRequest(
                    access_id=access,
                    principal_id=target,
                    group_id=resource,
                    action=ScheduleRequestActions.AdminAssign,
                    schedule_info=schedule(action),
                    justification=justification(action),
                )
            )
        case "Eligible" | "Active":
            directory = graph.role_management.directory
            kind, requests = {
                "Eligible": (UnifiedRoleEligibilityScheduleRequest, directory.role_eligibility_schedule_requests),
                "Active": (UnifiedRoleAssignmentScheduleRequest, directory.role_assignment_schedule_requests),
            }[role]
            return requests.to_post_request_information(
                kind(
                    action=UnifiedRoleScheduleRequestActions.AdminAssign,
                    principal_id=target,
                    role_definition_id=resource,
                    directory_scope_id="/",
                    schedule_info=schedule(action),
                    justification=justification(action),
                )
            )
        case _:
            service = graph.service_principals.by_service_principal_id(resource)
            return service.app_role_assigned_to.to_post_request_information(
                AppRoleAssignment(principal_id=UUID(target), resource_id=UUID(resource), app_role_id=UUID(role))
            )


def look(graph, action, of_target):
    resource, role, target = parts_of(action)
    directory = graph.role_management.directory
    match role:
        case "Member" | "Owner":
            group = graph.groups.by_group_id(resource)
            holders = group.members if role == "Member" else group.owners
            if of_target:
                # There, the SDK can only remove.
                return holders.by_directory_object_id(target).ref.to_delete_request_information()
            return get(holders, select=["id"], top=999)
        case "EligibleMember" | "EligibleOwner":
            instances = graph.identity_governance.privileged_access.group.eligibility_schedule_instances
            of_all = f"groupId eq '{resource}'"
        case "Eligible":
            instances = directory.role_eligibility_schedule_instances
            of_all = f"roleDefinitionId eq '{resource}'"
        case "Active":
            instances = directory.role_assignment_schedule_instances
            of_all = f"roleDefinitionId eq '{resource}'"
        case _:
            return get(graph.service_principals.by_service_principal_id(resource).app_role_assigned_to, top=999)
    return get(instances, filter=f"principalId eq '{target}'" if of_target else of_all)


def read_group(graph, action):
    select = ["groupTypes", "mailEnabled", "isAssignableToRole", "onPremisesSyncEnabled"]
    return get(graph.groups.by_group_id(parts_of(action)[0]), select=select)


ASKS = {
    "carryOut": carry_out,
    "lookForAll": lambda graph, action: look(graph, action, of_target=False),
    "lookForTarget": lambda graph, action: look(graph, action, of_target=True),
    "readGroup": read_group,
}


def calls():
    """The names of the calls, and what the crate is asked for in each. Several parts are one batch."""
    for role in ROLES:
        for name, end in ENDS.items() if role in CAN_CARRY_AN_END else [("", None)]:
            yield f"carry out: {role} {name}".strip(), [("carryOut", action(role, end))]
    # One of the resource roles that are kept in the same place.
    for role in ROLES.keys() - {"eligible group owner", "default access"}:
        yield f"look for all: {role}", [("lookForAll", action(role))]
        yield f"look for the target: {role}", [("lookForTarget", action(role))]
    for role in ["group member", "group owner"]:
        yield f"read the group of a {role}", [("readGroup", action(role))]
    yield "batch: two looks", [("lookForAll", action(role)) for role in ["group member", "eligible directory role"]]
    yield "batch: three writes", [("carryOut", action(role)) for role in ["group owner", "app role", "default access"]]


# --- what it sends --------------------------------------------------------------------------------------


async def sent(parts):
    heard = []

    def answer(request):
        heard.append(request)
        return httpx.Response(200, json={})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    client = GraphClientFactory.create_with_default_middleware(client=client)
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client)
    adapter.base_url = GRAPH
    graph = GraphServiceClient(request_adapter=adapter)
    requests = [ASKS[ask](graph, action) for ask, action in parts]
    if len(requests) == 1:
        await adapter.send_no_response_content_async(requests[0], {})
    else:
        items = {str(index): BatchRequestItem(request, str(index)) for index, request in enumerate(requests)}
        await graph.batch.post(BatchRequestContent(items))
    [request] = heard
    return {
        "method": request.method,
        "path": request.url.raw_path.decode(),
        "body": json.loads(request.content) if request.content else None,
    }


def text(value):
    return json.dumps(value, separators=(",", ":"))


async def main():
    lines = []
    for name, parts in sorted(calls()):
        asked = [{"ask": ask, "action": action} for ask, action in parts]
        lines.append(text({"name": name, "parts": asked, "sent": await sent(parts)}))
    sdk = {package: version(package) for package in ["msgraph-sdk", "msgraph-core"]}
    path = Path(__file__).with_name("fixtures.json")
    head = f'{{"sdk":{text(sdk)},\n"now":{text(NOW)},\n"calls":[\n'
    path.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
    print(f"{path.name}: {len(lines)} calls, {sdk}")


asyncio.run(main())
