"""`laurels run`: everything in one process, with a demo tenant to look at."""


def run() -> None:
    """Start Laurels with a demo tenant."""
