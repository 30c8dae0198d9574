"""laoyou (老幼): district populations to nursery, school and elder-care places."""

__version__ = "0.5.0"
