"""What people see: the built console in a real browser, on the real server and database."""
