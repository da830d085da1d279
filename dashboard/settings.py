"""Settings, from the environment."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schema.errors import WrongUseError

PROJECT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """HOST, PORT and DATABASE_URL, as every host sets them; the rest carries the product's prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=1, le=65535)
    database_url: str = f"sqlite:///{(PROJECT / 'var' / 'safeguarding.db').as_posix()}"
    secret_key: str | None = Field(default=None, validation_alias="SAFEGUARDING_SECRET_KEY")
    """Signs what browsers hand back. The same for every worker; a new one at each start where none is given."""

    user: str | None = Field(default=None, max_length=80, validation_alias="SAFEGUARDING_USER")
    """Who works on the command line: the account's name where none is given."""
    user_header: str | None = Field(default=None, validation_alias="SAFEGUARDING_USER_HEADER")
    """The header in which a sign-in service before the pages says who is there. Without one, visitors say it
    themselves, and nothing proves that they are who they say."""
    hosts: str = Field(default="", validation_alias="SAFEGUARDING_HOSTS")
    """Further names by which browsers reach the pages, with commas between; a dot in front takes in what is below."""

    def __init__(self, **values: Any) -> None:
        """Read the environment.

        Raises:
            WrongUseError: a setting is not what it must be.
        """
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]).upper()
            raise WrongUseError(
                f"{name} is “{str(first['input'])[:40]}”: {first['msg'][:1].lower()}{first['msg'][1:]}. "
                f"Set {name} to another value, or leave it out."
            ) from error

    @property
    def names(self) -> tuple[str, ...]:
        """The names of `host` and `hosts`, in lower case."""
        return tuple(name.strip().lower() for name in (self.host, *self.hosts.split(",")) if name.strip())
