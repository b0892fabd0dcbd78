"""Columns that are known only when they are written, in the parts of a statement."""

from laurels.kit.db.columns import columns


def test_the_parts_agree_and_objects_become_json():
    row = columns({"name": "Tea", "value": {"percentage": "10"}, "stock": None}, start=3)

    assert row.names == "name, value, stock"
    assert row.marks == "$3, $4::text::jsonb, $5"
    assert row.pairs == "name = $3, value = $4::text::jsonb, stock = $5"
    assert row.values == ["Tea", '{"percentage":"10"}', None]


def test_no_columns_are_no_parts():
    assert columns({}) == ("", "", "", [])
