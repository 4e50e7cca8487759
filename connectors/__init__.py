"""Everything that knows a platform and nothing that knows our tables."""
