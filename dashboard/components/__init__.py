"""Pure functions: data in, Dash components out."""
