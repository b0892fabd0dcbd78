"""What the project needs to be built, and nobody who runs it."""
