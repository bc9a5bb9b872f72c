"""Where callbacks may come from: the networks of the settings, else WeCom's own list (`getcallbackip`, path/92521).

An option beside the signature. A proxy in front of the program hides the caller: then the proxy has to do this.
"""

import ipaddress
from collections.abc import Sequence

from bot.channels.client import WeComClient
from bot.channels.outcomes import Sent

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def from_anywhere(address: str) -> bool:
    """No check."""
    return True


class Sources:
    """Whether an address is one of WeCom's. `networks` is what an administrator has set; `refresh` adds WeCom's list."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._set = [ipaddress.ip_network(network) for network in networks]
        self._told: list[Network] = []

    def __call__(self, address: str) -> bool:
        """Whether a callback from this address is let in. An address that is none is not."""
        try:
            caller = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped is not None:
            caller = caller.ipv4_mapped
        return any(caller in network for network in (*self._set, *self._told))

    async def refresh(self, client: WeComClient) -> bool:
        """Ask WeCom for its addresses; once a day is enough. False where it told none, and then the old ones stay."""
        outcome = await client.get("getcallbackip")
        found = outcome.data.get("ip_list") if isinstance(outcome, Sent) else None
        told = [network for one in found if (network := _network(one))] if isinstance(found, list) else []
        if told:
            self._told = told
        return bool(told)


def _network(value: object) -> Network | None:
    try:
        return ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None
