"""How much of a table is read and written at once: MiniStack answers a batch of reads whole, however large it is, and
takes the JSON of a transaction for its size, in which bytes are a third more than they are.

As at AWS, the items of an answer are 16 MB at most, and the keys of those that are left out come with it; the items of
a transaction are 4 MB at most.
"""

import json

from ministack.core.responses import error_response_json, json_response
from ministack.services import dynamodb

from mending import mended

# Bytes of all items.
MOST_READ, MOST_WRITTEN = 16 * 1024 * 1024, 4 * 1024 * 1024


def install():
    mended(dynamodb, "_batch_get_item", ["data"])(read)
    mended(dynamodb, "_transact_write_items", ["data"])(written)
    # What they ask of it, and what it would refuse by.
    for name in ("_extract_transact_op", "_get_item_by_key", "_item_size_bytes", "_normalize_table_name", "_tables"):
        getattr(dynamodb, name)
    if dynamodb._DDB_TXN_MAX_BYTES != MOST_WRITTEN:
        raise SystemExit(f"{dynamodb.__name__} knows another size of transactions than sizes.py")
    dynamodb._DDB_TXN_MAX_BYTES = float("inf")


def read(original, data):
    answer = original(data)
    if answer[0] != 200:
        return answer
    now, later = divided(data["RequestItems"])
    if not later:
        return answer
    _, _, body = original({**data, "RequestItems": now})
    return json_response({**json.loads(body), "UnprocessedKeys": later})


def divided(asked):
    """What of a batch is for this answer, and what for another."""
    now, later, size = {}, {}, 0
    for name, wanted in asked.items():
        table = dynamodb._tables[dynamodb._normalize_table_name(name)]
        for key in wanted["Keys"]:
            size += dynamodb._item_size_bytes(dynamodb._get_item_by_key(table, key) or {})
            part = later if size > MOST_READ else now
            part.setdefault(name, {**wanted, "Keys": []})["Keys"].append(key)
    return now, later


def written(original, data):
    # Its items are not larger than its JSON.
    if len(json.dumps(data)) > MOST_WRITTEN and sum(map(size_of, data["TransactItems"])) > MOST_WRITTEN:
        return error_response_json("ValidationException", "Transaction request exceeds the 4MB transaction size limit", 400)
    return original(data)


def size_of(transact):
    _, write = dynamodb._extract_transact_op(transact)
    parts = [(write or {}).get(part) for part in ("Item", "Key", "ExpressionAttributeValues")]
    return sum(dynamodb._item_size_bytes(part) for part in parts if part)
