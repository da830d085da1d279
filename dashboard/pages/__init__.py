"""One file a page. A module here that has a `PAGE` is a page; nothing else has to know of it."""

from importlib import import_module
from pkgutil import iter_modules

from dashboard.shell import Page


def all_pages() -> tuple[Page, ...]:
    """Every page of this folder, by file name."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(module.PAGE for module in modules if hasattr(module, "PAGE"))
