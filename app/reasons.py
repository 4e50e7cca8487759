"""Why something waits, failed or differs: rows keep a code and its values, the words are made where they are read."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from babel.dates import format_date
from babel.numbers import format_decimal

from app.errors import AuthLost, PlatformDown, RateLimited, Refused
from app.lib.i18n import _, locale, noted

Kept = dict[str, Any]  # a Reason as a row keeps it

WORDS = {
    "no_access": noted("The shop does not let Regulars in any more."),
    "asked_to_wait": noted("The shop asks for a pause; it goes on by itself."),
    "no_answer": noted("The shop does not answer as it should; it is asked again by itself."),
    "refused": noted("The shop refused it."),
    "our_fault": noted("Something failed in Regulars itself."),
    "resting": noted("A pause, so that the shop has time for its customers."),
    "file_begins": noted("Shopify begins to put the records together."),
    "file_grows": noted("Shopify puts the records together: %(records)s so far."),
    "file_queued": noted("Shopify is busy with other large requests for this shop; this one comes next."),
    "file_broke_off": noted("The transfer broke off and goes on where it was."),
    "file_again": noted("Shopify could not put the records together and is asked once more."),
    "by_pages": noted("Shopify could not put the records together: they are read page by page, which takes longer."),
    "reading_again": noted("What differed is being read again."),
    "misread": noted("It was read again from the shop, and both sides still differ: Regulars reads it wrongly."),
    "no_refund": noted("The shop calls it refunded and names no refund of it: perhaps one was deleted there."),
    "counts_differ": noted("Orders of this day by the shop's own count: %(counted)s; in its list: %(listed)s."),
    "report_differs": noted(
        "Orders in the shop's report: %(their_orders)s, sales %(their_sales)s; "
        "the orders themselves: %(our_orders)s, sales %(our_sales)s."
    ),
    "analytics": noted(
        "WooCommerce Analytics adds amounts of all currencies as they are, takes new orders in up to twelve hours "
        "late, keeps orders that were trashed by REST where orders are posts, and goes on subtracting refunds that "
        "were deleted or whose order was."
    ),
    "no_analytics": noted("WooCommerce Analytics cannot be asked, so its figures are not shown beside the orders."),
    "empty_analytics": noted("WooCommerce Analytics has no orders of these days: it was not filled yet, or is off."),
    "uninstalled": noted("The app was uninstalled in the shop."),
    "left_behind": noted(
        "The shop could not be reached, so webhooks of Regulars still stand there: they are answered no more."
    ),
    "gave_up": noted("The shop did not answer as it should, however often it was asked."),
    "codes_refused": noted("The shop did not take some of the codes."),
    "broke_off": noted("What sent it ended before the answer was kept."),
    "restored": noted("Restored from a backup: it may have been sent since that was made."),
    "erased": noted("The person was erased."),
    "no_longer_connected": noted("The shop is not connected any more."),
    "no_address_of_ours": noted("This installation has no public address, so the links in a mail could not work."),
    "no_sender": noted("The shop has no sender."),
    "mail_unwritable": noted("The mail could not be made."),
    "mail_refused": noted("The mail server refused it."),
    "mail_put_off": noted("It could not be handed over yet; it is tried again by itself."),
    "mail_given_up": noted("It could not be handed over, however often it was tried."),
    "mail_in_doubt": noted("The mail server went away while it took the mail."),
    "unsubscribed": noted("Unsubscribed on %(on)s."),
    "bounced": noted("A mail came back as undeliverable on %(on)s."),
    "complained": noted("Complained about a mail on %(on)s."),
    "opted_out": noted("Does not want to be written to."),
    "unconfirmed": noted("Has not confirmed yet."),
    "never_agreed": noted("Never agreed to be written to."),
    "flow_off": noted("The flow was switched off."),
    "checkout_completed": noted("The checkout was completed."),
    "basket_empty": noted("The basket is empty."),
    "no_way_back": noted("The shop gave no link that restores the basket."),
    "bought_since": noted("Bought since."),
    "bought_before_mail": noted("Bought before the mail left."),
    "bought_unmailed": noted("Bought without a mail."),
    "bought_by_staff": noted("Ordered by staff."),
    "a_week_late": noted("A week late."),
    "nothing_bought": noted("No order within a week."),
}


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """code: of WORDS. details: what another program said of it, for whoever looks into it; never translated."""

    code: str
    values: Mapping[str, str | int] = {}
    details: str = ""

    @classmethod
    def of(cls, error: Exception) -> "Reason":
        codes = {AuthLost: "no_access", RateLimited: "asked_to_wait", PlatformDown: "no_answer", Refused: "refused"}
        code = next((code for kind, code in codes.items() if isinstance(error, kind)), "our_fault")
        return cls(code, details=str(error) if code != "our_fault" else f"{type(error).__name__}: {error}")

    def kept(self) -> Kept:
        found: Kept = msgspec.to_builtins(self)
        return found

    def __str__(self) -> str:
        return told(self.kept())


def words(kept: Kept | None) -> str:
    """The sentence in the language that is spoken."""
    if kept is None:
        return ""
    values = kept.get("values", {})
    return _(WORDS[kept["code"]], **{name: _shown(name, value) for name, value in values.items()})


def told(kept: Kept | None) -> str:
    """The sentence and what stands behind it, for an operator."""
    return ": ".join(filter(None, (words(kept), (kept or {}).get("details"))))


def _shown(name: str, value: str | int) -> str:
    """Numbers and days as the language writes them; sales are decimals, which JSON keeps as text."""
    if isinstance(value, int):
        return format_decimal(value, locale=locale())
    if name == "on":
        return format_date(date.fromisoformat(value), locale=locale())
    return format_decimal(Decimal(value), locale=locale()) if name.endswith("_sales") else value
