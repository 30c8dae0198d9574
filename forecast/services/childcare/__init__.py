"""Nursery: children by month of age, those who use one, their places, classes and carers."""
