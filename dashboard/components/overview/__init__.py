"""The words, cards and tables of the overview: what needs attention in a minute, then every measure in a row."""
