"""Which network addresses a URL that somebody else wrote may lead to. Pure.

Users and settings: public ones only. Channels, whose addresses administrators write: private ones too, where models of
one's own are served, but never where a machine hands out credentials.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

# Everything that is routed on the internet lies in here; so mapped and translated (NAT64), site-local and unassigned
# addresses are out, whatever IPv4 address they carry. https://www.iana.org/assignments/ipv6-address-space
_UNICAST = ip_network("2000::/3")

# What Python's registry does not have, or not in every version we run on.
# https://www.iana.org/assignments/iana-ipv6-special-registry, https://www.rfc-editor.org/rfc/rfc7526
_SPECIAL = (ip_network("3fff::/20"), ip_network("192.88.99.0/24"), ip_network("192.0.0.0/24"))

_NAT64 = ip_network("64:ff9b::/96")  # https://www.rfc-editor.org/rfc/rfc6052

# Where clouds answer with credentials outside the link-local range. Amazon: instance metadata, container credentials,
# time and names over IPv6. Others: https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata,
# https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm,
# https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16
_CREDENTIALS = (
    ip_network("fd00:ec2::/32"),
    ip_network("100.100.100.200/32"),
    ip_network("192.0.0.192/32"),
    ip_network("168.63.129.16/32"),
    ip_network("fd20:ce::254/128"),  # Google's, over IPv6
)


def is_public(text: str) -> bool:
    """Whether an address is on the open internet, whatever IPv4 address it may hide."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not hands_out_credentials(text) and all(_global(one) for one in (address, *_hidden(address)))


def hands_out_credentials(text: str) -> bool:
    """Whether an address is one at which clouds serve the credentials of the machine or container that asks.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return any(
        one.is_link_local or any(one in network for network in _CREDENTIALS) for one in (address, *_hidden(address))
    )


def is_own(text: str) -> bool:
    """Whether an address is this machine's own, in any of the ways to say so."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return any(one.is_loopback or one.is_unspecified for one in (address, *_hidden(address)))


def counted_as(text: str) -> tuple[str, str]:
    """As whom to count an address: one host's network, and the wider one that somebody may have many of, if there is.

    A host has a /64 to choose its addresses from, a customer often a /48 or /56 (https://www.rfc-editor.org/rfc/rfc6177);
    so a single IPv6 address says nothing. An IPv4 address counts alone, mapped ones too.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text, ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if isinstance(address, IPv4Address):
        return str(address), ""
    return str(ip_network((address, 64), strict=False)), str(ip_network((address, 48), strict=False))


def masked(text: str) -> str:
    """The network around an address that is too wide to tell one host: a /24, of IPv6 a /48; empty for no address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if isinstance(address, IPv4Address) else 48), strict=False))


def _global(address: Address) -> bool:
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _hidden(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address carries: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return []
    teredo = address.teredo or ()
    nat64 = IPv4Address(address.packed[-4:]) if address in _NAT64 else None
    return [one for one in (address.ipv4_mapped, address.sixtofour, *teredo, nat64) if one is not None]
