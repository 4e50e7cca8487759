"""Reads and checks a list's parameters, with WordPress's messages for what is wrong."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from sandbox.woocommerce import dates
from sandbox.woocommerce.errors import invalid

Args = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Paging:
    page: int
    per_page: int
    offset: int | None
    orderby: str
    order: str

    @property
    def start(self) -> int:
        return self.offset if self.offset is not None else (self.page - 1) * self.per_page


def paging(args: Args, orderby: tuple[str, ...], default: str = "date", order: str = "desc") -> Paging:
    per_page = whole(args, "per_page", 10)
    if not 1 <= per_page <= 100:
        raise invalid("per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)", "rest_out_of_bounds")
    page = whole(args, "page", 1)
    if page < 1:
        raise invalid("page", "page must be greater than or equal to 1", "rest_out_of_bounds")
    offset = whole(args, "offset", 0) if "offset" in args else None
    chosen, direction = one_of(args, "orderby", orderby, default), one_of(args, "order", ("asc", "desc"), order)
    return Paging(page, per_page, offset, chosen, direction)


def unsigned(args: Args, *without: str) -> list[tuple[str, str]]:
    """What was asked for: all but these names and what signs the request."""
    left_out = (*without, "consumer_key", "consumer_secret")
    return [(k, v) for k, v in args.items(multi=True) if k not in left_out and not k.startswith("oauth_")]


def whole(args: Args, name: str, default: int) -> int:
    text = args.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise invalid(name, f"{name} is not of type integer.", "rest_invalid_type") from None


def one_of(args: Args, name: str, choices: tuple[str, ...], default: str) -> str:
    value = args.get(name, default)
    if value not in choices:
        raise invalid(name, f"{name} is not one of {listed(choices)}.", "rest_not_in_enum")
    return value


def listed(choices: tuple[str, ...]) -> str:
    return ", ".join(choices[:-1]) + f", and {choices[-1]}"


def many(args: Args, name: str) -> list[str]:
    """A comma list, or the array forms that PHP knows."""
    values = [v for key, v in args.items(multi=True) if key == name or (key.startswith(f"{name}[") and key[-1] == "]")]
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def ids(args: Args, name: str) -> list[int]:
    found = []
    for place, text in enumerate(many(args, name)):
        if not text.lstrip("-").isdigit():
            raise invalid(name, f"{name}[{place}] is not of type integer.", "rest_invalid_type")
        found.append(int(text))
    return found


def flag(args: Args, name: str) -> bool:
    return args.get(name, "").lower() in ("true", "1")


def moments(args: Args, zone: ZoneInfo) -> dict[str, datetime]:
    """after, before, modified_after, modified_before, as far as they were given."""
    is_gmt = flag(args, "dates_are_gmt")
    names = ("after", "before", "modified_after", "modified_before")
    return {name: dates.read(name, args[name], zone, is_gmt) for name in names if args.get(name)}
