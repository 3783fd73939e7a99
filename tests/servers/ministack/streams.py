"""How Lambda reads a table's stream: MiniStack tries a batch that fails for ever, and takes one that fails in part for done.

As at AWS, what comes before the first record that failed is done, and the rest is tried again, by halves if the mapping
says so, until its tries are spent or it is too old; then it is put by, and the stream goes on.
"""

import dataclasses
import json
import time

from ministack.core.arn import parse_arn
from ministack.core.responses import _request_account_id, _request_region
from ministack.services import dynamodb, lambda_svc

from mending import mended

# Seconds before the second try; each further one waits twice as long.
FIRST_WAIT, LONGEST_WAIT = 0.2, 10


def install():
    mended(lambda_svc, "_poll_dynamodb_streams", [])(poll)
    # What poll asks of it.
    for name in ("_iter_all_esms", "_apply_filter_criteria", "_execute_function", "_send_ddb_stream_failure_record"):
        getattr(lambda_svc, name)


@dataclasses.dataclass
class Reading:
    """Where a mapping is in its stream."""

    position: int
    # Of the next batch, if it was divided.
    size: int | None = None
    # Of the batch that begins at the position.
    tries: int = 0
    not_before: float = 0

    def goes_on(self, records):
        self.position, self.size, self.tries, self.not_before = self.position + records, None, 0, 0


readings = {}


def poll(_):
    """Reads on in all streams; whether there was anything."""
    moved = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        tokens = _request_account_id.set(account), _request_region.set(region)
        try:
            moved = read(mapping) or moved
        finally:
            _request_account_id.reset(tokens[0])
            _request_region.reset(tokens[1])
    return moved


def read(mapping):
    arn = parse_arn(mapping["EventSourceArn"]) if mapping.get("Enabled", True) else None
    if arn is None or arn.service != "dynamodb":
        return False
    name, _ = lambda_svc._dynamodb_stream_table_from_arn_spec(arn) or ("", "")
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    table = dynamodb._tables.get(name)
    if function is None or not table or table.get("LatestStreamArn") != mapping["EventSourceArn"]:
        return False
    horizon, end = dynamodb.stream_start_position(name), dynamodb.stream_end_position(name)
    begin = horizon if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
    reading = readings.setdefault(mapping["UUID"], Reading(begin))
    reading.position = max(reading.position, horizon)
    if reading.not_before > time.time():
        return False
    records = list(dynamodb.stream_records_since(name, reading.position, reading.size or mapping.get("BatchSize", 100)))
    if not records:
        return False
    heard = lambda_svc._apply_filter_criteria(list(records), mapping)
    if not heard:
        reading.goes_on(len(records))
        return True
    result = lambda_svc._execute_function(function, {"Records": heard})
    failed = first_failure(mapping, records, result)
    if failed is None:
        mapping["LastProcessingResult"] = f"OK - {len(heard)} records"
        reading.goes_on(len(records))
    else:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        if failed:
            reading.goes_on(failed)
        try_again(mapping, function, reading, records[failed:], result)
    return True


def first_failure(mapping, records, result):
    """Which of the records is not done, if any: the first of them if the function failed, or said what is no answer."""
    if result.get("error"):
        return 0
    if "ReportBatchItemFailures" not in mapping.get("FunctionResponseTypes", []):
        return None
    said = result.get("body")
    try:
        said = json.loads(said) if isinstance(said, (str, bytes)) and said else said
        names = [failure["itemIdentifier"] for failure in (said or {}).get("batchItemFailures") or []]
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    return min((numbers.index(name) if name in numbers else 0 for name in names), default=None)


def try_again(mapping, function, reading, records, result):
    reading.tries += 1
    most, oldest = mapping.get("MaximumRetryAttempts", -1), mapping.get("MaximumRecordAgeInSeconds", -1)
    age = time.time() - float(records[0]["dynamodb"]["ApproximateCreationDateTime"])
    spent = "RetryAttemptsExhausted" if 0 <= most < reading.tries else None
    spent = "MaxRecordAgeExceeded" if 0 < oldest < age else spent
    if mapping.get("BisectBatchOnFunctionError") and len(records) > 1:
        # To divide a batch is no try.
        reading.size, reading.tries = len(records) // 2, 0
    elif spent:
        lambda_svc._send_ddb_stream_failure_record(mapping, function, records, mapping["EventSourceArn"], result, spent)
        reading.goes_on(len(records))
    else:
        # The same batch again: what was written since is not added to it.
        reading.size = len(records)
        reading.not_before = time.time() + min(FIRST_WAIT * 2 ** (reading.tries - 1), LONGEST_WAIT)
