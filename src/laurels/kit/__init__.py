"""Tools without business words. A tool comes in when two rooms already use it.

Its only tables are `idempotency_keys` and `counters`. It never knows what a point is.
"""
