"""Who asks, for which partnership and framework, and as of when. It goes into every query and every command."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Context(BaseModel):
    """One viewer and one partnership (`home`) for now; `as_of` None means now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    viewer: str = "local"
    partnership: str = "home"
    framework: str = "children"
    as_of: AwareDatetime | None = None

    def at(self, instant: datetime | None) -> "Context":
        """The same viewer, looking at what was accepted at an instant."""
        return self.model_copy(update={"as_of": instant})
