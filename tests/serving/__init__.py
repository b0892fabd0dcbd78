"""What arrives as bytes: the HTTP server, attacked below the level of any client library."""
