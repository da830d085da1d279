"""The words and tables of the agencies."""
