"""The journey page: its words, its tables, its controls."""
