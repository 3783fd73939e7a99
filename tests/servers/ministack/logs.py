"""What the functions log, whoever asked them and whether they answered."""

from collections import deque

from ministack.core import lambda_runtime

from mending import mended

# Lines, the oldest first.
said = deque(maxlen=100_000)


@mended(lambda_runtime.ProvidedWorker, "_pump_output", ["self", "stream", "log_queue"])
def kept(original, worker, stream, log_queue):
    """MiniStack hands the lines on with the answer, and loses those of a process that is ended."""
    return original(worker, Kept(stream), log_queue)


class Kept:
    """A stream whose lines are kept."""

    def __init__(self, stream):
        self._stream = stream

    def readline(self):
        line = self._stream.readline()
        said.append(line.decode(errors="replace"))
        return line

    def close(self):
        self._stream.close()
