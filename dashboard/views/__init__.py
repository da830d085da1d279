"""What a page shows, as plain values: chosen and ordered here, drawn by `components` and `charts`.

No page, component or chart asks the database or compares anything itself.
"""
