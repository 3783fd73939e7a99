"""How a table's stream is read, beside a MiniStack of which only the names are there."""

import contextvars
import sys
import types
import unittest
from unittest import mock

ARN = "arn:aws:dynamodb:us-east-1:1:table/blog/stream/1"


def module(name, **contents):
    made = types.ModuleType(name)
    made.__dict__.update(contents)
    sys.modules[name] = made
    return made


dynamodb = module("dynamodb", _tables={"blog": {"LatestStreamArn": ARN}})
lambda_svc = module("lambda_svc", _dynamodb_stream_table_from_arn_spec=lambda _: ("blog", "1"))
module("ministack")
module("ministack.core")
module("ministack.core.arn", parse_arn=lambda _: types.SimpleNamespace(service="dynamodb"))
variables = {name: contextvars.ContextVar(name) for name in ("_request_account_id", "_request_region")}
module("ministack.core.responses", **variables)
module("ministack.services", dynamodb=dynamodb, lambda_svc=lambda_svc)

import streams  # noqa: E402


class Stream(unittest.TestCase):
    """A stream, a mapping of it, and a function that answers as it is told: well, if it is told nothing."""

    def setUp(self):
        self.now, self.written, self.answers, self.heard, self.put_by = 1000.0, [], [], [], []
        # Whatever holds it fails.
        self.poison = None
        self.mapping = {
            "UUID": self.id(), "EventSourceArn": ARN, "FunctionName": "router", "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        }
        dynamodb.stream_start_position = lambda _: 0
        dynamodb.stream_end_position = lambda _: len(self.written)
        dynamodb.stream_records_since = lambda _, position, most: self.written[position : position + most]
        lambda_svc._iter_all_esms = lambda: [("1", "us-east-1", self.mapping)]
        lambda_svc._get_func_record_for_qualifier = lambda name, _: ({"name": name}, None)
        lambda_svc._apply_filter_criteria = lambda records, _: [one for one in records if one["heard"]]
        lambda_svc._execute_function = self.execute
        lambda_svc._send_ddb_stream_failure_record = self.send
        patched = mock.patch.object(streams.time, "time", lambda: self.now)
        patched.start()
        self.addCleanup(patched.stop)

    def execute(self, _, event):
        self.heard.append("".join(record["dynamodb"]["SequenceNumber"] for record in event["Records"]))
        if self.poison and self.poison in self.heard[-1]:
            return {"error": True}
        return self.answers.pop(0) if self.answers else {"body": None}

    def send(self, mapping, function, records, arn, result, why):
        self.put_by.append(("".join(record["dynamodb"]["SequenceNumber"] for record in records), why))

    def write(self, names, heard=True):
        for name in names:
            facts = {"SequenceNumber": name, "ApproximateCreationDateTime": self.now}
            self.written.append({"dynamodb": facts, "heard": heard})

    def polls(self, times=1, wait=60):
        moved = []
        for _ in range(times):
            moved.append(streams.poll(None))
            self.now += wait
        return moved

    def fails_of(self, *names):
        failures = [{"itemIdentifier": name} for name in names]
        self.answers.append({"body": {"batchItemFailures": failures}})

    def fails(self, times=1):
        self.answers += [{"error": True}] * times

    def test_what_is_done_is_not_read_again(self):
        self.write("abc")
        self.assertEqual(self.polls(2), [True, False])
        self.write("d")
        self.polls()
        self.assertEqual(self.heard, ["abc", "d"])

    def test_what_comes_before_the_first_failed_record_is_done_and_the_rest_comes_again(self):
        self.write("abcd")
        self.fails_of("d", "c")
        self.polls(3)
        self.assertEqual(self.heard, ["abcd", "cd"])

    def test_a_failure_of_nobody_knows_what_or_an_answer_that_is_none_is_one_of_all(self):
        for body in ({"batchItemFailures": [{"itemIdentifier": "x"}]}, "{", {"batchItemFailures": [{}]}, [1]):
            with self.subTest(body=body):
                self.mapping["UUID"], self.written, self.heard = str(body), [], []
                self.write("ab")
                self.answers.append({"body": body})
                self.polls(2)
                self.assertEqual(self.heard, ["ab", "ab"])

    def test_who_reports_nothing_in_part_is_believed_only_when_it_fails(self):
        self.mapping["FunctionResponseTypes"] = []
        self.write("ab")
        self.fails_of("b")
        self.polls(2)
        self.assertEqual(self.heard, ["ab"])

    def test_a_failed_batch_comes_again_as_it_was_after_a_wait_that_doubles(self):
        self.write("ab")
        self.fails(3)
        self.polls(wait=0)
        self.write("c")
        for wait in (0.2, 0.4, 0.8):
            self.now += wait - 0.01
            self.assertEqual(self.polls(wait=0), [False])
            self.now += 0.02
            self.polls(wait=0)
        self.polls()
        self.assertEqual(self.heard, ["ab", "ab", "ab", "ab", "c"])

    def test_a_batch_is_halved_until_the_record_that_fails_is_alone(self):
        self.mapping |= {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 1}
        self.poison = "c"
        self.write("abcd")
        self.polls(7)
        self.assertEqual(self.heard, ["abcd", "ab", "cd", "c", "c", "d"])
        self.assertEqual(self.put_by, [("c", "RetryAttemptsExhausted")])

    def test_a_record_that_fails_for_ever_is_put_by_and_the_others_go_on(self):
        self.mapping["MaximumRetryAttempts"] = 2
        self.write("a")
        self.fails(3)
        self.polls(3)
        self.write("b")
        self.polls()
        self.assertEqual(self.heard, ["a", "a", "a", "b"])
        self.assertEqual(self.put_by, [("a", "RetryAttemptsExhausted")])

    def test_a_record_that_is_too_old_is_not_tried_again(self):
        self.mapping["MaximumRecordAgeInSeconds"] = 90
        self.write("a")
        self.fails(5)
        self.polls(4)
        self.assertEqual(self.heard, ["a", "a", "a"])
        self.assertEqual(self.put_by, [("a", "MaxRecordAgeExceeded")])

    def test_what_the_mapping_leaves_out_is_passed_over(self):
        self.write("ab", heard=False)
        self.write("c")
        self.mapping["BatchSize"] = 2
        self.assertEqual(self.polls(2), [True, True])
        self.assertEqual(self.heard, ["c"])


if __name__ == "__main__":
    unittest.main()
