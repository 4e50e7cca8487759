"""One person at the shop front: what a browser would send, and an error in words when the shop does not play along."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests

TIMEOUT = 30
# A mail's links tell people from machines by this.
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36"


class Impossible(Exception):
    """A step that the shop, the mailbox or the state of things does not allow."""


@dataclass(frozen=True, slots=True)
class Who:
    email: str
    first_name: str
    last_name: str
    country_code: str
    address1: str = "Main Street 1"
    postcode: str = ""
    city: str = "Springfield"
    has_account: bool = False


@dataclass(frozen=True, slots=True)
class Bought:
    who: Who
    order_id: int
    path: str  # of the order's page


class Visitor:
    """A device with an empty cart and no cookies."""

    def __init__(self, origin: str, who: Who) -> None:
        self.origin = origin
        self.who = who
        self.session = requests.Session()
        self.session.headers["User-Agent"] = BROWSER

    def sign_in(self, register: bool = False) -> None:
        who = self.who
        names = {"first_name": who.first_name, "last_name": who.last_name, "register": "1"} if register else {}
        self._post("/account", {"email": who.email, **names})

    def take(self, variant_id: int, quantity: int = 1) -> None:
        self._post("/cart", {"variant": str(variant_id), "quantity": str(quantity)})

    def leave_email(self, wants_news: bool) -> None:
        """Goes to the checkout, types the address, answers the box: what an abandoner has done."""
        self._checked("GET", "/checkout")
        self._post("/checkout/contact", {"email": self.who.email, **_box(wants_news)})

    def buy(self, wants_news: bool = False) -> Bought:
        who = self.who
        names = ("email", "first_name", "last_name", "address1", "postcode", "city", "country_code")
        typed = {name: str(getattr(who, name)) for name in names}
        answer = self._post("/checkout", {**typed, **_box(wants_news)})
        path = answer.headers.get("Location", "")
        if not path.startswith("/orders/"):
            raise Impossible(f"{who.email} wanted to buy and was sent to {path or 'nowhere'}.")
        return Bought(who, int(urlsplit(path).path.rsplit("/", 1)[1]), path)

    def follow(self, link: str) -> bool:
        """Clicks a link of a mail; whether it led to the filled checkout."""
        try:
            answer = self.session.get(link, timeout=TIMEOUT)
        except requests.ConnectionError:  # the other shop's mail, and that shop has closed
            return False
        return answer.ok and answer.url == f"{self.origin}/checkout" and self.who.email in answer.text

    def send_back(self, bought: Bought, line_id: int | None = None, quantity: int = 1) -> None:
        """Units of one line, or everything."""
        parts = urlsplit(bought.path)
        key = parse_qs(parts.query)["key"][0]
        form = {} if line_id is None else {"line": str(line_id), "quantity": str(quantity)}
        self._post(f"{parts.path}/returns?key={key}", form)

    def _post(self, path: str, form: dict[str, str]) -> requests.Response:
        return self._checked("POST", path, form)

    def _checked(self, method: str, path: str, form: dict[str, str] | None = None) -> requests.Response:
        answer = self.session.request(
            method, self.origin + path, data=form, timeout=TIMEOUT, allow_redirects=method == "GET"
        )
        if answer.status_code >= 400:
            raise Impossible(f"{self.who.email}: {method} {path} was answered {answer.status_code}.")
        return answer


def _box(wants_news: bool) -> dict[str, str]:
    return {"news": "1"} if wants_news else {}
