"""Which addresses may be called: public ones only, unless the operator allows private ones."""

import ipaddress
import socket
from collections.abc import Sequence

from app.errors import PlatformDown, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def check_host(host: str, port: int, allow_private: bool) -> str:
    """The address to connect to for a host that somebody named, IPv4 first; asked once, so connect to this very one."""
    return sorted(checked(host, port, allow_private), key=lambda address: ":" in address)[0]


def checked(host: str, port: int, allow_private: bool) -> Sequence[str]:
    """All addresses of a host in the resolver's order. One that is not public spoils them all."""
    found = resolve(host, port)
    for address in found:
        if not allow_private and not is_public(address):
            raise Refused(f"{host} stands for {address}, which is not a public address.")
    return found


def resolve(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise PlatformDown(f"The name {host} cannot be found.") from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def is_public(text: str) -> bool:
    address = _meant(ipaddress.ip_address(text.partition("%")[0]))
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or (isinstance(address, ipaddress.IPv6Address) and (address.is_site_local or address.teredo is not None))
    )


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it wraps one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
