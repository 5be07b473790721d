"""Classifies IP addresses as public, private or never reachable, also IPv4 addresses inside IPv6 ones. Pure."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

Address = IPv4Address | IPv6Address
AddressClass = Literal["public", "private", "never"]
"""`private`: loopback, private and shared networks, only for hosts that the user named. `never`: link-local (where
clouds
keep their credentials), multicast, unspecified and reserved ones, only where the user wrote the address itself.
"""

_PRIVATE_4 = tuple(
    map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"))
)
_PRIVATE_6 = tuple(map(IPv6Network, ("::1/128", "fc00::/7", "fec0::/10")))
_METADATA: frozenset[Address] = frozenset(
    map(ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"))
)
"""Metadata services of clouds outside link-local addresses: Azure, Alibaba, Oracle, Amazon, Google."""
_GLOBAL_6 = IPv6Network("2000::/3")
_MAPPED = IPv6Network("::ffff:0:0/96")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0:0/96"))
_TRANSLATED_HERE = IPv6Network("64:ff9b:1::/48")
_6TO4 = IPv6Network("2002::/16")


@lru_cache(maxsize=1024)
def parse(text: str) -> Address | None:
    """Return a URL's host as an address (IPv6 with or without brackets); None for a name."""
    try:
        return ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return None


def unmap_ipv6(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    number = int(address)
    if address in _MAPPED or any(address in network for network in _TRANSLATED):
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _COMPATIBLE and number > 1:
        return IPv4Address(number & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address(number >> 80 & 0xFFFFFFFF)
    return address


@lru_cache(maxsize=1024)
def address_class(address: Address) -> AddressClass:
    """Return the class of an address."""
    address = unmap_ipv6(address)
    if address in _METADATA:
        return "never"
    inside = _PRIVATE_4 if isinstance(address, IPv4Address) else _PRIVATE_6
    if any(address in network for network in inside):
        return "private"
    if address.is_multicast or address in _TRANSLATED_HERE or not address.is_global:
        return "never"
    return "never" if isinstance(address, IPv6Address) and address not in _GLOBAL_6 else "public"
