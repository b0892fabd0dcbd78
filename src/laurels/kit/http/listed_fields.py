"""A field that conditions may name, as the API lists it."""

from typing import Any, Self

from pydantic import Field

from ..conditions import OPS
from ..conditions import Field as Asked
from ..values.fields import View


class FieldOut(View):
    """A field that conditions can use."""

    name: str = Field(description="Its name in conditions; `<key>` stands for one of your keys.")
    kind: str = Field(description="Type of its values, such as `money`, `text` or `date`.")
    description: str = Field(description="What it means.")
    operators: list[str] = Field(description="Operators it can be compared with.")
    choices: list[str] = Field(description="Allowed values; empty: any.")
    collection: str | None = Field(
        description="The collection whose elements have it; null: it belongs to no collection."
    )
    private: bool = Field(description="Whether its values are never shown.")

    @classmethod
    def of(cls, field: Asked, **more: Any) -> Self:
        """Show a field, with what this list says besides."""
        name = f"{field.name}.<key>" if field.kind == "attributes" else field.name
        return cls(
            name=name,
            kind=field.kind.value,
            description=field.description,
            operators=sorted(op.value for op in OPS[field.kind]),
            choices=list(field.choices),
            collection=field.collection,
            private=field.private,
            **more,
        )
