"""Things that know nothing of shops."""
