"""Signatures, addresses and verdicts: pure, by tables of examples."""

import ipaddress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from laurels.events import addresses, signing
from laurels.events.providers import DELAYS_SECONDS
from laurels.events.sending import outcome_of, seconds_to_wait
from laurels.kit.crypto import SecretUnreadable, Vault
from laurels.kit.errors import Invalid
from laurels.outbound import Retry
from laurels.outbound.protocol import next_state

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY_A = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
KEY_B = "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI="


def test_the_vector_of_the_specification():
    # From the tests of the reference library (standard-webhooks/standard-webhooks, MIT).
    signature = signing.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_recipe_verifies_what_the_specification_signs():
    page = (Path(__file__).parents[2] / "docs/recipes/receive-webhooks.md").read_text()
    scope: dict = {}
    exec(page.split("```python\n")[1].split("```")[0], scope)
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    assert scope["is_genuine"](secret, headers, b'{"test": 2432232314}')
    assert not scope["is_genuine"](secret, headers, b'{"test": 2432232315}')


def test_two_secrets_make_two_signatures():
    first, second = signing.new_secret(), signing.new_secret()

    found = signing.headers([first, second], message_id="evt_1", timestamp=1, body=b"{}")

    assert found["webhook-signature"] == " ".join(
        signing.sign(secret, message_id="evt_1", timestamp=1, body=b"{}")
        for secret in (first, second)
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/", "https://"),
        ("ftp://example.com/", "not a URL"),
        ("https:///nothing", "not a URL"),
        ("https://example.com:99999/", "not a URL"),
        ("https://user:word@example.com/", "user or password"),
        ("https://example.com/#there", "fragment"),
        ("https://exämple.com/", "percent-encode"),
        ("https://127.0.0.1/", "private"),
        ("https://10.1.2.3/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://localhost/", "private"),
        ("https://db.internal/", "private"),
    ],
)
def test_where_webhooks_may_not_go(url, said):
    with pytest.raises(Invalid, match=said):
        addresses.check_url(url, allow_private=False)


def test_where_webhooks_may_go():
    assert addresses.check_url("https://example.com:8443/a?b=c", allow_private=False)
    assert addresses.check_url("http://127.0.0.1:1234/", allow_private=True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("fd00::1", False),
        ("fe80::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fec0::1", False),
        ("feff:ffff::1", False),
        ("168.63.129.16", False),
        ("168.63.129.17", True),
        ("::ffff:168.63.129.16", False),
        ("64:ff9b::a83f:8110", False),
        ("64:ff9b:1::808:808", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
        ("100::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("2001:2::1", False),
        ("::7f00:1", False),
        ("2606:2800:220:1:0:5efe:7f00:1", False),
        ("2606:2800:220:1:200:5efe:a00:1", False),
        ("2606:2800:220:1:0:5efe:808:808", True),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("198.18.0.1", False),
        ("203.0.113.1", False),
        ("ff0e::1", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert addresses.is_public(ipaddress.ip_address(address)) is public


async def test_a_name_that_leads_inside_is_refused():
    with pytest.raises(addresses.AddressRefused):
        await addresses.resolve("localhost", 443, allow_private=False)

    assert await addresses.resolve("localhost", 443, allow_private=True) in {"127.0.0.1", "::1"}


def judged(outcome, failures=0):
    """The state and the wait that follow."""
    return next_state(outcome, failures=failures, delays=DELAYS_SECONDS, chance=0.5)


@pytest.mark.parametrize(
    ("given", "failures", "state"),
    [
        (outcome_of(200), 0, "sent"),
        (outcome_of(204), 9, "sent"),
        (outcome_of(410), 0, "stopped"),
        (outcome_of(301), 0, "waiting"),
        (outcome_of(404), 3, "waiting"),
        (outcome_of(500), 8, "waiting"),
        (outcome_of(500), 9, "dead"),
        (Retry(error="no answer"), 9, "dead"),
    ],
)
def test_what_is_made_of_an_answer(given, failures, state):
    assert judged(given, failures)[0] == state


def test_delays_grow_over_three_days():
    waits = [judged(outcome_of(500), n)[1] for n in range(len(DELAYS_SECONDS))]

    assert waits == sorted(waits)
    assert 3 * 86_400 <= sum(waits) < 4 * 86_400


def test_retry_after_lengthens_a_delay_and_never_shortens_it():
    assert judged(outcome_of(503, "", 100.0), 0)[1] == 100
    assert judged(outcome_of(503, "", 1.0), 1)[1] == 300
    assert judged(outcome_of(503, "", 1e12), 0)[1] == 86_400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("-5", None),
        ("99999999", 86_400.0),
        ("9" * 400, None),
        ("Fri, 27 Nov 2026 12:00:00 +99999999999999", None),
        ("Mon, 02 Mar 2099 12:01:00 GMT", 86_400.0),
        ("inf", None),
        ("\u0663", None),
        ("Mon, 02 Mar 2026 12:01:00 GMT", 60.0),
        ("soon", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text, seconds):
    assert seconds_to_wait(text, NOW) == seconds


def test_a_vault_reads_what_an_older_key_wrote():
    old = Vault(KEY_A).encrypt("whsec_x")

    assert Vault(f"{KEY_B}, {KEY_A}").decrypt(old) == "whsec_x"
    with pytest.raises(SecretUnreadable):
        Vault(KEY_B).decrypt(old)
    with pytest.raises(ValueError, match="openssl"):
        Vault("too short")
