"""The links in a mail: signed, so that nobody can make one up, and short enough for any mail program."""

import hmac

from app.errors import NotFound
from app.lib.encryption import Keyring


def token(keyring: Keyring, purpose: str, shop_id: int, message_id: int) -> str:
    """What a link carries: the shop, the message, and a signature over both and the purpose."""
    return f"{shop_id:x}-{message_id:x}-{_signature(keyring, purpose, shop_id, message_id)}"


def read(keyring: Keyring, purpose: str, text: str) -> tuple[int, int]:
    """(shop_id, message_id) of a token. Raises NotFound for one that we did not make."""
    try:
        shop, message, signature = text.split("-")
        shop_id, message_id = int(shop, 16), int(message, 16)
    except ValueError:
        raise NotFound("this link is not one of ours") from None
    if not hmac.compare_digest(signature.encode(), _signature(keyring, purpose, shop_id, message_id).encode()):
        raise NotFound("this link is not one of ours")
    return shop_id, message_id


def _signature(keyring: Keyring, purpose: str, shop_id: int, message_id: int) -> str:
    return keyring.fingerprint(f"link:{purpose}:{shop_id}:{message_id}")[:32]
