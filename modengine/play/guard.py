"""Who may ask: the Host and Origin of the page itself, and with `--host` the token of the run."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from starlette.requests import Request

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""On every answer.  No script, style, picture or font comes from elsewhere, and none stands in the page."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _token() -> str:
    return secrets.token_urlsafe(18)


def _code() -> str:
    """Eight characters that nobody confuses on a blackboard: 40 bits, for the hour that a class lasts."""
    return "".join(secrets.choice("23456789abcdefghjkmnpqrstuvwxyz") for _ in range(8))


@dataclass(frozen=True, slots=True)
class Door:
    """How the page may be reached in this run."""

    hosts: frozenset[str] = LOOPBACK
    """Names and addresses in the Host header; against a strange name that leads here (DNS rebinding)."""
    open: bool = False
    """Whether others than this machine reach it, so that a token is asked for."""
    student: str = field(default_factory=_code)
    """Short, for students type it."""
    teacher: str = field(default_factory=_token)

    def outside(self) -> str:
        """The name or address by which other machines reach the page, numbers first; empty where none do."""
        others = self.hosts - LOOPBACK if self.open else ()
        return min(others, key=lambda name: (not name[:1].isdigit(), name.startswith("127."), name), default="")

    def refuses(self, request: Request) -> str:
        """Why a request is refused; empty where it is not."""
        host = request.headers.get("host", "")
        if _name(host) not in self.hosts:
            return "this page is not served under that name"
        origin = request.headers.get("origin")
        if origin is not None and origin != f"{request.url.scheme}://{host}":
            return "the request comes from another page"
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "the request comes from another page"
        if not request.url.path.startswith("/api/") or not self.open or self._is(request, self.student):
            return ""
        return "" if self.is_teacher(request) else "write the code of the class, or open the link that you were given"

    def is_teacher(self, request: Request) -> bool:
        """Whether the request comes from the window of whoever started the page."""
        return not self.open or self._is(request, self.teacher)

    def _is(self, request: Request, token: str) -> bool:
        given = request.headers.get("x-modengine-token", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def _name(host: str) -> str:
    """The Host header without its port, in lower case."""
    end = host.rfind(":")
    return (host[:end] if end > host.rfind("]") else host).lower()
