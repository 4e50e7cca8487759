"""Moving data: backfill, pull, timetable, the worker."""
