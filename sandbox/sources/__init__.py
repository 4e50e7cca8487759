"""Where the box's shop comes from: a seed, CDNOW's purchases, or a file of Online Retail's orders."""
