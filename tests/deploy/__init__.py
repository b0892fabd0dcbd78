"""The files that bring Laurels onto a server, held against the code."""
