"""A database of the folder's own: workers do the work of all tenants that are there."""

from tests import conftest

app_url, database = conftest.app_url, conftest.database
database_name, owner_url = conftest.database_name, conftest.owner_url
