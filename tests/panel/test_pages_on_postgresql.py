"""The same pages over PostgreSQL: every question they ask is understood there too, with the same answers."""

import re
from pathlib import Path

from sqlalchemy import Engine

from app.lib.clock import real_now
from tests.panel.conftest import build
from tests.panel.pages import PAGES, address
from tests.panel.seed import seed


def test_every_page_is_shown_from_postgresql(postgres_engine: Engine, tmp_path: Path) -> None:
    house = build(postgres_engine, tmp_path)
    seed(postgres_engine, house.ours, real_now(), customers=60)
    for name, pattern in PAGES.items():
        assert house.client.get(address(house, pattern, house.ours)).status_code == 200, name
    for sort in ("net", "orders", "last", "name"):
        first = house.client.get(f"/panel/customers?sort={sort}&q=").text
        following = re.search(r'class="button" href="([^"]+after=[^"]+)"', first)
        assert following is not None
        second = house.client.get(following[1].replace("&amp;", "&")).text
        pages = [set(re.findall(r"/panel/customers/(\d+)", page)) for page in (first, second)]
        assert (len(pages[0]), len(pages[1]), pages[0] & pages[1]) == (50, 10, set()), sort
    assert "Ekström" in house.client.get("/panel/customers?q=ekstr").text
