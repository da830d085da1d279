"""What every page has in common: who looks at which area, the frame around the page, and what is said when it fails.

The address is the only state. A page is a pure function of a `Visit`; a control writes the address, and the page is
drawn from it again. So a link always opens what its sender saw, and the browser's Back button works.
"""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from dash import Dash, html

from dashboard import identity
from dashboard.components import frame
from dashboard.components.links import Link, address
from dashboard.instants import AS_OF, looking_back, written
from dashboard.queries import Partnership, Queries
from dashboard.views.areas import authorities, home_area
from dashboard.views.frameworks import with_framework
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import MendableError, WrongUseError

log = logging.getLogger(__name__)

_PART = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Visit:
    """One look at one page: whose figures, and what the address asks for beside."""

    queries: Queries
    context: Context
    partnership: Partnership
    area: Area
    path: str
    query: Mapping[str, str]
    asked_framework: str = ""
    """The framework that the address names; empty for the usual one."""

    def choice(self, key: str, allowed: Mapping[str, str], default: str = "") -> str:
        """A control's value from the address, or its default.

        Args:
            key: its name in the address.
            allowed: what it may be, with the words for it.
            default: what it is when the address does not say.

        Raises:
            WrongUseError: the address says something else.
        """
        value = self.query.get(key) or default
        if value != default and value not in allowed:
            raise WrongUseError(
                f"The address asks for “{key}={value[:40]}”, which is not among the choices here. "
                "Choose again below the heading, or open the page without it."
            )
        return value

    def agencies(self) -> dict[str, str]:
        """The agencies of the framework that owe a return, by id."""
        specs = self.queries.catalogue.returns.values()
        return {spec.id: spec.title for spec in specs if spec.framework == self.context.framework}

    def link(self, path: str, **query: str) -> str:
        """An address within the dashboard – a page or a download – that keeps the area, the framework and the instant
        (the usual ones go without saying)."""
        area = "" if self.area.id == self.partnership.home_area else self.area.id
        kept = {"area": area, "framework": self.asked_framework, AS_OF: written(self.context.as_of)}
        return address(path, **{**kept, **query})


@dataclass(frozen=True)
class Body:
    """A drawn page. `title` is for the browser's tab; the page's own first heading is among `children`."""

    title: str
    children: list[Any]


def _nothing(_app: Dash, _queries: Queries, _context: Context) -> None:
    """Most pages only show."""


def _always(_catalogue: Catalogue, _parts: Mapping[str, str]) -> bool:
    return True


@dataclass(frozen=True)
class Page:
    """A page as the shell knows it.

    `path` may hold one or more `<name>` parts, which come with the query. `nav` is its word in the navigation, empty
    for a page that is reached from another one. `there` says whether what the parts name is there: where it is not, the
    page is still drawn (and says so), and the answer's status tells machines. `connect` gives the application
    the callbacks of a page that changes something.
    """

    id: str
    path: str
    draw: Callable[[Visit], Body]
    nav: str = ""
    order: int = 100
    there: Callable[[Catalogue, Mapping[str, str]], bool] = _always
    connect: Callable[[Dash, Queries, Context], None] = _nothing


def _elsewhere(context: Context) -> Link:
    """Addresses that keep the instant and nothing else: whatever else was asked for could not be shown."""
    return partial(address, **{AS_OF: written(context.as_of)})


NOT_FOUND = Page("not-found", "", lambda visit: Body("Not found", frame.not_found(visit.link)))


class Shell:
    """Draws any page in its frame. `context` stands for one viewer and one partnership until there is a sign-in."""

    def __init__(self, queries: Queries, context: Context, pages: tuple[Page, ...]) -> None:
        self.queries = queries
        self.context = context
        self.nav = tuple((p.path, p.nav) for p in sorted(pages, key=lambda p: (p.order, p.id)) if p.nav)
        self._routes = tuple((re.compile(_PART.sub(r"(?P<\1>[^/]+)", page.path)), page) for page in pages)

    def find(self, path: str) -> tuple[Page, dict[str, str]]:
        """The page at a path and what stands in the path's parts; the not-found page where there is none."""
        for pattern, page in self._routes:
            found = pattern.fullmatch(path.rstrip("/") or "/")
            if found is not None:
                return page, {name: unquote(part) for name, part in found.groupdict().items()}
        return NOT_FOUND, {}

    def has(self, path: str) -> bool:
        """Whether there is something at a path: a page, and what its parts name."""
        page, parts = self.find(path)
        return page is not NOT_FOUND and page.there(self.queries.catalogue, parts)

    def at(self, path: str | None, search: str | None) -> html.Div:
        """The page at an address, in its frame."""
        page, parts = self.find(path or "/")
        here = f"{path or '/'}{search or ''}"
        return self.draw(page, {**dict(parse_qsl((search or "").lstrip("?"))), **parts}, here)

    def draw(self, page: Page, query: Mapping[str, str], here: str = "/") -> html.Div:
        """A page in its frame, or what went wrong in the same frame. `here` is its address, to come back to."""
        partnership: Partnership | None = None
        area: Area | None = None
        context, asked, nothing_then = self.context, "", False
        try:
            with self.queries.one_version():
                partnership = self.queries.partnership(self.context)
                area = home_area(self.queries, self.context, None)
                context = looking_back(self.context, query)
                nothing_then = context.as_of is not None and not self.queries.sources(context)
                context = with_framework(self.queries.catalogue, context, query.get("framework"))
                asked = context.framework if context.framework != self.context.framework else ""
                area = home_area(self.queries, self.context, query.get("area"))
                if not area.ranked:
                    other, area = area, home_area(self.queries, self.context, None)
                    raise WrongUseError(f"{other.name} is not a local authority. Choose one at the top of the page.")
                body = page.draw(Visit(self.queries, context, partnership, area, page.path, query, asked))
        except MendableError as error:
            body = Body("This cannot be shown", frame.cannot_show(str(error), _elsewhere(context)))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("page %s failed, reference %s", page.id, reference)
            body = Body("Something went wrong", frame.something_wrong(reference, _elsewhere(context)))
        return frame.page(
            body.title,
            body.children,
            name=partnership.name if partnership else "",
            home=partnership.home_area if partnership else "",
            demonstration=bool(partnership and partnership.demonstration),
            area=area,
            authorities=authorities(self.queries.catalogue),
            nav=self.nav,
            path=page.path,
            frameworks=self._frameworks(),
            framework=context.framework,
            asked_framework=asked,
            here=here,
            who=identity.viewer(),
            proved=identity.is_proved(),
            as_of=context.as_of,
            nothing_then=nothing_then,
        )

    def _frameworks(self) -> tuple[tuple[str, str, str], ...]:
        """Id, name and address value of each framework where there are several; the usual one needs no value."""
        frameworks = self.queries.catalogue.frameworks
        if len(frameworks) < 2:
            return ()
        usual = self.context.framework
        ordered = sorted(frameworks, key=lambda found: (found != usual, found))
        return tuple((found, found.capitalize(), "" if found == usual else found) for found in ordered)
