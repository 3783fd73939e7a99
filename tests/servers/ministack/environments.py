"""What fails with an execution environment of a function: what it was to answer, and nothing else."""

from ministack.core import lambda_runtime

from mending import mended


def install():
    mended(lambda_runtime.ProvidedWorker, "invoke", ["self", "event", "request_id"])(alone)


def alone(original, worker, event, request_id, **named):
    """MiniStack ends all environments of a function of which one does not start, whomever they are about to answer.
    Those that `control.stop` ends while they start would take along those that the next test has."""
    try:
        return original(worker, event, request_id, **named)
    except Exception as error:
        told = {"errorMessage": str(error), "errorType": getattr(error, "error_type", "Runtime.ExitError")}
        return {"status": "error", "error": str(error), "error_payload": told, "cold_start": True, "log": ""}
