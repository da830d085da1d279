"""HOW a figure gets in: a file is extracted, validated, transformed and loaded. Imports `schema`."""
