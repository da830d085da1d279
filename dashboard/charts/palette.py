"""The colours, once. Told apart with any colour vision and, by lightness and shape, in black and white.

After the Government Analysis Function's palette. `assets/style.css` has the same ones; a test holds them together.
"""

INK = "#1d2733"
QUIET = "#55606e"
RULE = "#dfe4ea"

OWN = "#12436d"
"""The area shown: solid line, filled diamond."""
NEIGHBOURS = "#1a7f78"
"""Statistical neighbours: open circle, dashed line."""
ENGLAND = "#3d3d3d"
"""England: thin upright stroke, grey line."""
REGION = "#801650"
"""The region: dotted line."""
OTHERS = "#b3bac3"
"""Every other authority."""
LOCAL = "#f46a25"
"""What came in a return and is newer than anything published: always with a ring, never by colour alone."""

FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, system-ui, sans-serif"
"""The reader's own system's; none is fetched."""
