"""What other people's test sets say, held against this library."""
