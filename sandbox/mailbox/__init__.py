"""A mail server that delivers nothing: it keeps every mail in memory and shows it on a page and as JSON."""

from sandbox.mailbox.run import main, running
from sandbox.mailbox.store import Fault, Mail, Mailbox

__all__ = ["Fault", "Mail", "Mailbox", "main", "running"]
