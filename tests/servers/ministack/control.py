"""What the suites ask of a deployed blog that nobody asks of AWS: to be as new, and to lose all its processes.

The same suites run on one machine, where each has a server over a folder of its own. To deploy a blog for each of them
would take minutes; to make the one that is deployed as new takes a moment.

Requests are POSTs of JSON:

- `/_deepdive/anew {}`: nothing was ever written to the blog, and readers come to it at `http://localhost:PORT`, by
  CloudFront.
- `/_deepdive/settings {"settings": {...}}`: its functions have these variables beside those that the infrastructure gave.
- `/_deepdive/stop {}`: every process of every function ends at once, as when the machines under them are lost.
- `/_deepdive/operator {"command": ...}`: what the operator's function answers.
"""

import asyncio
import json
import os
import threading
import urllib.error
import urllib.request

import boto3
from ministack.core import lambda_runtime
from ministack.services import cloudfront, dynamodb, lambda_svc

PREFIX = "/_deepdive/"
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


def stop():
    """What MiniStack kept for the processes is put away meanwhile: that takes it half a second for each."""
    with lambda_runtime._lock:
        doomed = [worker for pooled in lambda_runtime._workers.values() for worker in pooled]
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
    told.update(settings)
    for name, config in functions().items():
        known = given.setdefault(name, dict(variables(config)))
        config["Environment"] = {"Variables": {**known, **{n: value for n, value in told.items() if n in known}}}
    stop()


def anew():
    if not given:
        told_at_first.update(at_first())
    told.clear()
    tell(told_at_first)
    with dynamodb._lock:
        for _, table in dynamodb._tables.all_items():
            table["items"].clear()
            dynamodb._items_replaced(table)
    for search in {known.get("DEEPDIVE_SEARCH_URL") for known in given.values()} - {None, ""}:
        forget(search)
    return {"url": told["DEEPDIVE_PUBLIC_URL"], "sockets": told["DEEPDIVE_SOCKET_URL"]}


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
