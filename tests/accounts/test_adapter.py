import pytest
from cryptography.fernet import InvalidToken

from foundation.accounts.adapter import AccountAdapter, MFAAdapter


def test_limits_count_a_hash_of_the_address(rf):
    request = rf.get("/", REMOTE_ADDR="192.0.2.7")

    assert "192.0.2.7" not in AccountAdapter(request).get_client_ip(request)


def test_neighbours_in_one_ipv6_network_are_counted_together(rf):
    one = rf.get("/", REMOTE_ADDR="2001:db8::1")
    other = rf.get("/", REMOTE_ADDR="2001:db8::2")

    adapter = AccountAdapter(one)

    assert adapter.get_client_ip(one) == adapter.get_client_ip(other)


def test_agent_is_not_kept(rf):
    request = rf.get("/", headers={"user-agent": "Lynx"})

    assert AccountAdapter(request).get_http_user_agent(request) == ""


def test_secret_opens_with_the_key_it_was_locked_with():
    adapter = MFAAdapter()

    assert adapter.decrypt(adapter.encrypt("Құпия")) == "Құпия"


def test_secret_does_not_open_with_another_key(settings):
    locked = MFAAdapter().encrypt("secret")
    settings.SECRET_KEY = "another"

    with pytest.raises(InvalidToken):
        MFAAdapter().decrypt(locked)


def test_secret_opens_after_the_key_was_renewed(settings):
    locked = MFAAdapter().encrypt("secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"

    assert MFAAdapter().decrypt(locked) == "secret"
