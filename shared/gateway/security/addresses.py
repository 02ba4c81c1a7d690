"""Which network addresses a URL that somebody else wrote may lead to: public ones only. Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Prefixes that translate to an IPv4 address, which may be anything; nobody needs them to reach a public server.
# https://www.iana.org/assignments/iana-ipv6-special-registry
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))


def is_public(text: str) -> bool:
    """Whether an address is on the open internet, whatever IPv4 address it may hide."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(address in network for network in _TRANSLATED):
        return False
    return all(_global(one) for one in (address, *_hidden(address)))


def _global(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _hidden(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address carries: mapped, 6to4, Teredo."""
    if isinstance(address, IPv4Address):
        return []
    teredo = address.teredo or ()
    return [one for one in (address.ipv4_mapped, address.sixtofour, *teredo) if one is not None]
