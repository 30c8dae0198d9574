"""Checks of the program against published results and against what must hold for any input."""
