"""The garbage collector, told what kind of process this is."""

import gc

YOUNG_OBJECTS = 100_000


def expect_batches() -> None:
    """The collector looks seldom, and never again at what was loaded at the start.

    A batch of a thousand purchases makes tens of thousands of objects that die by reference count.
    With the defaults of Python the collector walks all modules and tables for every few hundred of
    them; that was about a fifth of the processor time of the pipeline in Python.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
