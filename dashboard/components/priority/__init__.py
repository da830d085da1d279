"""The words and tables of the priorities."""
