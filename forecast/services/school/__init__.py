"""Kindergarten and school in a project: who goes where and to which grade, classes and staff."""
