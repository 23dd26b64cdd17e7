"""A service that decides: `pip install modengine fastapi uvicorn`, then `uvicorn fastapi_app:app`.

curl -s localhost:8000/decide -H 'Content-Type: application/json' -d '{"text": "兼职日结，加微信 abc123"}'
"""

from __future__ import annotations

import msgspec
from fastapi import FastAPI, Request, Response

import modengine

app = FastAPI(title="modengine")
engine = modengine.load()
"""Compiled once; any number of threads share it."""


@app.post("/decide")
async def decide(request: Request) -> Response:
    """The decision on a message in the body; 422 with the reason for what is none."""
    try:
        message = msgspec.json.decode(await request.body(), type=modengine.Message)
        decision = engine.decide(message, ignore_scope=True)
    except (msgspec.DecodeError, modengine.MessageError) as error:
        return Response(msgspec.json.encode({"error": str(error)}), 422, media_type="application/json")
    return Response(msgspec.json.encode(decision, enc_hook=list), media_type="application/json")
