"""Settings, from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """HOST, PORT and DATABASE_URL, as every host sets them; the rest carries the product's prefix."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = 8050
    database_url: str = f"sqlite:///{(PROJECT / 'var' / 'safeguarding.db').as_posix()}"
    secret_key: str | None = Field(default=None, validation_alias="SAFEGUARDING_SECRET_KEY")
    """Signs what browsers hand back. The same for every worker; a new one at each start where none is given."""
