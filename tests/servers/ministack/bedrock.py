"""Bedrock's Converse: MiniStack answers as no model would, and asks for a permission that AWS does not know.

The model that answers here is told how many sentences to give, and gives those of the text that is to be summed up, in the
form that was asked for. A post may wish for something else: `garbage`, an answer that is `cut`, `refuse`, `throttle` or
`unavailable` (`wish.py`). A request is what the SDK's own model demands, or is refused as Bedrock does.
"""

import collections
import json
import re
import time
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator, router
from ministack.core.responses import get_region
from ministack.services import bedrock_runtime

import model
from mending import mended
from wish import wished

# What makes a request go to a region that has room.
PROFILE = re.compile(r"(global|us|eu|apac|jp|au)\.")
TASK = re.compile(r"exactly (\d+) sentence")
SENTENCE = re.compile(r"(?<=[.!?。…])\s+")
# Characters of a sentence.
LONGEST = 200
MODELS = re.compile(r"(anthropic|amazon|meta|mistral|cohere)\.[a-z0-9.:-]+")

def install():
    """Answers for the model, under the policies of whoever asks."""
    action = ["service", "method", "path", "headers", "body", "query_params"]
    mended(iam_actions, "extract_iam_action", action)(invoking)
    mended(iam_actions, "extract_resource_arn", [*action, "region", "account_id"])(invoked)
    mended(bedrock_runtime, "_converse", ["model_id", "headers", "body"])(converse)


def invoking(original, service, *request):
    """To converse with a model is to invoke it."""
    action = original(service, *request)
    return "bedrock:InvokeModel" if action == "bedrock:Converse" else action


def invoked(original, service, method, path, headers, body, params, region, account):
    """A profile is one of the account's."""
    name = unquote(path).split("/")[2:3]
    if service == "bedrock-runtime" and name and PROFILE.match(name[0]):
        return f"arn:aws:bedrock:{region}:{account}:inference-profile/{name[0]}"
    return original(service, method, path, headers, body, params, region, account)


def converse(_, name, headers, body):
    request = json.loads(body)
    for _, said in model.faults("bedrock-runtime", "Converse", {"modelId": name, **request}):
        return refused(400, "ValidationException", said)
    behind = PROFILE.sub("", name, count=1)
    if not MODELS.fullmatch(behind):
        return refused(400, "ValidationException", "The provided model identifier is invalid.")
    caller = router.extract_access_key_id(headers)
    # A profile alone is not enough: the models behind it have to be allowed too, in all regions where that is everywhere.
    for region in [get_region(), ""] if name.startswith("global.") else [get_region()]:
        resource = f"arn:aws:bedrock:{region}::foundation-model/{behind}"
        if iam_evaluator.enforce(caller, "bedrock:InvokeModel", "bedrock", get_region(), resource_arn=resource):
            said = f"not authorized to perform: bedrock:InvokeModel on resource: {resource}"
            return refused(403, "AccessDeniedException", said)
    started = int(time.time() * 1000)
    text = bedrock_runtime._messages_text(request.get("messages"))
    system = request.get("system", [])
    wish = wished("bedrock", text)
    if wish == "throttle":
        return refused(429, "ThrottlingException", "Too many requests, please wait before trying again.")
    if wish == "unavailable":
        return refused(503, "ServiceUnavailableException", "Bedrock is unable to process your request.")
    said = summary(text, system, request)
    said, stop = {
        "garbage": ("I would rather not say.", "end_turn"),
        "cut": (said[: len(said) // 2], "max_tokens"),
        "refuse": ("", "content_filtered"),
    }.get(wish, (said, "end_turn"))
    answer = bedrock_runtime._build_converse_response(
        name, request.get("messages"), system, started, said, content_blocks=[{"text": said}], stop_reason=stop
    )
    return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()


def summary(text, system, request):
    """Sentences of a text, and its most frequent words, in the form that was asked for."""
    task = TASK.search(bedrock_runtime._system_text(system))
    form = request.get("outputConfig", {}).get("textFormat", {}).get("structure", {}).get("jsonSchema", {}).get("schema")
    if not task or not form:
        return "What am I to do?"
    _, *sections = text.split("\n\n")
    sections = [section for section in sections if not section.startswith(("# ", "[...]"))]
    sentences = list(dict.fromkeys(part[:LONGEST].strip() for part in SENTENCE.split(" ".join(sections)) if part.strip()))
    words = collections.Counter(word for word in re.findall(r"\w{2,30}", " ".join(sections).lower()))
    made = {
        "sentences": divided(sentences, int(task[1]))[: int(task[1])],
        "keywords": [word for word, _ in words.most_common(3)],
    }
    return json.dumps({name: made[name] for name in json.loads(form)["required"]}, ensure_ascii=False)


def divided(sentences, wanted):
    """As many as wanted, if there are words enough: some texts do without full stops."""
    while len(sentences) < wanted:
        longest = max(range(len(sentences)), key=lambda at: len(sentences[at].split()), default=None)
        words = [] if longest is None else sentences[longest].split()
        if len(words) < 2:
            break
        half = len(words) // 2
        sentences[longest : longest + 1] = [" ".join(words[:half]), " ".join(words[half:])]
    return sentences


def refused(status, code, message):
    return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, json.dumps({"message": message}).encode()
