"""The whole product, by raw bytes: nothing is booked that nobody asked for."""

import json
import uuid

import pytest

from tests.support.openapi import document, operations
from tests.support.outside import children_of

from .floods import deaf, memory_mb, watching
from .raw import HALF_CLOSE, chunked, converse, request

pytestmark = pytest.mark.slow
JAVA = (
    "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
)  # fmt: skip
JSON = "Content-Type: application/json"


def send(shop, method, path, *fields, body=b"", steps=()):
    """Send a request with the shop's key; return the answers."""
    wire = request(
        method, path, f"Authorization: Bearer {shop.key}", "Connection: close", *fields, body=body
    )
    return converse(shop.port, wire, *steps).answers


def ask(shop, method, path, content=None):
    """Send what any client would, and return what it says."""
    body = b"" if content is None else json.dumps(content).encode()
    (answer,) = send(shop, method, path, JSON, f"Content-Length: {len(body)}", body=body)
    assert answer.status < 300, answer.body
    return json.loads(answer.body)


def upgrading(shop, path, content):
    """Send it as Java's client does with its first request: asking for HTTP/2."""
    body = json.dumps(content).encode()
    wire = request(
        "POST", path, f"Authorization: Bearer {shop.key}", *JAVA, JSON,
        f"Content-Length: {len(body)}", body=body,
    )  # fmt: skip
    (answer,) = converse(shop.port, wire, answers=1).answers
    return answer.status, json.loads(answer.body)


def bought(shop, amount="100.00"):
    """A purchase of a new member."""
    content = {"member": f"m-{uuid.uuid4()}", "amount": amount, "currency": "USD"}
    return ask(shop, "POST", "/v1/purchases", content)


WRITES = [
    (method.upper(), path)
    for path, method, operation in operations(document())
    if method in {"post", "put", "patch", "delete"}
    # Files are no JSON, and are read by whoever may send them.
    and not path.endswith(("/content", "/picture"))
]


def fill(path):
    """A path with something in the place of its parameters."""
    return "/".join("x" if part.startswith("{") else part for part in path.split("/"))


# -- upgrades ------------------------------------------------------------------------------------


def test_a_refund_by_a_client_that_asks_for_http2_is_as_large_as_it_says(shop):
    purchase = bought(shop)

    status, refund = upgrading(shop, f"/v1/purchases/{purchase['id']}/refunds", {"amount": "5.00"})

    assert (status, refund["amount"]) == (201, "5.00")


def test_a_hold_that_is_captured_in_part_by_such_a_client_is_captured_in_part(shop):
    member = bought(shop)["member_id"]
    (wallet,) = ask(shop, "GET", f"/v1/members/{member}/wallets")["data"]
    hold = ask(shop, "POST", f"/v1/wallets/{wallet['id']}/holds", {"points": 50})

    status, captured = upgrading(shop, f"/v1/holds/{hold['id']}/capture", {"points": 10})

    assert (status, captured["captured"]) == (200, 10)


@pytest.mark.parametrize("announced", ["length", "chunks"])
def test_every_write_sees_the_body_of_a_client_that_asks_for_http2(shop, announced):
    deaf = []
    for method, path in WRITES:
        body = b'{"cut'
        size = "Transfer-Encoding: chunked" if announced == "chunks" else "Content-Length: 5"
        wire = request(method, fill(path), *JAVA, JSON, size)
        wire += chunked(body) if announced == "chunks" else body
        answers = converse(shop.port, wire + request("GET", "/healthz", "Connection: close"))
        first = json.loads(answers.answers[0].body)
        if first.get("code") != "unreadable_body":
            deaf.append((method, path, first.get("code")))

    assert len(WRITES) > 50
    assert deaf == []


# -- bodies that do not arrive -------------------------------------------------------------------


def test_a_body_that_does_not_arrive_is_refused_by_every_write(shop):
    taken = []
    for method, path in WRITES:
        wire = request(
            method, fill(path), f"Authorization: Bearer {shop.key}", JSON, "Content-Length: 100",
            body=b"{}",
        )  # fmt: skip
        found = [each.status for each in converse(shop.port, wire, HALF_CLOSE).answers]
        if found != [400]:
            taken.append((method, path, found))

    assert taken == []


@pytest.mark.parametrize(
    ("sizes", "body"),
    [("Content-Length: 100", b'{"amount":"5.00"}'), ("Content-Length: 17", b'{"amount":"5.00"'),
     ("Transfer-Encoding: chunked", b'11\r\n{"amount":"5.00"}\r\n'),
     ("Transfer-Encoding: chunked", b'11\r\n{"amount":"5.00"}\r\nx\r\n'),
     ("Transfer-Encoding: chunked", b'10\r\n{"amount":"5.00"}\r\n0\r\n\r\n')],
)  # fmt: skip
def test_a_refund_whose_body_was_cut_books_nothing(shop, sizes, body):
    purchase = bought(shop)
    path = f"/v1/purchases/{purchase['id']}/refunds"

    (answer,) = send(shop, "POST", path, JSON, sizes, body=body, steps=(HALF_CLOSE,))

    after = ask(shop, "GET", f"/v1/purchases/{purchase['id']}")
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "incomplete_body")
    assert after["refunds"] == []


# -- fields that nobody sent in the head ---------------------------------------------------------


@pytest.mark.parametrize("pause", [0, 0.3])
def test_trailers_are_no_headers(shop, pause):
    content = {"member": "trailers", "amount": "1.00", "currency": "USD"}
    body = json.dumps(content).encode()
    said = (
        "Idempotency-Key: from-trailer\r\nX-Request-Id: from-trailer\r\n"
        "X-Forwarded-For: 203.0.113.9\r\n"
    )
    wire = chunked(body, trailers=said)
    cut = wire.index(b"0\r\nIdem")
    headers = (JSON, "Transfer-Encoding: chunked")

    first = send(shop, "POST", "/v1/purchases", *headers, steps=(wire[:cut], pause, wire[cut:]))
    second = send(shop, "POST", "/v1/purchases", *headers, steps=(wire[:cut], pause, wire[cut:]))

    assert [each.status for each in (*first, *second)] == [201, 201]
    assert json.loads(first[0].body)["id"] != json.loads(second[0].body)["id"]
    assert "idempotent-replayed" not in second[0].headers
    assert first[0].headers["x-request-id"] != "from-trailer"


def test_a_key_in_a_trailer_lets_nobody_in(shop):
    wire = request("POST", "/v1/purchases", JSON, "Transfer-Encoding: chunked")
    wire += chunked(b"{}", trailers=f"Authorization: Bearer {shop.key}\r\n")

    (answer,) = converse(shop.port, wire, answers=1).answers

    assert answer.status == 401


@pytest.mark.parametrize("name", ["Idempotency-Key", "Content-Type", "X-Request-Id", "Host"])
def test_a_header_that_comes_twice_is_refused(shop, name):
    content = b'{"member": "twice", "amount": "1.00", "currency": "USD"}'
    fields = [f"{name}: other"] if name == "Host" else [f"{name}: a"] * 2

    (answer,) = send(
        shop, "POST", "/v1/purchases", *fields, f"Content-Length: {len(content)}", body=content
    )

    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "repeated_header"


def test_a_second_authorization_does_not_switch_the_limit_off(shop):
    hidden = [f"Authorization: Bearer other{number}" for number in range(5)]

    codes = {send(shop, "GET", "/v1/members", each)[0].status for each in hidden}

    assert codes == {401}


# -- paths and manners ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/v1/members/", "/healthz/", "//v1/members", "/v1/members/?a=b"])
def test_a_slash_too_many_leads_nowhere_and_is_not_redirected(shop, path):
    (answer,) = send(shop, "GET", path, "X-Forwarded-Host: evil.example")

    assert answer.status == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_may_ask_with_head(shop, path):
    asked = request("HEAD", path, "Connection: close")

    heard = converse(shop.port, asked, bodiless=True)

    (answer,) = heard.answers

    assert answer.status == 200
    assert heard.rest == b""


def test_what_is_pipelined_is_answered_in_turn(shop):
    bodies = [
        json.dumps({"member": "pipe", "amount": f"{number}.00", "currency": "USD"}).encode()
        for number in range(1, 21)
    ]
    wire = b"".join(
        request("POST", "/v1/purchases", f"Authorization: Bearer {shop.key}", JSON,
                f"Content-Length: {len(body)}", body=body)
        for body in bodies
    )  # fmt: skip

    answers = converse(shop.port, wire, answers=20).answers

    assert [each.status for each in answers] == [201] * 20
    assert [json.loads(each.body)["amount"] for each in answers] == [
        f"{number}.00" for number in range(1, 21)
    ]


# -- answers that nobody reads -------------------------------------------------------------------


def test_large_answers_that_nobody_reads_cost_neither_memory_nor_time(shop):
    whole = ask(shop, "GET", "/openapi.json")  # It is written now.
    pids = [shop.process.pid, *children_of(shop.process.pid)]
    before = memory_mb(*pids)

    with watching(shop.port) as watch:
        lines = [deaf(shop.port, "/openapi.json") for _ in range(200)]
        again = ask(shop, "GET", "/openapi.json")
        held = memory_mb(*pids)
    for line in lines:
        line.close()

    assert again == whole
    assert held - before < 80
    assert watch.failed == 0
    assert watch.worst < 1
