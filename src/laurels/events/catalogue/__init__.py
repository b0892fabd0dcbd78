"""Everything that can happen: a short module per room, which has the room's name.

Any room may name any event, because the catalogue is near the bottom of the layers.
"""

from importlib import import_module
from pkgutil import iter_modules

from .base import Event

CATALOGUE: dict[str, type[Event]] = {
    event.name: event
    for module in iter_modules(__path__)
    for event in vars(import_module(f"{__name__}.{module.name}")).values()
    if isinstance(event, type) and issubclass(event, Event) and hasattr(event, "name")
}
"""Every event by its name: the classes in those modules that have one."""

__all__ = ["CATALOGUE", "Event"]
