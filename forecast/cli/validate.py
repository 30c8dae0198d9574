"""``forecast validate``: the program against theory, published projections and the project's own figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forecast.cli.options import Settings, common, example
from forecast.cli.show import as_json, table, texts

if TYPE_CHECKING:
    from forecast.validate.check import Check

BESIDE = Path("shared") / "reference"
"""Where the published results lie, beside the folder of the project."""


@click.command(
    "validate", epilog=example("forecast validate", "forecast validate --reference ../shared/reference --json")
)
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Published results.  [default: ../shared/reference beside the project]",
)
@common
def validate(settings: Settings, reference: Path | None) -> None:
    """Check the program against known and published numbers; exit 1 when a check fails.

    Three groups: what must hold whatever the data; the UN's own example and its World Population Prospects 2019; the
    project's published figures, with the errors of a forecast that could have been made ten years before.
    """
    project = settings.home()
    from forecast.validate.invariants import invariants
    from forecast.validate.project import baseline, hindsight_table, project_checks

    groups: dict[str, list[Check]] = {"program": invariants()}
    skipped: dict[str, str] = {}
    folder = reference or project.resolve().parent / BESIDE
    if reference is not None or folder.is_dir():
        groups["reference"] = _published(folder)
    else:
        skipped["reference"] = texts(settings.lang)["validate.skipped"].format(folder=folder)
    known = baseline(project)
    groups["project"] = project_checks(known)
    errors = hindsight_table(known)
    checks = [(group, check) for group, found in groups.items() for check in found]
    failed = [check for _, check in checks if not check.passed]
    if settings.json:
        listed = [{"group": group, **asdict(check), "passed": check.passed} for group, check in checks]
        as_json(
            {"checks": listed, "skipped": skipped, "hindsight": errors.to_dict(orient="records"), "failed": len(failed)}
        )
    else:
        _print(settings, checks, skipped)
        if not settings.quiet:
            click.echo()
            click.echo(texts(settings.lang)["validate.hindsight"])
            table(
                [texts(settings.lang).get(f"head.{name}", name) for name in errors.columns],
                errors.to_numpy().tolist(),
                right=range(2, len(errors.columns)),
            )
    if failed:
        click.echo(
            texts(settings.lang)["validate.failed"].format(
                count=len(failed), names=", ".join(check.name for check in failed)
            ),
            err=True,
        )
        click.get_current_context().exit(1)


def _published(folder: Path) -> list[Check]:
    from forecast.validate.closure import wpp2019
    from forecast.validate.lee_carter import lee_carter_fits
    from forecast.validate.reference import canada

    return [*canada(folder), *wpp2019(folder), *lee_carter_fits(folder)]


def _print(settings: Settings, checks: list[tuple[str, Check]], skipped: dict[str, str]) -> None:
    words = texts(settings.lang)
    rows = [
        [
            words["validate.passed" if check.passed else "validate.broken"],
            words[f"validate.{group}"],
            check.name,
            f"{check.measured:.3g}",
            f"{'>=' if check.at_least else '<='} {check.limit:g}",
            check.what,
        ]
        for group, check in checks
        if not settings.quiet or not check.passed
    ]
    if rows:
        table(
            [words[f"head.{name}"] for name in ("result", "group", "check", "measured", "limit", "what")],
            rows,
            right=(3,),
        )
    for group, why in skipped.items():
        settings.say(f"{words[f'validate.{group}']}: {why}")
    click.echo(words["validate.count"].format(passed=sum(check.passed for _, check in checks), count=len(checks)))
