"""The layers: every room in its place, from the bottom to the top.

A room may import what stands below it, and nothing else; rooms on one step know nothing of each
other. This is the one place that puts the rooms in order: the API, the worker, the migrations and
the contract on imports (`tools/layers.py`) read it.
"""

from pathlib import Path

LAYERS: tuple[tuple[str, ...], ...] = (
    # groundwork
    ("audit",),
    ("outbound",),
    ("events",),
    ("tenants",),
    ("jobs",),
    ("auth",),
    # books
    ("members", "ledger", "purchases", "activities"),
    # programme
    ("tiers",),
    ("segments",),
    ("rewards",),
    ("earning",),
    ("referrals", "clubs", "achievements"),
    ("settlement",),
    # entry points
    ("pos", "shop", "imports", "bulk", "platform"),
    ("integrations",),
    ("communications",),
    # windows
    ("analytics",),
)
"""Rooms that are still to come have their step already."""

ROOMS: tuple[str, ...] = tuple(
    room
    for step in LAYERS
    for room in step
    if (Path(__file__).parent / room / "__init__.py").is_file()
)
"""The rooms that there are."""
