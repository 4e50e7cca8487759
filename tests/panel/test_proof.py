"""The proof: days in their colours, both sides of each, what differed, and a report that cannot be changed unseen."""

import hashlib
import io
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from app.db.scope import shop_scope
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.lib.encryption import Keyring, new_key
from app.operations import report
from app.proof import queries
from app.proof.models import Finding, ProvedDay, Reconciliation
from app.proof.sides import side, sum_of
from app.settings import read
from app.web.filters import today
from tests.panel.conftest import House
from tests.panel.pages import change
from tests.panel.seed_proof import ASKED, OPEN, RED

PAGE = "/panel/connections/proof"


def day_of(house: House, back: int) -> str:
    return f"{PAGE}/days/{today(house.ours) - timedelta(days=back)}"


def keyring_of(house: House) -> Keyring:
    return Keyring.load(read({"REGULARS_HOME": str(house.engine.url.database).rpartition("/")[0]}))


def the_report(house: House) -> bytes:
    answer = house.client.get(f"{PAGE}/report.txt")
    assert answer.headers["Content-Disposition"].endswith('.txt"')
    return answer.data


def said_of(house: House, given: bytes) -> str:
    form = {"report": (io.BytesIO(given), "report.txt")}
    page = house.client.post(f"{PAGE}/check", data=form, headers={"X-CSRF-Token": house.csrf}).text
    found = re.search(r'role="status">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert found is not None
    return found[1]


def paged(house: House, path: str) -> list[str]:
    """The records that a list names, page after page."""
    seen = []
    while path:
        page = house.client.get(path).text
        seen += re.findall(r"<strong>(\w+ \d+)</strong>", page)
        following = re.search(r'class="button" href="([^"]+after=[^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    return seen


def mend(house: House) -> None:
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        for row in scope.all(select(ProvedDay)):
            row.state, row.differences, row.proved_at = "green", 0, row.checked_at


def test_ninety_days_have_their_colours(house: House) -> None:
    """R1."""
    page = house.client.get(PAGE).text
    colours = re.findall(r'<a class="square (\w+)', page)
    assert (len(colours), colours.count("green"), colours.count("none")) == (90, 88, 0)
    assert (colours[89 - RED], colours[89 - OPEN]) == ("red", "open")
    assert "1 day differs between your shop and Regulars." in page


def test_a_day_that_nobody_looked_at_is_not_green(bare: House) -> None:
    page = bare.client.get(PAGE).text
    assert page.count('<a class="square none') == 90
    assert "Nothing is proved yet." in page


def test_a_day_shows_both_sides_and_what_differed(house: House) -> None:
    page = house.client.get(day_of(house, RED)).text
    placed = re.search(r"Placed</td><td class=\"end\">(.*?)</td><td class=\"end minus\">(.*?)</td>", page)
    assert placed is not None
    assert placed[1] != placed[2]
    assert "Order 1007" in page
    assert "Order 1009" in page
    assert "Refund 88" not in page


def test_an_amount_that_differed_is_in_the_currency_that_it_was_compared_in(house: House) -> None:
    assert "€120.50" in house.client.get(day_of(house, RED)).text


def test_the_shop_s_own_report_is_a_question_and_no_fault(house: House) -> None:
    page = house.client.get(day_of(house, ASKED)).text
    assert "Orders in the shop&#39;s report: 12, sales 900; the orders themselves: 11, sales 8." in page
    assert "a question and no fault" in page
    assert "Equal" in page


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "20261101x", "-"])
def test_no_day_is_no_page(house: House, day: str) -> None:
    assert house.client.get(f"{PAGE}/days/{day}").status_code == 404


def test_home_says_how_it_stands(house: House) -> None:
    assert "1 day differs between your shop and Regulars: see what and why." in house.client.get("/panel/").text
    mend(house)
    assert "is the same in your shop and here" in house.client.get("/panel/").text


def test_it_is_green_since_the_day_after_the_last_that_differed(house: House) -> None:
    on = today(house.ours)
    with shop_scope(house.engine, house.ours.id) as scope:
        found = queries.standing(scope, on)
    assert (found.state, found.red, found.since) == ("red", 1, on - timedelta(days=OPEN - 1))


def test_a_day_that_was_left_out_is_not_counted_as_proved(house: House) -> None:
    mend(house)
    on = today(house.ours)
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.delete(scope.get(ProvedDay, "orders", on - timedelta(days=40)))
    with shop_scope(house.engine, house.ours.id) as scope:
        assert queries.standing(scope, on).since == on - timedelta(days=39)


def test_today_is_not_over_and_turns_nothing_red(house: House) -> None:
    mend(house)
    on = today(house.ours)
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.get(ProvedDay, "orders", on).state = "open"
        assert queries.standing(scope, on).state == "green"
        scope.get(ProvedDay, "orders", on).differences = 1
        assert queries.standing(scope, on).state == "open"


def test_what_differed_is_listed_and_paged(house: House) -> None:
    now = utc_now()
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        for number in range(70):
            scope.add(
                Finding(shop_id=scope.shop_id, kind="order", external_id=f"5{number:03}", what="missing", field="order",
                        theirs="kept", day=today(house.ours), found_at=now, last_at=now, repaired_at=now)
            )  # fmt: skip
    seen = paged(house, f"{PAGE}/findings")
    assert len(seen) == len(set(seen)) == 74
    assert len(paged(house, day_of(house, 0))) == 70
    still_open = house.client.get(f"{PAGE}/findings?filter=open").text
    assert re.findall(r"<strong>(\w+ \d+)</strong>", still_open) == ["Refund 88", "Order 1009"]


def test_prove_now_asks_the_worker_and_shows_how_far_it_is(house: House) -> None:
    assert "every 2s" not in house.client.get(PAGE).text
    assert change(house, PAGE)[0] == 303
    with shop_scope(house.engine, house.ours.id) as scope:
        assert [row.reason for row in queries.under_way(scope)] == ["asked"]
        assert scope.first(select(JobRow.id).where(JobRow.name == "reconcile")) is not None
    page = house.client.get(PAGE).text
    assert "every 2s" in page
    assert re.search(r"<button[^>]* disabled>Compare now", page)
    assert change(house, PAGE)[0] == 303  # pressed twice
    with shop_scope(house.engine, house.ours.id) as scope:
        assert len(scope.all(select(Reconciliation).where(Reconciliation.reason == "asked"))) == 1


def test_a_shop_whose_history_is_not_copied_yet_is_not_proved(bare: House) -> None:
    assert "Compare now" not in bare.client.get(PAGE).text
    assert change(bare, PAGE)[0] == 422


def test_the_report_says_what_the_page_says(house: House) -> None:
    text = the_report(house).decode()
    assert "88 of 90 days that were compared are equal in the shop and in Regulars." in text
    assert f"{today(house.ours) - timedelta(days=RED)} differs" in text
    assert (
        "Order 1009: Out of date in Regulars · Net (120.50 EUR in the shop, 125.00 EUR in Regulars); It was read"
        in text
    )
    assert "0f" * 32 in text
    assert re.search(r"Customers +60 +60\n", text)
    assert len(text.splitlines()) < 60


def test_the_hash_of_the_report_is_that_of_what_stands_above_it(house: House) -> None:
    *above, digest, _mac = the_report(house).decode().splitlines(keepends=True)
    assert digest == f"SHA-256 {hashlib.sha256(''.join(above).encode()).hexdigest()}\n"


def test_a_report_is_known_again(house: House) -> None:
    given = the_report(house)
    assert said_of(house, given).startswith("It is:")
    assert said_of(house, given.replace(b"\n", b"\r\n")).startswith("It is:")


@pytest.mark.parametrize("change_of", [(b"88 of 90", b"90 of 90"), (b"SHA-256 ", b"SHA-255 "), (b"HMAC ", b"HMAC 0")])
def test_a_report_that_was_changed_is_seen(house: House, change_of: tuple[bytes, bytes]) -> None:
    changed = the_report(house).replace(*change_of)
    assert said_of(house, changed).startswith("It is not:")
    assert said_of(house, b"").startswith("It is not:")


def test_a_hash_made_anew_is_not_our_signature(house: House) -> None:
    text = the_report(house).decode().replace("88 of 90", "90 of 90")
    body, _, seal = text.rpartition("SHA-256 ")
    forged = f"{body}SHA-256 {hashlib.sha256(body.encode()).hexdigest()}\n{seal.partition(chr(10))[2]}"
    assert said_of(house, forged.encode()).startswith("Its hash fits its text, but")


def test_a_report_of_one_shop_is_none_of_the_other_s(house: House) -> None:
    given, keyring = the_report(house), keyring_of(house)
    verdicts = []
    for shop in (house.ours, house.theirs):
        with shop_scope(house.engine, shop.id) as scope:
            verdicts.append(report.check(scope, keyring, given).is_ours)
    assert verdicts == [True, False]
    with shop_scope(house.engine, house.ours.id) as scope:
        assert report.check(scope, Keyring([new_key()]), given) == report.Verdict(True, False)


def test_sides_are_added_currency_by_currency() -> None:
    eur = {"placed": 10, "refunded": 1, "net": 9}
    total = sum_of([{"orders": 2, "EUR": eur}, None, {"orders": 1, "EUR": eur, "JPY": {"placed": 5, "net": 5}}])
    assert total.count == 3
    assert total.money["EUR"] == {"placed": 20, "refunded": 2, "net": 18}
    assert total.money["JPY"] == {"placed": 5, "net": 5}
    assert side({"customers": 7}).count == 7
