"""The sync that proves itself: both sides held together day by day; what differs is named, read afresh, held again."""
