"""Reading and checking a return of 100,000 rows, against a bare read of the same file in the same minute."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.bench import large_return
from tests.bench.test_load import run

PAIRS = 3
MOST_MB = 500


@pytest.mark.bench
@pytest.mark.parametrize(
    ("name", "write", "bare"),
    [
        ("return.csv", large_return.write_csv, "pandas.read_csv"),
        ("return.xlsx", large_return.write_xlsx, "calamine"),
    ],
)
def test_check_a_large_return(
    tmp_path: Path, name: str, write: Callable[[Path], None], bare: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    write(path)
    ours, alone = [], []
    for _ in range(PAIRS):
        ours.append(run("check_ours", str(path)))
        alone.append(run("check_bare", str(path))["seconds"])
    whole, reading = (
        [found[what] / beside for found, beside in zip(ours, alone, strict=True)] for what in ("seconds", "reading")
    )
    peak = max(found["peak_mb"] for found in ours)
    with capsys.disabled():
        print(
            f"\ncheck, {name}: {ours[0]['rows']:,} rows, {ours[0]['findings']:,} findings of {len(ours[0]['rules'])} "
            f"rules, {median(found['seconds'] for found in ours):.1f} s, peak {peak:.0f} MB"
        )
        print(f"  reading {median(reading):.1f} x a bare {bare} ({min(reading):.1f} to {max(reading):.1f})")
        print(f"  reading and checking {median(whole):.1f} x ({min(whole):.1f} to {max(whole):.1f})")
    assert ours[0]["rows"] == large_return.ROWS
    # Each planted fault is found, of every kind.
    assert {"value-negative", "value-not-a-number", "quantity-unknown", "category-unknown", "value-and-symbol"} <= {
        *ours[0]["rules"]
    }
    assert ours[0]["findings"] >= large_return.ROWS / large_return.FAULT_EVERY
    assert peak < MOST_MB
