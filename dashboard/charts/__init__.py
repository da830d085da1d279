"""Pure functions: a typed view in, a picture out."""
