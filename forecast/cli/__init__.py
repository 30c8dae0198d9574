"""The command line: decode, call, print. Only light modules are imported here, so that ``forecast -h`` stays quick."""

from forecast.cli.app import main

__all__ = ["main"]
