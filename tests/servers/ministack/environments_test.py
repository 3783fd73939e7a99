"""What fails with an environment, of a MiniStack of which only the names are there."""

import sys
import types
import unittest

sys.modules.setdefault("ministack", types.ModuleType("ministack"))
core = sys.modules.setdefault("ministack.core", types.ModuleType("ministack.core"))


class Worker:
    """An environment that starts, or does not."""

    def __init__(self, failure=None):
        self.failure = failure

    def invoke(self, event, request_id, *, trace_id=None):
        if self.failure:
            raise self.failure
        return {"status": "ok", "result": (event, request_id, trace_id)}


core.lambda_runtime = sys.modules["ministack.core.lambda_runtime"] = types.ModuleType("ministack.core.lambda_runtime")
core.lambda_runtime.ProvidedWorker = Worker

import environments  # noqa: E402

environments.install()


class Environment(unittest.TestCase):
    def test_one_that_starts_is_asked_as_before(self):
        self.assertEqual(Worker().invoke("event", "id", trace_id="trace")["result"], ("event", "id", "trace"))

    def test_one_that_does_not_start_answers_with_its_failure_and_is_no_reason_to_end_others(self):
        ended = Worker(RuntimeError("it ended")).invoke("event", "id")
        self.assertEqual(ended["status"], "error")
        self.assertEqual(ended["error_payload"], {"errorMessage": "it ended", "errorType": "Runtime.ExitError"})

    def test_a_failure_that_has_a_name_keeps_it(self):
        failure = RuntimeError("no bootstrap")
        failure.error_type = "Runtime.InvalidEntrypoint"
        self.assertEqual(Worker(failure).invoke("event", "id")["error_payload"]["errorType"], "Runtime.InvalidEntrypoint")


if __name__ == "__main__":
    unittest.main()
