"""Tools for working on the product; none of them is part of it."""
