"""Which framework's measures are shown."""

from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError


def with_framework(catalogue: Catalogue, context: Context, asked: str | None) -> Context:
    """The context of the framework that an address names. Raises WrongUseError for one that there is not."""
    if not asked or asked == context.framework:
        return context
    if asked not in catalogue.frameworks:
        raise WrongUseError(f"“{asked[:40]}” is no framework. There are: {', '.join(sorted(catalogue.frameworks))}.")
    return context.model_copy(update={"framework": asked})
