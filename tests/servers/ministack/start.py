"""Starts MiniStack, and mends where it is not as AWS is.

Each mend says what it stands on, and nothing starts when that has another form than in the version that is pinned.
What takes more than a few lines is in a file of its own: how the table's stream is read (`streams.py`), rows expire
(`expiry.py`) and how much is read and written at once (`sizes.py`), how a user pool takes over whom it does not have
(`pool.py`), what functions log (`logs.py`) and what fails with one of their environments (`environments.py`), what is
not waited for (`pace.py`), and who stands in for Polly (`polly.py`) and for a model of Bedrock (`bedrock.py`).
"""

import contextvars
import re

from ministack import app
from ministack.core import iam_evaluator
from ministack.services import apigateway, cloudfront

import bedrock
import control
import environments
import expiry
import pace
import polly
import pool
import sizes
import streams
from mending import mended


@mended(iam_evaluator, "_resolve_condition_key", ["key", "ctx"])
def encrypted(original, key, ctx):
    """On one machine nothing is encrypted. Buckets and queues that ask for it get what they ask for."""
    return "true" if key.lower() == "aws:securetransport" else original(key, ctx)


@mended(cloudfront, "handle_viewer_request", ["dist", "method", "path", "raw_uri", "raw_query_string", "headers"])
async def encrypted_viewer(original, dist, method, path, raw_uri, raw_query_string, headers, *rest, **named):
    """As above, for visitors."""
    headers = {**headers, "x-forwarded-proto": "https"}
    return await original(dist, method, path, raw_uri, raw_query_string, headers, *rest, **named)


API = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com$")
FETCH = ["origin", "method", "uri", "query_string", "headers", "body", "viewer_is_https", "client_ip", "viewer_xff"]


@mended(cloudfront, "_fetch_from_origin", FETCH)
async def from_api(original, origin, method, uri, query, headers, body, https, client, forwarded, *rest, **named):
    """CloudFront calls no API of API Gateway here. It does at AWS: as a client like any other, by the API's name."""
    api = API.match(origin["domain_name"])
    if not api:
        return await original(origin, method, uri, query, headers, body, https, client, forwarded, *rest, **named)
    sent = cloudfront._origin_request_headers(origin, headers, client, forwarded)
    path = f"/_aws/execute-api/{api[1]}/$default{uri}"
    status, answered, content = await app._handle_execute_api_request(
        "localhost", cloudfront.unquote(path), method, {name.lower(): value for name, value in sent.items()},
        body or b"", cloudfront.parse_qs(query, keep_blank_values=True), raw_path=path, raw_query_string=query,
    )
    pairs = [(name, one) for name, value in answered.items() for one in (value if isinstance(value, list) else [value])]
    return status, "", cloudfront._multidict_from_pairs(pairs), content


# What the function of $connect chose, and what it answered when it refused, of the handshake that is being answered.
subprotocol = contextvars.ContextVar("subprotocol", default=None)
refusal = contextvars.ContextVar("refusal", default=None)
ROUTE = ["api_id", "account_id", "region", "route", "stage", "connection_id", "event_type"]


@mended(apigateway, "_invoke_ws_lambda", ROUTE)
async def noted(original, *args, **named):
    """API Gateway names the subprotocol that the function of $connect answers with, and refuses with its status. Here
    nobody is named one, and each is refused with 403."""
    answer = await original(*args, **named)
    for name, value in ((answer or {}).get("headers") or {}).items():
        if name.lower() == "sec-websocket-protocol":
            subprotocol.set(value)
    welcome = 200 <= int((answer or {}).get("statusCode", 200)) < 300
    if args[ROUTE.index("event_type")] == "CONNECT" and not welcome:
        refusal.set(answer)
    return answer


@mended(app, "app", ["scope", "receive", "send"])
async def naming(original, scope, receive, send):
    """As above: where the handshake is answered. And what is no part of AWS: `control`, and a name by which browsers
    of this machine come to CloudFront."""
    if scope["type"] == "http":
        if scope["path"].startswith(control.PREFIX):
            return await control.answer(scope["path"], receive, send)
        scope = at_the_edge(scope)

    async def named(message):
        chosen, refused = subprotocol.get(), refusal.get()
        if refused:
            start = {"type": "websocket.http.response.start", "status": int(refused["statusCode"]), "headers": []}
            await send(start)
            body = str(refused.get("body") or "").encode()
            return await send({"type": "websocket.http.response.body", "body": body})
        if message["type"] == "websocket.accept" and chosen in scope.get("subprotocols", []):
            message = {**message, "subprotocol": chosen}
        await send(message)

    await original(scope, receive, named if scope["type"] == "websocket" else send)


def at_the_edge(scope):
    """What a browser asks of `localhost` goes to the blog's distribution."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if not hosts or not hosts[0].startswith(b"localhost:") or scope["path"].startswith(("/_aws/", "/_ministack/")):
        return scope
    edge = control.distribution()
    if edge is None:
        return scope
    headers = [(name, edge.encode() if name == b"host" else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}


for part in (bedrock, environments, expiry, pace, polly, pool, sizes, streams):
    part.install()
app.main()
