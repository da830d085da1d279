"""Knows what a child's record looks like, so that none gets into the product or into a message about itself.

A return holds counts. Free text is where a record slips in, pasted to explain a figure. These patterns find the three
that are met most; they are no proof that a text is harmless.
"""

import re
from datetime import date

from schema.periods import Period

# Ten digits, apart or not, in threes and a four or in pairs. A dot within a number is a decimal point, save where there
# are two of them; pairs are set apart alike, or they would be a day and a clock time.
_DASHES = "\u00ad\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d-"
_GAP = rf"[^\S\n]?[{_DASHES}]?[^\S\n]?"
_NHS_NUMBER = re.compile(
    rf"(?<!\d)(?<!\d\.)(?:\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{4}}"
    r"|\d{3}\s?[._/·]\s?\d{3}\s?[._/·]\s?\d{4}"
    rf"|\d\d(?P<gap>[^\S\n]?[._/·{_DASHES}]?[^\S\n]?)\d\d(?:(?P=gap)\d\d){{3}}"
    # As a spreadsheet sets thousands apart.
    r"|\d(?P<comma>[ ,.’])\d{3}(?P=comma)\d{3}(?P=comma)\d{3}|\d{4} \d{3} \d{3})(?!\d)"
)
# One letter, eleven digits, and a digit or (for a temporary number) a letter; I, O and S are not used.
_UNIQUE_PUPIL_NUMBER = re.compile(r"(?<![a-z0-9])[a-hj-np-rt-z]\d{11}[\da-hj-np-rt-z](?![a-z0-9])", re.IGNORECASE)
_DATE = r"(\d{1,2})[ /.-](\d{1,2}|[a-z]{3,9})[ /.-](\d{4}|\d{2})(?!\d)|(\d{4})-\d{2}-\d{2}"
_SAID_TO_BE_BORN = re.compile(rf"\b(d\.?\s?o\.?\s?b|date of birth|born)\b.{{0,20}}?({_DATE})", re.IGNORECASE)
_FULL_DATE = re.compile(_DATE, re.IGNORECASE)


def looks_like_a_record(text: str, period: Period | None = None) -> bool:
    """Whether a text seems to hold an NHS number, a unique pupil number or a date of birth.

    With a period, a full date of more than a year before it counts as a date of birth: a note about a quarter has no
    other use for one.
    """
    return (
        any(_is_nhs_number("".join(re.findall(r"\d", found[0]))) for found in _NHS_NUMBER.finditer(text))
        or _UNIQUE_PUPIL_NUMBER.search(text) is not None
        or _SAID_TO_BE_BORN.search(text) is not None
        or (period is not None and any(year < period.start.year - 1 for year in _years(text, period.start)))
    )


def _is_nhs_number(digits: str) -> bool:
    """Whether ten digits pass the NHS number's own check (modulus 11), which one in eleven numbers does by chance."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(digits[-1]) and check != 10


def _years(text: str, near: date) -> list[int]:
    """The years of the full dates in a text. Two digits mean the latest such year that is not after `near`."""
    years: list[int] = []
    for found in _FULL_DATE.finditer(text):
        written = found[3] or found[4]
        years.append(int(written) if len(written) == 4 else near.year - (near.year - int(written)) % 100)
    return years


# Among the commonest first names of children in England in recent years, without those that are words as well (Grace,
# Hope, May). A name is only looked for where one of these stands beside another: a list of all names would find places.
_FIRST = (
    "Aaron|Abdul|Abigail|Adam|Adrian|Ahmed|Aiden|Aisha|Alex|Alexander|Alfie|Ali|Alice|Aliyah|Amelia|Amir|Amy|"
    "Andrew|Anna|Archie|Arthur|Ava|Ayesha|Benjamin|Bethany|Bilal|Bradley|Callum|Cameron|Charlie|Charlotte|"
    "Chloe|Connor|Daisy|Daniel|David|Dylan|Edward|Elijah|Elizabeth|Ella|Ellie|Elsie|Emily|Emma|Esme|Ethan|"
    "Evelyn|Evie|Fatima|Fatimah|Finley|Florence|Frankie|Freddie|Freya|Gabriel|George|Georgia|Hamza|Hannah|"
    "Harriet|Harry|Hassan|Henry|Holly|Hugo|Ibrahim|Imogen|Isaac|Isabella|Isabelle|Isla|Ivy|Jack|Jacob|Jake|"
    "James|Jamie|Jasmine|Jayden|Jessica|Joseph|Joshua|Kai|Kayla|Khadija|Kian|Kyle|Lacey|Layla|Leah|Leo|Leon|"
    "Lewis|Liam|Lily|Logan|Louis|Luca|Lucas|Lucy|Luke|Maisie|Maryam|Mason|Matilda|Matthew|Max|Megan|Mia|"
    "Michael|Millie|Mohammad|Mohammed|Molly|Muhammad|Musa|Nathan|Niamh|Noah|Oliver|Olivia|Omar|Oscar|Owen|"
    "Phoebe|Poppy|Rebecca|Reuben|Rhys|Riley|Rory|Rosie|Ruby|Ryan|Samuel|Sarah|Scarlett|Sebastian|Sienna|Sofia|"
    "Sophia|Sophie|Stanley|Tegan|Thea|Theo|Theodore|Thomas|Toby|Tyler|William|Yasmin|Yusuf|Zachary|Zainab|"
    "Zara|Zoe"
)
_PLACE = (
    "Academy|Avenue|Bank|Building|Centre|Church|Clinic|Close|College|Court|Day|Drive|Farm|Foundation|Gardens|Green|"
    "Hall|Hill|Hospital|House|Infant|Junior|Lane|Lodge|Nursery|Park|Place|Primary|Project|Road|School|Service|Square|"
    "Street|Team|Trust|Unit|Ward|Way|Wing"
)
_SURNAME = r"[A-Z](?:[a-z]+|[’'][A-Z][a-z]+)(?:[-’'][A-Z]?[a-z]+)*"
_NAMED = re.compile(
    rf"(?<![\w’'-])(?:{_FIRST}) (?!(?:{_PLACE})\b){_SURNAME}(?! (?:{_PLACE})\b)"
    rf"|(?<![\w’'-]){_SURNAME}, (?:{_FIRST})\b"
    rf"|(?i:\b(?:child|boy|girl|baby|pupil|son|daughter|brother|sister|sibling),? (?:named|called|is) )(?:{_FIRST})\b"
)
_CAPITALS = re.compile(rf"(?:{_FIRST.upper()}) [A-Z][A-Z’'-]+|[A-Z][A-Z’'-]+, (?:{_FIRST.upper()})")


def looks_like_a_name(text: str) -> bool:
    """Whether a text seems to hold somebody's full name: a common first name and a surname, either way round.

    It finds the plain case, and few others: “Thomas Street” and “St James Hospital” pass, and so does a rare name.
    """
    return _NAMED.search(text) is not None or _CAPITALS.fullmatch(text) is not None


LONGEST = 100
"""Characters that any of these patterns matches, at most."""


def shown(text: str, limit: int = 40) -> str:
    """A code, figure or date as a message may repeat it: shortened, and nothing at all where it might be a child's.

    Only what begins in the part that is repeated is judged: a cell of a million characters takes no longer than a code.
    """
    begun = text[: limit + LONGEST]
    if not text or looks_like_a_record(begun) or looks_like_a_name(begun):
        return ""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def quoted(text: str) -> str:
    """`shown`, in quotation marks; “This text” where it must not be repeated."""
    repeated = shown(text)
    return f"“{repeated}”" if repeated else "This text"
