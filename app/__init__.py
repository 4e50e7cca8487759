"""The CRM itself: a folder per capability."""
