"""The database: columns, engine, one session for one shop, batched writes."""
