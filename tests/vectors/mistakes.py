#!/usr/bin/env python3
"""Tests the vectors: plants mistakes in `check.py`, one at a time and in memory, and requires that a vector finds each.

It prints the vector that finds each mistake, and exits with 1 if a mistaken program gives every answer.
"""

import json
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = (HERE / "check.py").read_text(encoding="utf-8")

# The mistake, a piece of the program, and the piece with the mistake.
MISTAKES = [
    # --- words in both files ---
    ("a GUID may stand in braces", "GUID.fullmatch(text)", "GUID.fullmatch(text.strip('{}'))"),
    ("a GUID needs no hyphens", r"{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", r"{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"),
    ("a GUID is in lower case", "re.compile(r\"[0-9a-f]{8}(-", "re.compile(r\"(?-i:[0-9a-f]{8})(-"),
    ("a GUID is any text of its length", "GUID.fullmatch(text) is not None", "len(text) == 36"),
    ("a GUID may be followed by something", "GUID.fullmatch(text)", "GUID.match(text)"),
    ("a line break after a GUID is passed over", "GUID.fullmatch(text)", "GUID.fullmatch(text.removesuffix('\\n'))"),
    ("a GUID may be a URN", "GUID.fullmatch(text)", "GUID.fullmatch(text.removeprefix('urn:uuid:'))"),
    ("words are compared to the letter", "if without_case(each) == without_case(word)", "if each == word"),
    ("letters beyond ASCII have no case", "letter.lower() if letter.isascii() else letter", "letter.casefold()"),
    ("words are compared in upper case", "if without_case(each) == without_case(word)", "if each.upper() == word.upper()"),
    ("blanks around a word are passed over", "== without_case(word)", "== without_case(word.strip())"),
    ("a new state is taken for one that is known", "without_case(word)), None)", "without_case(word)), known[0])"),
    # --- gate.json ---
    ("an application manager's role does not suffice", 'SUFFICING = [\n    "Access package assignment manager",\n', "SUFFICING = [\n"),
    ("two roles of the ladder change places", '"Access package manager",\n    "Catalog owner",', '"Catalog owner",\n    "Access package manager",'),
    ("the permission to read suffices", "permission, role = PERMISSION in self.permissions", "permission, role = bool(self.permissions)"),
    ("the names of permissions have no case", "self.permissions = set(permissions)", "self.permissions = {each.lower().replace('entitlementmanagement.readwrite.all', PERMISSION) for each in permissions} | set(permissions)"),
    ("the catalog in a scope is compared to the letter", "return catalog.lower() if before", "return catalog if before"),
    ("a scope has no case", 'before == "/AccessPackageCatalog"', 'before.lower() == "/accesspackagecatalog"'),
    ("a scope may end in any catalog", 'before == "/AccessPackageCatalog"', 'before.endswith("AccessPackageCatalog")'),
    ("any other scope is the tenant", 'held["scope"]) for held in roles}', 'held["scope"] if catalog_of(held["scope"]) else "/") for held in roles}'),
    ("a scope that is not known is none that is missing", "if role and (scope == \"/\" or catalog_of(scope))", "if role"),
    ("a role counts wherever it is held", 'if scope == "/" or catalog_of(scope) == catalog.lower()', "if True"),
    ("a role in the tenant does not count for a catalog", 'if scope == "/" or catalog_of(scope) ==', "if catalog_of(scope) =="),
    ("a user needs no role", "return permission and role", "return permission"),
    ("a user needs no permission", "return permission and role", "return role"),
    ("an application needs both", "if privileged else permission or role", "if privileged else permission and role"),
    ("a personal account is one like others", 'if self.account == "workOrSchool":\n            return permission', 'if self.account != "application":\n            return permission'),
    ("an application with the permission acts by its roles", 'roles.append(GOVERNS)', "roles = roles or [GOVERNS]"),
    ("the lowest role is the one to act in", "return max(roles, key=SUFFICING.index)", "return min(roles, key=SUFFICING.index)"),
    ("the first role is the one to act in", "return max(roles, key=SUFFICING.index)", "return sorted(roles)[0]"),
    ("a privileged catalog is like others", 'privileged = case["privilegeLevel"] == "privileged"', "privileged = False"),
    ("a catalog of unknown level is a privileged one", 'privileged = case["privilegeLevel"] == "privileged"', 'privileged = case["privilegeLevel"] != "standard"'),
    ("in a privileged catalog one of two roles suffices", "if governs and grants:", "if governs or grants:"),
    ("everybody is told that the catalog is privileged", "if privileged and self.is_told(catalog):", "if privileged:"),
    ("the wrong reason of two", 'elif not self.sufficing(catalog):\n            reasons.add("outOfScope")', 'elif not self.sufficing(catalog):\n            reasons.add("insufficientRole")'),
    ("only the first reason is told", 'if not self.sufficing():', 'if not reasons and not self.sufficing():'),
    ("a state is told to one who may not", 'return "unauthorized", None, caller.reasons(catalog, privileged),', 'return "unauthorized", None, caller.reasons(catalog, privileged) | {case["state"]},'),
    ("the state is looked at first", "if not caller.passes(catalog, privileged):", 'if case["state"] == "delivered" and not caller.passes(catalog, privileged):'),
    ("an expired one is as good as delivered", 'if case["state"] != "delivered":\n        return "invalidState"', 'if case["state"] not in ("delivered", "expired"):\n        return "invalidState"'),
    ("remedies need not be the smallest", "if not smaller and self.after", "if self.after"),
    ("only one remedy is told", "                    found.append(steps)\n", "                    found[:1] = [steps]\n"),
    ("where delivery has failed, to wait", '"deliveryFailed": ["reprocessRequest", "requestAgain"]', '"deliveryFailed": ["wait"]'),
    ("where delivery has failed, to request again", '"deliveryFailed": ["reprocessRequest", "requestAgain"]', '"deliveryFailed": ["requestAgain"]'),
    ("when expired, to reprocess the request", '"expired": ["requestAgain"]', '"expired": ["reprocessRequest"]'),
    # --- lifecycle.json: what can be stored ---
    ("origin systems are compared to the letter", 'return known_as(role["originSystem"], SYSTEMS) or role["originSystem"]', 'return role["originSystem"]'),
    ("no origin system has a case", 'SYSTEMS) or role["originSystem"]', 'SYSTEMS) or without_case(role["originSystem"])'),
    ("origin systems that are not known are refused", "    else:\n        return True\n    return form", "    else:\n        return False\n    return form"),
    ("custom data is a resource role", 'if system == "CustomDataProvidedResource":\n        return False', 'if system == "CustomDataProvidedResource":\n        return True'),
    ("a member's GUID may be any", 'same = guid.lower() == resource.lower() or access.startswith("Eligible")', "same = True"),
    ("an eligible one's GUID is the group's", ' or access.startswith("Eligible")', ""),
    ("the words of group access have no case", 'known = access in ("Member"', 'known = access.title().replace("Eligiblem", "EligibleM") in ("Member"'),
    ("a number may have a leading zero", '"0|[1-9][0-9]*"', '"[0-9]+"'),
    ("a number is in the digits of any script", '"0|[1-9][0-9]*"', 'r"0|\\d+"'),
    ("a number has 31 bits", "int(of_role) < 2**32", "int(of_role) < 2**31"),
    ("a number has no bound", " and int(of_role) < 2**32", ""),
    ("the words of directory roles have no case", 'of_role in ("Eligible", "Active")', 'of_role.title() in ("Eligible", "Active")'),
    ("a role of Azure needs no type", "definition is not None and said in TYPES", "definition is not None and said in (*TYPES, None)"),
    ("a definition of Azure may be any path", "definition is not None and said", "said"),
    ("an id of Azure may go up", 'text not in ("", ".", "..")', 'text != ""'),
    ("an id of Azure may have a query", 'letter in "?#%\\\\"', 'letter in "#%\\\\"'),
    ("an id of Azure may have control characters", ' or unicodedata.category(letter) == "Cc"', ""),
    ("of control characters only ASCII's", 'unicodedata.category(letter) == "Cc"', 'letter < " "'),
    ("only a blank is white space", "text == text.strip()", 'text == text.strip(" ")'),
    ("a type that contradicts is passed over", 'return form and said in (None, "eligible" if', 'return form and True or form and said in (None, "eligible" if'),
    ("the types in the table are read to the letter", "said = said and without_case(said)", "said = said"),
    ("ids of Azure are compared to the letter", "return (system, *map(without_case, ids), without_case(said))", "return (system, *ids, without_case(said))"),
    ("the type of a role of Azure makes no difference", "return (system, *map(without_case, ids), without_case(said))", "return (system, *map(without_case, ids))"),
    ("GUIDs in origin ids are compared to the letter", "GUID.sub(lambda guid: guid[0].lower(), text)", "text"),
    ("other ids have no case", 'return (system, *ids, None if system', 'return (system, *map(without_case, ids), None if system'),
    ("a type of a known origin system makes a difference", "for text in ids), None)", "for text in ids), said)"),
    ("a type of another origin system makes no difference", 'None if system == "SharePointOnline" else said)', "None)"),
    ("no type and an empty one are the same", 'None if system == "SharePointOnline" else said)', 'None if system == "SharePointOnline" else said or None)'),
    ("any format loads", 'if stored["format"] != 1:', "if False:"),
    ("ids are any text", "    if not all(map(is_guid, (", "    if False and not all(map(is_guid, ("),
    ("the target is any text", 'stored["accessPackage"], stored["target"]))', 'stored["accessPackage"]))'),
    ("a resource role may be there twice", "if twice([identity", "if False and twice([identity"),
    ("any resource role may have a reason", 'if any(each.get("reason") and each["fulfillment"] != "failed"', 'if any(each.get("reason") and each["fulfillment"] == "pending"'),
    ("expired is a state like others", 'if state not in ("expired", follows):', "if state != follows:"),
    ("any state loads", 'if state not in ("expired", follows):', "if False:"),
    # --- lifecycle.json: time ---
    ("instants are cut off to the millisecond", 'int(fraction.ljust(7, "0"))', 'int(fraction.ljust(7, "0")[:3]) * 10**4'),
    ("instants are cut off to the microsecond", 'int(fraction.ljust(7, "0"))', 'int(fraction.ljust(7, "0")[:6]) * 10'),
    ("instants are cut off to the second", 'int(fraction.ljust(7, "0"))', "0"),
    ("instants are rounded to the millisecond", 'int(fraction.ljust(7, "0"))', 'round(int(fraction.ljust(7, "0")), -4)'),
    ("instants are rounded up to the millisecond", 'int(fraction.ljust(7, "0"))', '-(-int(fraction.ljust(7, "0")) // 10**4) * 10**4'),
    ("instants are floating-point seconds", "return (since.days * 86400 + since.seconds) * 10**7 + ", "return since.days * 86400.0 + since.seconds + 1e-7 * "),
    ("a fraction is a number of ticks", 'int(fraction.ljust(7, "0"))', 'int(fraction or "0")'),
    ("the end is inclusive", "ticks(now) < ticks(end)", "ticks(now) <= ticks(end)"),
    ("an end is one tick early", "ticks(now) < ticks(end)", "ticks(now) + 1 < ticks(end)"),
    ("ends are compared as texts", "ticks(now) < ticks(end)", "now < end"),
    ("the 14 days are inclusive", ">= FOURTEEN_DAYS", "> FOURTEEN_DAYS"),
    (
        "a completion that is to come counts as past",
        'ticks(now) - ticks(request["completed"]) >=',
        'abs(ticks(now) - ticks(request["completed"])) >=',
    ),
    ("14 days are 13", "FOURTEEN_DAYS = 14 *", "FOURTEEN_DAYS = 13 *"),
    # --- lifecycle.json: what happens ---
    ("one failure makes all a failure", 'return "partiallyDelivered" if "fulfilled" in fulfillments else', 'return'),
    ("nothing to enforce is a failure", 'if set(fulfillments) <= {"fulfilled"}:', 'if set(fulfillments) == {"fulfilled"}:'),
    ("delivered at the first outcome", 'if "pending" in fulfillments:', 'if set(fulfillments) <= {"pending", "failed", "unenforceable"} and "pending" in fulfillments:'),
    ("any role may reprocess", '    def reprocess(self, role, now, gives, observed):\n        if role not in SUFFICING:', '    def reprocess(self, role, now, gives, observed):\n        if False:'),
    ("any role may reprocess a request", 'gives, observed):\n        if role not in SUFFICING:\n            return "insufficientRole", None\n        _, expired = self.expire(now)\n        for', 'gives, observed):\n        _, expired = self.expire(now)\n        for'),
    ("a second reprocess is accepted", 'if self.state != "delivered":', 'if self.state not in ("delivered", "delivering"):'),
    ("what is not known is nothing", "if gives is None and self.roles is None:", "if False:"),
    ("a refused call leaves no trace of the end", '            return "invalidState", expired', '            return "invalidState", None'),
    ("the attempt stays", "self.attempt = (self.attempt + 1) % 2**32", "self.attempt = self.attempt"),
    ("the attempt does not wrap", "(self.attempt + 1) % 2**32", "self.attempt + 1"),
    ("what is no longer given stays", "given = had if gives is None else {identity(each) for each in gives}", "given = had | {identity(each) for each in gives or []}"),
    ("unknown counts as present", '"unknown": "pending"', '"unknown": "fulfilled"'),
    ("what was not looked at counts as present", 'seen.get(each, "unknown")', 'seen.get(each, "present")'),
    ("an old failure keeps its reason", "self.roles = {each: (words.get(seen, seen), None) for each, seen in look.items()}", "self.roles = {each: (words.get(seen, seen), (self.roles or {}).get(each, (0, None))[1]) for each, seen in look.items()}"),
    ("a target can hold anything", "in CANNOT_HOLD.get(", "in () and CANNOT_HOLD.get("),
    ("what a target cannot hold fails though it was seen", 'for each in self.having("pending"):\n            if', "for each in list(self.roles):\n            if"),
    ("the name of API permissions has a case", "if without_case(each[0]) in CANNOT_HOLD", 'if each[0] in ("AadApplication", "SharePointOnline", "OAuthApplication") and without_case(each[0]) in CANNOT_HOLD'),
    ("a receipt counts for any attempt", 'if receipt["attempt"] != self.attempt:', "if False:"),
    ("a receipt of a later attempt counts", 'if receipt["attempt"] != self.attempt:', 'if receipt["attempt"] < self.attempt:'),
    ("a receipt counts for any assignment", 'if receipt["assignment"].lower() != self.fixed["id"]:', "if False:"),
    ("a receipt's assignment is compared to the letter", 'receipt["assignment"].lower() !=', 'receipt["assignment"] !='),
    ("the last word counts", "after = max(fulfillment, said, key=ORDER.index)", "after = said"),
    ("the first word counts", "after = max(fulfillment, said, key=ORDER.index)", 'after = said if fulfillment == "pending" else fulfillment'),
    ("the greater reason stays", "min(reasons) if after", "max(reasons) if after"),
    ("the last reason stays", "min(reasons) if after", "reasons[-1] if after"),
    ("reasons are compared by their words alone", "min(reasons) if after", "min(reasons, key=lambda it: it[1]) if after"),
    ("what is in place keeps its reason", 'if after == "failed" and reasons else None', "if reasons else None"),
    ("an expired assignment takes outcomes", '        if self.state == "expired":\n            return "afterTheEnd", None\n', ""),
    ("an expired assignment still acts", 'if self.state != "delivering" or self.roles is None:', "if self.roles is None:"),
    ("an expired assignment expires again", ' or before == "expired":', ":"),
    ("a request of another assignment is as good", '(request["assignment"].lower() != self.fixed["id"], ', "(False, "),
    ("any request gives", '(request["purpose"] != "grant", ', '(request["purpose"] == "removal", '),
    ("an old request is as good", '(request["recency"] != "newest", ', "(False, "),
    ("a request is judged by its own state", '(self.state not in ("partiallyDelivered", "deliveryFailed"), ', '(request["state"] not in ("partiallyDelivered", "deliveryFailed"), '),
    ("request and assignment may differ", '(request["state"] != self.state, ', "(False, "),
    ("a superseded one is told to load", '"requestSuperseded": ["reprocessNewestRequest"]', '"requestSuperseded": ["loadRequest"]'),
    ("one too old is told to take the newest", '"requestTooOld": ["requestAgain"]', '"requestTooOld": ["reprocessNewestRequest"]'),
    ("a delivered one is told to wait", '"delivered": "reprocessAssignment"', '"delivered": "wait"'),
    ("the end of an assignment makes no difference to an action", 'shared = self.fixed["id"], self.attempt, self.fixed["target"], self.fixed["end"]', 'shared = self.fixed["id"], self.attempt, self.fixed["target"], None'),
]  # fmt: skip

GATE, LIFECYCLE = "# --- gate.json", "# --- lifecycle.json"


def program(source):
    """`check.py` with this source."""
    module = {"__name__": "check", "__file__": str(HERE / "check.py")}
    exec(compile(source, "check.py", "exec"), module)
    return module


def concerned(place):
    """The checks that can find a mistake at this place of the source."""
    if place > SOURCE.index(LIFECYCLE):
        return ["loads", "traces"]
    return ["gate"] if place > SOURCE.index(GATE) else ["gate", "loads", "traces"]


def first_difference(answers):
    """The number of the first answer that differs or makes the program fail, or None if there is no such answer."""
    number = 0
    try:
        for number, (_, actual, expected) in enumerate(answers, 1):
            if actual != expected:
                return number
    except (KeyError, TypeError, ValueError):
        return number + 1
    return None


def main():
    vectors = {
        "gate": json.loads((HERE / "gate.json").read_text(encoding="utf-8")),
        "loads": (lifecycle := json.loads((HERE / "lifecycle.json").read_text(encoding="utf-8"))),
        "traces": lifecycle,
    }
    found = Counter()
    for what, piece, mistaken in MISTAKES:
        if SOURCE.count(piece) != 1:
            sys.exit(f"{what}: {SOURCE.count(piece)} times in check.py: {piece}")
        check = program(SOURCE.replace(piece, mistaken))
        by = "nothing"
        for name in concerned(SOURCE.index(piece)):
            if number := first_difference(check[f"check_{name}"](vectors[name])):
                by = f"{name}, answer {number}"
                break
        found[by.partition(",")[0]] += 1
        print(f"{what}: found by {by}", flush=True)
    print(f"{len(MISTAKES)} mistakes, found by " + ", ".join(f"{name}: {number}" for name, number in found.items()))
    sys.exit(bool(found["nothing"]))


if __name__ == "__main__":
    main()
