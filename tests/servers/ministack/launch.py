"""Starts MiniStack, with what API Gateway does and it does not.

A gap is bridged by taking the place of a function of its own: a name that is gone ends this with its name, so that
nothing is tested which is not there.
"""

import contextvars

import ministack.app
import ministack.services.apigateway as gateway

# API Gateway names the subprotocol that the function of $connect answers. MiniStack names none.
chosen = contextvars.ContextVar("chosen", default=None)
answer_route, serve = gateway._invoke_ws_lambda, ministack.app.app


async def answer_and_note(*arguments, **named):
    answer = await answer_route(*arguments, **named)
    headers = (answer or {}).get("headers") or {}
    for name, value in headers.items():
        if name.lower() == "sec-websocket-protocol":
            chosen.set(value)
    return answer


async def serve_and_name(scope, receive, send):
    async def named(message):
        protocol = chosen.get()
        if message["type"] == "websocket.accept" and protocol in scope.get("subprotocols", []):
            message = {**message, "subprotocol": protocol}
        await send(message)

    await serve(scope, receive, named if scope["type"] == "websocket" else send)


gateway._invoke_ws_lambda = answer_and_note
ministack.app.app = serve_and_name

ministack.app.main()
