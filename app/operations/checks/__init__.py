"""What doctor looks at. A file is a part of the house; each has CHECKS, functions that say how something stands."""
