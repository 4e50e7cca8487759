"""A segment of customers as the shop's own admin keeps it. Of its language the sandbox knows tags alone."""

import re
from dataclasses import dataclass
from datetime import datetime

from sandbox.people_and_goods import Person

_TAGGED = re.compile(r"customer_tags CONTAINS '([^']+)'")


@dataclass(slots=True)
class Segment:
    id: int
    name: str
    query: str  # customer_tags CONTAINS 'vip'
    created_at: datetime
    edited_at: datetime

    def holds(self, person: Person) -> bool:
        found = _TAGGED.fullmatch(self.query.strip())
        return found is not None and person.deleted_at is None and found[1].lower() in map(str.lower, person.tags)
