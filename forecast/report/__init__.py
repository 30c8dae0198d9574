"""What a reader sees of a finished run: the summary in the terminal and the report in a browser."""
