"""What somebody writes beside the figures: a comment, an explanation, a reason, a name.

All of it is kept and shown, so it goes through here: it can be read, and holds nothing of a child as far as patterns
tell.
"""

from etl.validate.child_records import looks_like_a_name, looks_like_a_record
from schema.errors import WrongUseError

LONGEST = 1_000
LONGEST_ON_A_CHART = 300
"""Characters."""


def plain_text(given: str, what: str, *, a_name: bool = False, most: int = LONGEST) -> str:
    """What somebody wrote, without the space around it. `a_name` where a colleague's name is what is asked for.

    Raises:
        WrongUseError: there is nothing, too much, something that cannot be shown, or what may be a child's name or
            record.
    """
    text = "\n".join(" ".join(line.split()) for line in given.strip().splitlines())
    if not text:
        raise WrongUseError(f"Write the {what}: it stays on record.")
    if len(text) > most:
        raise WrongUseError(f"Write the {what} in at most {most:,} characters, not {len(text):,}.")
    if not text.replace("\n", "").isprintable():
        raise WrongUseError(f"Write the {what} in plain text: it has characters that cannot be shown.")
    if looks_like_a_record(text):
        raise WrongUseError(f"The {what} looks as if it held part of a child’s record. Write it in general terms.")
    if not a_name and (looks_like_a_name(text) or looks_like_a_name(" ".join(text.split()))):
        raise WrongUseError(f"The {what} looks as if it named somebody. Write it without names.")
    return text


def line_on_a_chart(given: str, what: str, *, a_name: bool = False) -> str:
    """`plain_text` on one line, short enough for a chart. Raises WrongUseError as it does."""
    return " ".join(plain_text(given, what, a_name=a_name, most=LONGEST_ON_A_CHART).split("\n"))
