from __future__ import annotations

import hashlib
from pathlib import Path

from forecast.run.digest import of_file, of_inputs, of_texts


def test_a_file_by_the_book(tmp_path: Path) -> None:
    path = tmp_path / "made"
    path.write_bytes(b"abc")
    # the example of FIPS 180-4
    assert of_file(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    path.write_bytes(b"x" * (1 << 20) + b"y")
    assert of_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_order_does_not_matter_and_content_does() -> None:
    assert of_texts({"a": "1", "b": "2"}) == of_texts({"b": "2", "a": "1"})
    assert len({of_texts({"a": "1"}), of_texts({"a": "2"}), of_texts({"b": "1"}), of_texts({})}) == 4


def test_every_input_of_the_bundled_project(harbin: Path) -> None:
    found = of_inputs(harbin, ("models/scenarios/baseline.toml",))
    assert "models/births.toml" in found
    assert "models/scenarios/baseline.toml" in found
    assert "models/scenarios/no-migration.toml" not in found
    tables = {path.relative_to(harbin).as_posix() for path in (harbin / "data").rglob("*.csv")}
    assert tables <= set(found)
    assert found["data/sources.csv"] == of_file(harbin / "data" / "sources.csv")
