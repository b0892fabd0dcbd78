"""Requests that a server may misread, and what it must make of each.

A case is wrong when the application sees what nobody sent: a body that is cut or missing, a field
that came in a trailer, a second request hidden in the first. An outright refusal (4xx, 501, 505, or
the end of the connection) is right for whatever is malformed.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .raw import HALF_CLOSE, Heard, Step, chunked, request

Verdict = str | None
"""What is wrong, None when nothing is."""
REFUSALS = {*range(400, 500), 501, 505}
TWELVE = b"twelve bytes"
CL = "Content-Length: 12"
TE = "Transfer-Encoding: chunked"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: laurels.test\r\n\r\n"


@dataclass(frozen=True)
class Case:
    """Bytes, and the judgement on what came of them."""

    name: str
    steps: tuple[Step, ...]
    judge: Callable[[Heard], Verdict]


def refused(heard: Heard) -> Verdict:
    """Nothing of it may reach the application."""
    if heard.seen:
        return f"was taken: {heard.seen[0]}"
    if not heard.statuses and not heard.closed:
        return "no answer, and the connection stays open"
    if any(status not in REFUSALS for status in heard.statuses):
        return f"answered {heard.statuses}"
    return None


def whole(body: bytes = TWELVE, path: str = "/echo") -> Callable[[Heard], Verdict]:
    """It is one request with this body, or none at all."""

    def judge(heard: Heard) -> Verdict:
        if not heard.seen:
            return refused(heard)
        first = heard.seen[0]
        if first["body"].encode("latin-1") != body:
            return f"the body is {first['body']!r}"
        if first["path"] != path:
            return f"the path is {first['path']!r}"
        if len(heard.seen) > 1:
            return f"a second request was seen: {heard.seen[1]}"
        return None

    return judge


def taken(body: bytes = TWELVE, path: str = "/echo") -> Callable[[Heard], Verdict]:
    """It is right as it stands and must be answered."""

    def judge(heard: Heard) -> Verdict:
        return whole(body, path)(heard) if heard.seen else f"answered {heard.statuses}"

    return judge


def without(*names: str) -> Callable[[Heard], Verdict]:
    """None of these came in the head, so the application must not see one."""

    def judge(heard: Heard) -> Verdict:
        if not heard.seen:
            return refused(heard)
        found = {name for name, _ in heard.seen[0]["headers"]} & set(names)
        return f"trailers became headers: {sorted(found)}" if found else None

    return judge


def in_turn(count: int) -> Callable[[Heard], Verdict]:
    """So many pipelined requests are answered in their order."""

    def judge(heard: Heard) -> Verdict:
        bodies = [int(each["body"]) for each in heard.seen]
        return None if bodies == list(range(count)) else f"answered {bodies}"

    return judge


def never_whole(heard: Heard) -> Verdict:
    """The body never ended, so no application may think that it did."""
    return f"a cut body was taken: {heard.seen[0]['body']!r}" if heard.seen else None


def post(*fields: str, body: bytes = TWELVE) -> bytes:
    """A POST with these header lines."""
    return request("POST", "/echo", *fields, body=body)


def get(*fields: str, path: str = "/echo", version: str = "HTTP/1.1") -> bytes:
    """A GET with these header lines."""
    return request("GET", path, *fields, version=version)


def _upgrades() -> list[Case]:
    settings = "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"
    java = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", settings)
    websocket = (
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )  # fmt: skip
    shapes = {
        "h2c, as Java asks": java,
        "to an unknown protocol": ("Connection: Upgrade", "Upgrade: x"),
        "to a websocket": websocket,
        "TLS": ("Connection: upgrade", "Upgrade: TLS/1.0"),
        "without Connection": ("Upgrade: h2c",),
        "Connection without Upgrade": ("Connection: Upgrade",),
    }
    found = []
    for name, fields in shapes.items():
        found += [
            Case(f"upgrade {name}, with a body", (post(*fields, CL),), taken()),
            Case(
                f"upgrade {name}, chunked", (post(*fields, TE, body=chunked(TWELVE)),), taken()
            ),
            Case(
                f"upgrade {name}, body in a second packet",
                (post(*fields, CL, body=b""), 0.1, TWELVE), taken(),
            ),
            Case(f"upgrade {name}, no body", (get(*fields),), taken(b"")),
        ]  # fmt: skip
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    found.append(Case("HTTP/2 by prior knowledge", (preface,), never_taken_as_request))
    found.append(Case("CONNECT", (request("CONNECT", "other.test:443"),), refused_or_seen_as_such))
    return found


def never_taken_as_request(heard: Heard) -> Verdict:
    """What speaks another protocol is no request."""
    return f"was taken: {heard.seen[0]}" if heard.seen else None


def refused_or_seen_as_such(heard: Heard) -> Verdict:
    """The application may see CONNECT and say that it knows no such method."""
    return None if not heard.seen or heard.seen[0]["method"] == "CONNECT" else "was misread"


def _short() -> list[Case]:
    begun = post("Content-Length: 100")
    half_chunk = post(TE, body=b"64\r\n" + TWELVE)
    return [
        Case(
            "shorter than Content-Length, then half-closed", (begun, 0.1, HALF_CLOSE), never_whole
        ),
        Case("chunk cut, then half-closed", (half_chunk, 0.1, HALF_CLOSE), never_whole),
        Case(
            "no last chunk, then half-closed",
            (post(TE, body=b"c\r\n" + TWELVE + b"\r\n"), 0.1, HALF_CLOSE), never_whole,
        ),
        Case("head cut, then half-closed", (b"POST /echo HTT", 0.1, HALF_CLOSE), never_whole),
    ]  # fmt: skip


def _trailers() -> list[Case]:
    names = ("Authorization", "Idempotency-Key", "X-Request-Id", "X-Forwarded-For")
    found = []
    for name in names:
        wire = chunked(TWELVE, trailers=f"{name}: from-trailer\r\n")
        last = wire.index(b"0\r\n" + name.encode())
        head = post(TE, f"Trailer: {name}", body=b"")
        judge = without(name.lower())
        found += [
            Case(f"{name} in a trailer", (head + wire,), judge),
            Case(f"{name} in a late trailer", (head + wire[:last], 0.2, wire[last:]), judge),
        ]
    late = request("POST", "/late", TE)
    wire = chunked(TWELVE, trailers="Host: other\r\nContent-Length: 3\r\n")
    found.append(Case("Host in a trailer", (late + wire,), single("host", "laurels.test")))
    return found


def single(name: str, value: str) -> Callable[[Heard], Verdict]:
    """The application sees this field once, with this value."""

    def judge(heard: Heard) -> Verdict:
        if not heard.seen:
            return refused(heard)
        found = [told for known, told in heard.seen[0]["headers"] if known == name]
        return None if found == [value] else f"{name} is {found}"

    return judge


def _lengths() -> list[Case]:
    wrong = (
        "+12", "-12", "1 2", "0xc", "12;", "12, 13", "twelve", "99999999999999999999999", "12.0",
        "1e1", "\u00b2", "12\x0b",
    )  # fmt: skip
    found = [
        Case(f"Content-Length: {value!r}", (post(f"Content-Length: {value}"),), refused)
        for value in wrong
    ]
    found += [
        Case("Content-Length without a value", (post("Content-Length: "),), refused),
        Case("Content-Length twice, different", (post(CL, "Content-Length: 5"),), refused),
        Case("Content-Length twice, the same", (post(CL, CL),), whole()),
        Case(
            "Content-Length and chunked",
            (post("Content-Length: 4", TE, body=chunked(TWELVE) + HIDDEN),), not_smuggled,
        ),
        Case(
            "chunked and Content-Length",
            (post(TE, "Content-Length: 4", body=chunked(TWELVE) + HIDDEN),), not_smuggled,
        ),
        Case("Content-Length of 0, bytes behind it", (post("Content-Length: 0", body=HIDDEN),),
             two_requests),
        Case("GET with a body", (request("GET", "/echo", CL, body=TWELVE),), whole()),
    ]  # fmt: skip
    return found


def not_smuggled(heard: Heard) -> Verdict:
    """Where two lengths disagree, nothing that follows may be taken for a request."""
    if not heard.seen:
        return refused(heard)
    if heard.seen[0]["body"] != TWELVE.decode():
        return f"the body is {heard.seen[0]['body']!r}"
    if len(heard.seen) > 1:
        return "what follows was taken for a request, and the connection goes on"
    return None


def two_requests(heard: Heard) -> Verdict:
    """An empty request and the one behind it."""
    paths = [each["path"] for each in heard.seen]
    return None if paths == ["/echo", "/hidden"] else f"saw {paths}"


def _encodings() -> list[Case]:
    wrong = (
        "chunked, identity", "identity, chunked", "xchunked", "chunked, chunked", "gzip",
        "gzip, chunked", "chunked;q=1", '"chunked"', "chun ked", "\x0bchunked", "chunked\x00",
    )  # fmt: skip
    found = [
        Case(
            f"Transfer-Encoding: {value!r}",
            (post(f"Transfer-Encoding: {value}", body=chunked(TWELVE)),), refused_or_raw,
        )
        for value in wrong
    ]  # fmt: skip
    sizes = {
        "0xc": b"0xc", "+c": b"+c", "-c": b"-c", "space before": b" c", "underscore": b"1_0",
        "too large": b"fffffffffffffffff", "none": b"", "not hexadecimal": b"g",
        "null byte": b"c\x00", "minus none": b"-0",
    }  # fmt: skip
    for name, size in sizes.items():
        wire = size + b"\r\n" + TWELVE + b"\r\n0\r\n\r\n"
        found.append(Case(f"chunk size, {name}", (post(TE, body=wire),), refused))
    more = {
        "with leading zeros": (b"000c\r\n" + TWELVE + b"\r\n0\r\n\r\n", whole()),
        "in upper case": (b"C\r\n" + TWELVE + b"\r\n0\r\n\r\n", taken()),
        "with an extension": (b"c;a=b\r\n" + TWELVE + b"\r\n0\r\n\r\n", whole()),
        "ended by a bare LF": (b"c\n" + TWELVE + b"\r\n0\r\n\r\n", whole()),
        "extension with a bare LF": (b"c;a\nb\r\n" + TWELVE + b"\r\n0\r\n\r\n", whole()),
        "data longer than its size": (b"5\r\n" + TWELVE + b"\r\n0\r\n\r\n", refused),
        "data without its CRLF": (b"c\r\n" + TWELVE + b"0\r\n\r\n", refused),
        "zero at once": (b"0\r\n\r\n", taken(b"")),
        "one byte each": (chunked(*(TWELVE[at : at + 1] for at in range(12))), taken()),
        "extension of 64 KB": (b"c;" + b"a" * 65536 + b"\r\n" + TWELVE + b"\r\n0\r\n\r\n", whole()),
    }
    for name, (wire, judge) in more.items():
        found.append(Case(f"chunk {name}", (post(TE, body=wire),), judge))
    old = request("POST", "/echo", TE, body=chunked(TWELVE) + HIDDEN, version="HTTP/1.0")
    found.append(Case("chunked in HTTP/1.0", (old,), not_smuggled))
    return found


def refused_or_raw(heard: Heard) -> Verdict:
    """An encoding that is unknown is refused; never is the body cut or left out."""
    if not heard.seen:
        return refused(heard)
    if heard.seen[0]["body"] != TWELVE.decode():
        return f"the body is {heard.seen[0]['body']!r}"
    return None


def _heads() -> list[Case]:
    bad = {
        "folded line": post("X-A: b\r\n c", CL),
        "space before the colon": post("Content-Length : 12"),
        "space before the first field": b"POST /echo HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n",
        "no colon": post("nothing", CL),
        "empty name": post(": value", CL),
        "null byte in a value": post("X-A: b\x00c", CL),
        "null byte in a name": post("X\x00A: b", CL),
        "control character in a value": post("X-A: b\x01c", CL),
        "bare CR in a value": post("X-A: b\rContent-Length: 3", CL),
        "character outside of ASCII in a name": post("X-\xe4: b", CL),
        "null byte in the target": get(path="/ec\x00ho"),
        "space in the target": get(path="/ec ho"),
        "control character in the method": b"G\x01T /echo HTTP/1.1\r\nHost: a\r\n\r\n",
        "no target": b"GET HTTP/1.1\r\nHost: a\r\n\r\n",
        "HTTP/0.9": b"GET /echo\r\n\r\n",
        "HTTP/2.0": get(version="HTTP/2.0"),
        "HTTP/11": get(version="HTTP/11"),
        "http/1.1": get(version="http/1.1"),
        "no Host": b"GET /echo HTTP/1.1\r\n\r\n",
        "Host twice": get("Host: other.test"),
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        "noise": bytes(range(128, 256)) + b"\r\n\r\n",
    }
    lenient = {
        "folded line", "control character in a value", "bare CR in a value", "no Host",
        "Host twice", "character outside of ASCII in a name", "null byte in a value",
    }  # fmt: skip
    found = []
    for name, wire in bad.items():
        body = b"" if wire.startswith(b"GET") else TWELVE
        judge = whole(body) if name in lenient else refused
        found.append(Case(name, (wire,), judge))
    hidden = HIDDEN.replace(b"\r\n", b"\n")
    return [
        *found,
        Case("bare LF at the ends of lines", (post(CL).replace(b"\r\n", b"\n"),), whole()),
        Case("bare LF hides a request", (post(CL, "X-A: b\n\n" + hidden.decode()),), one_request),
        Case("Authorization twice", (get("Authorization: a", "Authorization: b"),), whole(b"")),
    ]


def one_request(heard: Heard) -> Verdict:
    """What stands inside a head is no request."""
    hidden = [each for each in heard.seen if each["path"] == "/hidden"]
    return "a hidden request was seen" if hidden else None


def _manners() -> list[Case]:
    expecting = post("Expect: 100-continue", CL, body=b"")
    numbered = [b"%d" % number for number in range(40)]
    pipe = [post(f"Content-Length: {len(each)}", body=each) for each in numbered]
    return [
        Case("HTTP/1.0", (request("POST", "/echo", CL, body=TWELVE, version="HTTP/1.0"),), taken()),
        Case("HTTP/1.0 without Host", (b"GET /echo HTTP/1.0\r\n\r\n",), taken(b"")),
        Case("absolute target", (get(path="http://other.test/echo"),), whole(b"")),
        Case("target with a null byte, encoded", (get(path="/ec%00ho"),), whole(b"", "/ec\x00ho")),
        Case("target, no UTF-8", (get(path="/ec%ff%feho"),), whole(b"", "/ec\ufffd\ufffdho")),
        Case("raw UTF-8 in the target", (get(path="/caf\xc3\xa9"),), whole(b"", "/caf\xe9")),
        Case("Expect: 100-continue", (expecting, 0.2, TWELVE), goes_on),
        Case("Expect: 100-continue, body at once", (expecting + TWELVE,), taken()),
        Case("Expect: something else", (post("Expect: tea", CL),), whole()),
        Case("two requests at once", (b"".join(pipe[:2]),), in_turn(2)),
        Case("forty requests at once", (b"".join(pipe),), in_turn(40)),
        Case("byte by byte", tuple(each for byte in post(CL) for each in (bytes([byte]), 0.001)),
             taken()),
        Case("blank lines first", (b"\r\n\r\n" + post(CL),), whole()),
    ]  # fmt: skip


def goes_on(heard: Heard) -> Verdict:
    """The server says 100, then the body is taken."""
    statuses = [each.status for each in heard.answers]
    if statuses != [100, 200]:
        return f"answered {statuses}"
    return taken()(heard)


CASES = [
    *_upgrades(), *_short(), *_trailers(), *_lengths(), *_encodings(), *_heads(), *_manners(),
]  # fmt: skip
