"""`python -m sandbox.mailbox --smtp-port N --port M`."""

import sys

from sandbox.mailbox.run import main

sys.exit(main(sys.argv[1:]))
