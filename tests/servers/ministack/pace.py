"""How fast time goes: what MiniStack waits for and AWS does not, and what tests would wait for too long."""

from ministack.core import lambda_runtime
from ministack.services import eventbridge, scheduler

from mending import mended


def install():
    names = ["self", "first_line_wait", "idle_confirm", "hard_cap"]
    mended(lambda_runtime.Worker, "_drain_stderr_bounded", names)(logged)
    mended(eventbridge, "_parse_rate_seconds", ["expr"])(often)
    if not hasattr(scheduler, "_SCHEDULE_TICK_INTERVAL"):
        raise SystemExit(f"{scheduler.__name__} has no interval, which pace.py knows")
    scheduler._SCHEDULE_TICK_INTERVAL = 1


def logged(original, worker, *bounds, **named):
    """An answer is given when it is there. MiniStack holds it back for 50 ms, lest the function say something to its
    log; what is said later than that stands with the next answer."""
    return original(worker, *bounds, **named) if bounds or named else worker._drain_stderr()


def often(original, expression):
    """What the blog does every minute is done every five seconds: it is how what was lost is found again, for which
    many a test waits."""
    interval = original(expression)
    return interval and interval / 12
