"""The language of segments: what it reads, what it writes, what it says of a typo."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.segments.language import All, Any, Condition, Node, Not, conditions, parse, write


def test_and_binds_closer_than_or() -> None:
    tree = parse("a = 1 OR b = 2 AND c = 3")
    assert write(tree) == "a = 1 OR b = 2 AND c = 3"
    assert isinstance(tree, Any)
    assert isinstance(tree.parts[1], All)


def test_brackets_and_not_are_kept() -> None:
    assert write(parse("not (a = 1 or b = 2) and  c>=3")) == "NOT (a = 1 OR b = 2) AND c >= 3"


def test_a_text_may_hold_anything() -> None:
    leaf = conditions(parse(r'tag = "Early \"bird\" AND (more)"'))[0]
    assert leaf.value == 'Early "bird" AND (more)'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "position 1: expected a condition such as orders_count, found the end"),
        ("orders_count >= ", "position 16: expected a value, found the end"),
        ("orders_count 3", "position 14: expected an operator: = != > >= < <=, found '3'"),
        ("orders_count >= 3 net_spent > 1", "position 19: expected AND or OR, found 'net_spent'"),
        ("(orders_count >= 3", "position 19: expected a closing bracket, found the end"),
        ("orders_count >= 3 & net_spent > 1", "position 19: '&' has no meaning here"),
        ('country = "DE', "position 11: a text that does not end has no meaning here"),
        ("(" * 30 + "a = 1", "position 22: more than 20 brackets within brackets"),
        (" OR ".join(["a = 1"] * 201), "position 1801: more than 200 conditions"),
        ("AND = 3", "position 1: expected a condition such as orders_count, found 'AND'"),
    ],
)
def test_a_typo_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadInput) as error:
        parse(text)
    assert str(error.value) == said


_names = st.sampled_from(["orders_count", "net_spent", "country"])
_leaves: st.SearchStrategy[Node] = st.builds(
    Condition, _names, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.text(min_size=0, max_size=12)
)


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, parts), st.builds(Any, parts))


@given(st.recursive(_leaves, _grow, max_leaves=8))
def test_what_is_written_reads_the_same(tree: Node) -> None:
    text = write(tree)
    assert write(parse(text)) == text
    assert [(c.name, c.operator, c.value) for c in conditions(parse(text))] == [
        (c.name, c.operator, c.value) for c in conditions(tree)
    ]
