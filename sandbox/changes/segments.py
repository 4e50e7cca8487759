"""Changes of the shop's own customer segments."""

from sandbox.changes.events import Told
from sandbox.segments import Segment


class SegmentChanges(Told):
    def create_segment(self, name: str, query: str) -> Segment:
        """-> segment.created"""
        with self.lock:
            at = self.now()
            segment = Segment(self.shop.next_id(), name, query, at, at)
            self.shop.segments[segment.id] = segment
            self.tell("segment.created", segment, at)
            return segment

    def change_segment(self, segment_id: int, *, name: str | None = None, query: str | None = None) -> Segment:
        """-> segment.updated"""
        with self.lock:
            segment = self._segment(segment_id)
            segment.name, segment.query = name or segment.name, query or segment.query
            segment.edited_at = self.now()
            self.tell("segment.updated", segment, segment.edited_at)
            return segment

    def delete_segment(self, segment_id: int) -> Segment:
        """-> segment.deleted"""
        with self.lock:
            segment = self.shop.segments.pop(self._segment(segment_id).id)
            self.tell("segment.deleted", segment, self.now())
            return segment

    def _segment(self, segment_id: int) -> Segment:
        if segment_id not in self.shop.segments:
            raise LookupError(f"no segment {segment_id}")
        return self.shop.segments[segment_id]
