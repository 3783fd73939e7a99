"""Rows that expire: MiniStack forgets it where CloudFormation asks for it, and tells nobody of a row that it removed."""

import threading

from ministack.core.arn import parse_arn
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from mending import mended

REAPER = "dynamodb-ttl-reaper"


def install():
    """Has rows expire, and the table's stream tell of it, as of what the service did by itself."""
    if REAPER not in [thread.name for thread in threading.enumerate()]:
        raise SystemExit(f"{dynamodb.__name__} has no thread {REAPER}, which expiry.py knows")
    mended(provisioners, "_ddb_create", ["logical_id", "props", "stack_name"])(made)
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["create"] = provisioners._ddb_create
    mended(dynamodb, "_remove_item", ["table", "pk_val", "sk_val"])(removed)
    mended(dynamodb, "_build_change_record", ["table", "event_name", "old_item"])(by_itself)


def made(original, logical, properties, stack):
    name, attributes = original(logical, properties, stack)
    if asked := properties.get("TimeToLiveSpecification"):
        dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": asked})
    return name, attributes


def reaping():
    return threading.current_thread().name == REAPER


def removed(original, table, partition, sort):
    row = original(table, partition, sort)
    if row is not None and reaping():
        arn = parse_arn(table["TableArn"])
        # The thread acts for no request. It does nothing else, so that nobody misses what was set before.
        _request_account_id.set(arn.account_id)
        _request_region.set(arn.region)
        dynamodb._emit_stream_event(table["TableName"], "REMOVE", row, None)
    return row


def by_itself(original, *change):
    record = original(*change)
    if reaping():
        record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    return record
