from typing import cast

import pytest

from bot.channels.client import WeComClient
from bot.channels.outcomes import Outcome, Retry, Sent
from bot.channels.source import Sources, from_anywhere


class Told:
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    async def get(self, path: str) -> Outcome:
        assert path == "getcallbackip"
        return self.outcome


def client(outcome: Outcome) -> WeComClient:
    return cast(WeComClient, Told(outcome))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("203.0.113.7", True), ("::ffff:203.0.113.7", True), ("198.51.100.1", False), ("", False), ("unix", False)],
)
def test_only_the_set_networks_may_call(address: str, allowed: bool) -> None:
    assert Sources(["203.0.113.0/24"])(address) is allowed


async def test_wecoms_own_list_is_added_and_kept_when_it_can_not_be_had() -> None:
    sources = Sources(["203.0.113.7"])
    assert await sources.refresh(client(Sent(data={"ip_list": ["198.51.100.1", "not an address", 7, "192.0.2.0/28"]})))
    assert all(sources(address) for address in ("203.0.113.7", "198.51.100.1", "192.0.2.15"))
    assert not sources("192.0.2.16")
    for outcome in (Retry(0, "x"), Sent(data={}), Sent(data={"ip_list": []})):
        assert not await sources.refresh(client(outcome))
    assert sources("198.51.100.1")


def test_without_the_setting_everybody_may_call() -> None:
    assert from_anywhere("198.51.100.1")
