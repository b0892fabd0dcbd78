"""`./dev bench`: how close we come to what the database itself can do.

Only ratios of one run mean anything: the limit, the set-based limit and our own rows are measured
in turns, on one durable server, and each figure is the median over the rounds.
"""
