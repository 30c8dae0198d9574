"""Pure functions on plain arrays: no files, no frames, no clock."""
