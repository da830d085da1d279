"""Settings come from the environment, and a wrong one is told in a sentence."""

import pytest

from dashboard.settings import Settings
from schema.errors import WrongUseError


@pytest.mark.parametrize("port", ["abc", "0", "70000"])
def test_a_port_that_is_none_is_one_sentence(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(WrongUseError, match=rf"^PORT is “{port}”: .* Set PORT to another value"):
        Settings()


def test_an_empty_setting_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert Settings().port == 8050
