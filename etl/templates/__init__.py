"""The form of a return, made from its definition: a workbook to fill in, or the same rows as CSV."""
