"""What a text has a stand-in do, so that a test from outside can ask for what goes wrong."""

import collections
import re

MARK = re.compile(r"\[\[(\w+):(\w+)(?: (\d+))?\]\]")

asked = collections.Counter()


def wished(service, text, asker=""):
    """What a text has a service do, if anything: `[[bedrock:garbage]]` always, `[[bedrock:garbage 2]]` the first two times
    that an asker comes with this text."""
    for found in MARK.finditer(text):
        if found[1] == service:
            asked[service, asker, text] += 1
            return found[2] if not found[3] or asked[service, asker, text] <= int(found[3]) else None
    return None
