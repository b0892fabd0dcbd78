"""The order of the rooms as a contract of import-linter, so that it is written down once."""

from typing import Any

from importlinter.contracts.layers import LayersContract

from laurels.layers import LAYERS

ABOVE = ["cli", "api | worker", "domains"]
BELOW = ["kit", "config | permissions | layers"]


class RoomLayers(LayersContract):
    """Layers, from the top to the bottom; in parentheses, since a room may be still to come."""

    def __init__(
        self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]
    ) -> None:
        steps = [" | ".join(f"({room})" for room in step) for step in reversed(LAYERS)]
        layers = [*ABOVE, *steps, *BELOW]
        super().__init__(name, session_options, {**contract_options, "layers": layers})
