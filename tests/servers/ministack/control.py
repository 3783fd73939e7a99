"""What the suites ask of a deployed blog that nobody asks of AWS: to be as new, and to lose all its processes.

The same suites run on one machine, where each has a server over a folder of its own. To deploy a blog for each of them
would take minutes; to make the one that is deployed as new takes a moment.

Requests are POSTs of JSON:

- `/_deepdive/anew {}`: nothing was ever written to the blog, and readers come to it at `http://localhost:PORT`, by
  CloudFront.
- `/_deepdive/settings {"settings": {...}}`: its functions have these variables beside those that the infrastructure gave,
  and no others that they were told so.
- `/_deepdive/stop {}`: every process of every function ends at once, as when the machines under them are lost.
- `/_deepdive/operator {"command": ...}`: what the operator's function answers.
- `/_deepdive/logs {}`: all that the functions have logged since the blog was new.
- `/_deepdive/objects {}`: the keys of what is in its bucket of images and audio.
- `/_deepdive/memory {}`: the most memory that each process of a function has had, in bytes, by its id.
"""

import asyncio
import json
import os
import threading
import urllib.error
import urllib.request

import boto3
from ministack.core import lambda_runtime
from ministack.services import cloudfront, dynamodb, lambda_svc, s3

import logs

PREFIX = "/_deepdive/"
# Variables that a function has only if the owner wants something, by a part of its name; and by which it trusts a
# certificate that no machine but this one knows.
WANTED = {"Mail": {"DEEPDIVE_SMTP_URL", "DEEPDIVE_MAIL_FROM", "SSL_CERT_FILE"}}
# The variables that the infrastructure gave, by function.
given = {}
# Those that are told beside them: always, and at present.
told_at_first, told = {}, {}


def functions():
    """Their configurations, by name."""
    return {name: record["config"] for (_, _, name), record in lambda_svc._functions.all_items()}


def distribution():
    """CloudFront's name for the blog."""
    found = next(iter(cloudfront._distributions._data.values()), None)
    return found and found["DomainName"]


def at_first():
    """Where the blog and its sockets are for who is on this machine, since certificates and names are for who is not;
    and what `deepdive serve` is when it is told nothing."""
    port = os.environ["GATEWAY_PORT"]
    site = f"http://localhost:{port}"
    socket = next(url for config in functions().values() if (url := variables(config).get("DEEPDIVE_SOCKET_URL")))
    return {
        "DEEPDIVE_PUBLIC_URL": site,
        "DEEPDIVE_MEDIA_URL": f"{site}/media",
        "DEEPDIVE_SOCKET_URL": sockets(socket, port),
        "DEEPDIVE_SIGN_UP": "closed",
        "DEEPDIVE_SPEECH_PRICE": "0",
        "DEEPDIVE_SUMMARY_PRICE": "0",
    }


def variables(config):
    return config.get("Environment", {}).get("Variables", {})


def workers():
    """What runs the functions, each with its process. The lock is held."""
    return [worker for pooled in lambda_runtime._workers.values() for worker in pooled]


def stop():
    """What MiniStack kept for the processes is put away meanwhile: that takes it half a second for each."""
    with lambda_runtime._lock:
        doomed = workers()
        lambda_runtime._workers.clear()
    processes = [worker._proc for worker in doomed if worker._proc]
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
    threading.Thread(target=lambda_runtime.kill_workers, args=(doomed,), daemon=True).start()
    return {}


def tell(settings):
    """Gives the functions other variables, each those that it has. Processes that run know the former ones: they end."""
    told.clear()
    told.update(told_at_first, **settings)
    for name, config in functions().items():
        known = given.setdefault(name, dict(variables(config)))
        wanted = set(known).union(*(names for part, names in WANTED.items() if part in name))
        config["Environment"] = {"Variables": {**known, **{n: value for n, value in told.items() if n in wanted}}}
    stop()


def anew():
    if not given:
        told_at_first.update(at_first())
    tell({})
    logs.said.clear()
    with dynamodb._lock:
        for _, table in dynamodb._tables.all_items():
            table["items"].clear()
            dynamodb._items_replaced(table)
    objects().clear()
    for search in known_as("DEEPDIVE_SEARCH_URL"):
        forget(search)
    return {
        "url": told["DEEPDIVE_PUBLIC_URL"],
        "sockets": told["DEEPDIVE_SOCKET_URL"],
        "table": known_as("DEEPDIVE_TABLE").pop(),
        "bucket": known_as("DEEPDIVE_BUCKET").pop(),
        "region": region(),
    }


def known_as(variable):
    """What functions are given by a variable."""
    return {known.get(variable) for known in given.values()} - {None, ""}


def objects():
    """Those of its bucket, by their keys."""
    return s3._buckets[known_as("DEEPDIVE_BUCKET").pop()]["objects"]


def region():
    return next(iter(lambda_svc._functions.all_items()))[0][1]


def memory():
    most = {}
    with lambda_runtime._lock:
        ids = [worker._proc.pid for worker in workers() if worker._proc]
    for process in ids:
        try:
            with open(f"/proc/{process}/status", encoding="utf-8") as status:
                # None of one that has ended and whose parent was not told yet.
                found = next((line for line in status if line.startswith("VmHWM:")), None)
        except FileNotFoundError:
            continue
        if found:
            most[process] = int(found.split()[1]) * 1024
    return most


def sockets(url, port):
    """Where MiniStack has what `url` names at AWS: `wss://API.execute-api.REGION.amazonaws.com/STAGE`."""
    api, _, stage = url.removeprefix("wss://").partition("/")
    return f"ws://127.0.0.1:{port}/_aws/execute-api/{api.split('.')[0]}/{stage}"


def forget(search):
    """Removes the index, which is made anew by who needs it."""
    try:
        with urllib.request.urlopen(f"{search}/_alias/posts") as answer:
            names = json.load(answer)
    except urllib.error.HTTPError:
        return
    for name in names:
        urllib.request.urlopen(urllib.request.Request(f"{search}/{name}", method="DELETE")).close()


def operator(event):
    _, region, name = next(at for at, _ in lambda_svc._functions.all_items() if "Operator" in at[2])
    # The key that may do anything.
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    answer = boto3.client("lambda", region_name=region, **keys).invoke(FunctionName=name, Payload=json.dumps(event))
    said = json.load(answer["Payload"])
    if "FunctionError" in answer:
        raise RuntimeError(f"the operator's function failed: {said}")
    return said


COMMANDS = {
    "anew": lambda _: anew(),
    "settings": lambda asked: tell(asked["settings"]) or {},
    "stop": lambda _: stop(),
    "operator": operator,
    "logs": lambda _: {"said": "".join(logs.said)},
    "objects": lambda _: {"keys": sorted(objects())},
    "memory": lambda _: memory(),
}


async def answer(path, receive, send):
    """Does what is asked, outside of the loop, which has to answer what it asks for meanwhile."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    try:
        command = COMMANDS[path.removeprefix(PREFIX)]
        status, said = 200, await asyncio.to_thread(command, json.loads(body or b"{}"))
    except Exception as error:
        status, said = 500, {"error": repr(error)}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})
