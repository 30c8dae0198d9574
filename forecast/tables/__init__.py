"""Tables in and out: schemas as data, reading with all faults at once, writing Parquet (design, sections 4 and 5)."""
