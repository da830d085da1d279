"""A frame becomes findings: what is wrong, where, and how to mend it. Judges, and never changes a figure."""
