"""What is listed: patterns with two readings, programs, and the files they come from."""
