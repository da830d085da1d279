"""The words, tables and cards of the measure page, a module for each part of it."""
