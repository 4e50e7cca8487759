"""`python -m sandbox --face shopify|woocommerce --port N --data generated|cdnow|online-retail [FILE]`"""

import sys

from sandbox.serve import main

sys.exit(main(sys.argv[1:]))
