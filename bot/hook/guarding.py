"""Where a hook may lead: to the internet, never into the house (SSRF), unless the operator allows it."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.texts import _


def refusal(url: str, *, inside: bool) -> str:
    """Why an address is not taken, as a marked sentence; empty when it is."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("This is no address.")
    if parts.scheme != "https" and not (inside and parts.scheme == "http"):
        return _("The address must begin with https://")
    if not host or parts.username or parts.password or parts.fragment:
        return _("This is no address.")
    if not inside and (_is_inner(host) or host == "localhost" or host.endswith((".localhost", ".local", ".internal"))):
        return _("This address lies within a house. An operator can allow such with LOOP153_HOOKS_INSIDE.")
    return ""


def _is_inner(host: str) -> bool:
    """Whether it is the number of a machine that is not on the internet."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_global or address.is_multicast


class Guarded(AbstractResolver):
    """Names that lead into the house lead nowhere; what is connected to is what was checked."""

    def __init__(self, *, inside: bool) -> None:
        self._inside, self._asked = inside, ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._asked.resolve(host, port, family)
        outside = [one for one in found if self._inside or not _is_inner(one["host"])]
        if not outside:
            raise OSError(f"{len(found)} addresses, none on the internet")
        return outside

    async def close(self) -> None:
        await self._asked.close()
