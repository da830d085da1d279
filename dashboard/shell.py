"""What every page has in common: who looks at which area, the frame around the page, and what is said when it fails.

The address is the only state. A page is a pure function of a `Visit`; a control writes the address, and the page is
drawn from it again. So a link always opens what its sender saw, and the browser's Back button works.
"""

import logging
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from dash import html

from dashboard.components import frame
from dashboard.components.links import address
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
        """An address within the dashboard that keeps the area and the framework (the usual ones go without saying)."""
        area = "" if self.area.id == self.partnership.home_area else self.area.id
        return address(path, **{"area": area, "framework": self.asked_framework, **query})


@dataclass(frozen=True)
class Body:
    """A drawn page. `title` is for the browser's tab; the page's own first heading is among `children`."""

    title: str
    children: list[Any]


def _always(_catalogue: Catalogue, _parts: Mapping[str, str]) -> bool:
    return True


@dataclass(frozen=True)
class Page:
    """A page as the shell knows it.

    `path` may hold one or more `<name>` parts, which come with the query. `nav` is its word in the navigation, empty
    for a page that is reached from another one. `there` says whether what the parts name is there: where it is not, the
    page is still drawn (and says so), and the answer's status tells machines.
    """

    id: str
    path: str
    draw: Callable[[Visit], Body]
    nav: str = ""
    order: int = 100
    there: Callable[[Catalogue, Mapping[str, str]], bool] = _always


NOT_FOUND = Page("not-found", "", lambda visit: Body("Not found", frame.not_found()))


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
        return self.draw(page, {**dict(parse_qsl((search or "").lstrip("?"))), **parts})

    def draw(self, page: Page, query: Mapping[str, str]) -> html.Div:
        """A page in its frame, or what went wrong in the same frame."""
        partnership: Partnership | None = None
        area: Area | None = None
        context, asked = self.context, ""
        try:
            context = with_framework(self.queries.catalogue, self.context, query.get("framework"))
            asked = context.framework if context.framework != self.context.framework else ""
            partnership = self.queries.partnership(self.context)
            area = home_area(self.queries, self.context, None)
            area = home_area(self.queries, self.context, query.get("area"))
            if not area.ranked:
                other, area = area, home_area(self.queries, self.context, None)
                raise WrongUseError(f"{other.name} is not a local authority. Choose one at the top of the page.")
            body = page.draw(Visit(self.queries, context, partnership, area, page.path, query, asked))
        except MendableError as error:
            body = Body("This cannot be shown", frame.cannot_show(str(error)))
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("page %s failed, reference %s", page.id, reference)
            body = Body("Something went wrong", frame.something_wrong(reference))
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
        )

    def _frameworks(self) -> tuple[tuple[str, str, str], ...]:
        """Id, name and address value of each framework where there are several; the usual one needs no value."""
        frameworks = self.queries.catalogue.frameworks
        if len(frameworks) < 2:
            return ()
        usual = self.context.framework
        ordered = sorted(frameworks, key=lambda found: (found != usual, found))
        return tuple((found, found.capitalize(), "" if found == usual else found) for found in ordered)
