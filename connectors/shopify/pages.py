"""Pages of a connection: walked by cursor, each node read by itself, lists that do not fit completed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from app.errors import AuthLost, BadInput
from connectors import ledger
from connectors.base import Failure, Page
from connectors.records import Record
from connectors.shopify import goods, normalise, people, types, withheld
from connectors.shopify.transport import GraphError, Transport
from connectors.shopify.withheld import Refused

R = TypeVar("R")


class Kind(msgspec.Struct, frozen=True):
    """How one kind of thing is asked for and read. at_once: what a query of ids may hold without costing too much."""

    name: Literal["product", "customer", "order", "checkout"]
    gid: str
    field: str
    document: str
    by_id: str
    first: int
    at_once: int
    read: Callable[[bytes, Transport], Record]


class RawNodes(types.Part):
    nodes: list[msgspec.Raw]
    page_info: types.PageInfo


class Identity(types.Part):
    id: str = "?"


def walk(transport: Transport, kind: Kind, search: str | None, after: str | None) -> Iterator[Page]:
    """All that a search finds (None: everything there is); the page's cursor is the platform's own."""
    while True:
        answer = transport.ask(kind.document, {"first": kind.first, "after": after, "query": search})
        found = answer.read(dict[str, RawNodes | None])[kind.field]
        if found is None:  # the transport has noted what was refused; the other kinds come all the same
            yield Page((), None)
            return
        refused = Refused(answer.refused, (kind.field, "nodes"))
        records, broken = read_nodes(transport, kind, found.nodes, refused)
        after = found.page_info.end_cursor if found.page_info.has_next_page else None
        yield Page(records, after, broken, doubts=ledger.doubts(records))
        if after is None:
            return


def kept_back(transport: Transport, kind: Kind) -> Collection[str]:
    """What the app may not have of any of a kind: a bulk file has it as null, without a word. Asked of some of them."""
    answer = transport.ask(kind.document, {"first": kind.at_once, "after": None, "query": None})
    return Refused(answer.refused, (kind.field, "nodes")).everywhere


def by_id(
    transport: Transport, kind: Kind, ids: Sequence[str]
) -> Iterator[tuple[str, msgspec.Raw | None, Collection[str]]]:
    """Each id with its node, None where the platform has it no longer, and the fields of it that were refused."""
    for start in range(0, len(ids), kind.at_once):
        some = ids[start : start + kind.at_once]
        answer = transport.ask(kind.by_id, {"ids": [f"gid://shopify/{kind.gid}/{one}" for one in some]})
        nodes, refused = answer.read(dict[str, list[msgspec.Raw]])["nodes"], Refused(answer.refused, ("nodes",))
        for index, (one, node) in enumerate(zip(some, nodes, strict=True)):
            is_gone = bytes(node) in {b"null", b"{}"}
            if is_gone and (errors := _about(answer.refused, index)):  # refused, not gone
                raise AuthLost(f"Shopify refuses {kind.name} {one}: {'; '.join(error.words for error in errors)}")
            yield one, None if is_gone else node, refused.of(index)


def _about(errors: Sequence[GraphError], index: int) -> list[GraphError]:
    return [error for error in errors if error.path[:2] in ([], ["nodes"], ["nodes", index])]


def read_nodes(
    transport: Transport, kind: Kind, nodes: Sequence[msgspec.Raw], refused: Refused
) -> tuple[list[Record], list[Failure]]:
    """What could be read and what could not. refused: which fields of each node Shopify keeps back."""
    records, failures = [], []
    for index, node in enumerate(nodes):
        try:
            records.append(withheld.mark(kind.read(bytes(node), transport), refused.of(index)))
        except (msgspec.ValidationError, BadInput) as error:
            failures.append(Failure(kind.name, _identity(node), str(error), bytes(node)))
    return records, failures


def _identity(node: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(node, type=Identity).id.rpartition("/")[2]
    except msgspec.MsgspecError:
        return "?"


_order = msgspec.json.Decoder(types.OrderNode)
_customer = msgspec.json.Decoder(types.CustomerRow)
_product = msgspec.json.Decoder(types.ProductNode)
_checkout = msgspec.json.Decoder(types.CheckoutRow)


def _read_order(node: bytes, transport: Transport) -> Record:
    row = _order.decode(node)
    _complete_lines(row, transport)
    agreements = row.agreements.nodes
    if row.agreements.page_info.has_next_page or any(a.sales.page_info.has_next_page for a in agreements):
        agreements = list(_all_agreements(row.id, transport))
    for agreement in agreements:
        agreement.children = agreement.sales.nodes
    row.children = [*row.line_items.nodes, *row.discount_applications.nodes, *agreements]
    return normalise.order(row)


class Lists(types.Part):
    line_items: types.Nodes[types.LineRow]
    discount_applications: types.Nodes[types.DiscountRow]


class Agreements(types.Part):
    agreements: types.Nodes[types.AgreementNode]


class CheckoutLines(types.Part):
    line_items: types.Nodes[types.CheckoutLine]


class Variants(types.Part):
    variants: types.Nodes[types.VariantRow]


def _complete_lines(row: types.OrderNode, transport: Transport) -> None:
    lines, deals = row.line_items, row.discount_applications
    at = {"lines": lines.page_info.end_cursor, "discounts": deals.page_info.end_cursor}
    more_lines, more_deals = lines.page_info.has_next_page, deals.page_info.has_next_page
    while more_lines or more_deals:
        rest = _rest(transport, "order_lines", "order", {"id": row.id, **at}, Lists)
        lines.nodes += rest.line_items.nodes if more_lines else []
        deals.nodes += rest.discount_applications.nodes if more_deals else []
        more_lines = more_lines and rest.line_items.page_info.has_next_page
        more_deals = more_deals and rest.discount_applications.page_info.has_next_page
        at["lines"] = rest.line_items.page_info.end_cursor or at["lines"]
        at["discounts"] = rest.discount_applications.page_info.end_cursor or at["discounts"]


def _all_agreements(order_id: str, transport: Transport) -> Iterator[types.AgreementNode]:
    after: str | None = None
    while True:
        page = _agreement(transport, order_id, after, None)
        for agreement in page.nodes:
            info = agreement.sales.page_info
            while info.has_next_page:
                more = _agreement(transport, order_id, after, info.end_cursor).nodes[0].sales
                agreement.sales.nodes += more.nodes
                info = more.page_info
            yield agreement
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


def _agreement(
    transport: Transport, order_id: str, after: str | None, sales: str | None
) -> types.Nodes[types.AgreementNode]:
    variables = {"id": order_id, "after": after, "sales": sales}
    return _rest(transport, "order_agreement", "order", variables, Agreements).agreements


def _rest(transport: Transport, name: str, field: str, variables: Mapping[str, Any], kind: type[R]) -> R:
    found = transport.run(name, variables, dict[str, msgspec.Raw], may_lack=True)[field]
    if bytes(found) == b"null":
        raise BadInput("it went away while its lists were read", field)
    return msgspec.json.decode(found, type=kind)


def _read_customer(node: bytes, _: Transport) -> Record:
    return people.customer(_customer.decode(node))


def _read_product(node: bytes, transport: Transport) -> Record:
    row = _product.decode(node)
    info = row.variants.page_info
    while info.has_next_page:
        variables = {"id": row.id, "after": info.end_cursor}
        more = _rest(transport, "product_variants", "product", variables, Variants).variants
        row.variants.nodes += more.nodes
        info = more.page_info
    row.children = list(row.variants.nodes)
    return goods.product(row)


def _read_checkout(node: bytes, transport: Transport) -> Record:
    row = _checkout.decode(node)
    info = row.line_items.page_info
    while info.has_next_page:
        variables = {"id": row.id, "after": info.end_cursor}
        more = _rest(transport, "checkout_lines", "node", variables, CheckoutLines).line_items
        row.line_items.nodes += more.nodes
        row.line_items.page_info = info = more.page_info
    return goods.checkout(row)


KINDS = {
    "products": Kind("product", "Product", "products", "products", "products_by_id", 100, 10, _read_product),
    "customers": Kind("customer", "Customer", "customers", "customers", "customers_by_id", 200, 100, _read_customer),
    "orders": Kind("order", "Order", "orders", "orders", "orders_by_id", 50, 5, _read_order),
    "checkouts": Kind(
        "checkout", "AbandonedCheckout", "abandonedCheckouts", "checkouts", "checkouts_by_id", 100, 10, _read_checkout
    ),
}
