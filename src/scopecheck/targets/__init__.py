"""What is asked: a URL, host, address, app, repository or name in canonical form."""
