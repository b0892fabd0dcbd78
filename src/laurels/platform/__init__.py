"""For the operator of the installation: tenants, plans, platform settings.

An operator sees which tenants there are, may suspend them, put them on plans and switch features;
points and members are none of their business: for those they need a key of the tenant.
"""

from .plans import list_plans
from .service import create_tenant

__all__ = ["create_tenant", "list_plans"]
