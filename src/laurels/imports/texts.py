"""The texts of a file's cells: keys and words as the API takes them (`kit.values.text`)."""

from laurels.kit.values.text import check_key, check_line, check_prose

from .errors import RowInvalid

_KEYS = frozenset(
    """
    external_id email member refund_of channel code category sku email_opt_in_source
    sms_opt_in_source
    """.split()
)
_PROSE = frozenset({"note", "reason", "description", "terms"})


def checked(column: str, said: str) -> str:
    """Return the text of a cell in its one spelling. Raise RowInvalid for what nobody sees."""
    check = check_key if column in _KEYS else check_prose if column in _PROSE else check_line
    try:
        return check(said)
    except ValueError as error:
        raise RowInvalid(str(error), field=column) from None
