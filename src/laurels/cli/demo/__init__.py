"""`laurels run`: everything in one process, with two demo tenants to look at.

`command` is the command. What it shows is made up: `people` come by, `trading` says what they buy,
`cafe` and `shop` what each business is like. `living` lets half a year go by, all by the
operations that serve requests and jobs; `office` is what the staff does meanwhile.
"""

from .command import run

__all__ = ["run"]
