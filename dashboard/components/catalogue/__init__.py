"""The words, controls and tables of the catalogue."""
