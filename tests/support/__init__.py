"""What tests share: the server, builders, fakes of what lies outside."""
