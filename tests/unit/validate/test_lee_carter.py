from __future__ import annotations

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.validate.lee_carter import lee_carter_fits


def test_the_fits_of_other_packages(reference: Path) -> None:
    checks = lee_carter_fits(reference)
    assert len(checks) == 6
    assert [check.name for check in checks if not check.passed] == []
    # far inside the limits: the packages' own root finders are what is left
    assert all(check.measured < 1e-4 for check in checks)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lc_demography_out_age"):
        lee_carter_fits(tmp_path)
