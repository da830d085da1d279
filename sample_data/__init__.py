"""A demonstration that anyone may read, and the script that made it."""
