"""What points buy: the catalogue, redemptions and voucher codes.

A redemption takes the points and the thing in one transaction; what a provider has to deliver
comes afterwards, and gives the points back if it never does. It never decides what earns points.
"""

from . import expanding as _expanding
from .ending import Delivery, cancel, complete, fail, refund
from .errors import RedemptionMoved
from .offers import offers_for
from .providers import Delivered, Order, Provider, Undeliverable, provide, withdraw
from .queries import MAX_REWARDS, count_rewards, get_reward, list_rewards, redeemers
from .redeeming import NewRedemption, Redeemed, give, redeem, redeem_many
from .service import change_reward, create_reward, set_active, set_archived
from .settings import RewardSettings
from .stock import give_back_stock, take_stock
from .using import Use, reopen_ended, reopen_refunded, reopen_unfit, use
from .vouchers import MAX_CODES, Handled
from .vouchers import upload as upload_vouchers
from .walking import (
    count_codes,
    count_redemptions,
    find_codes,
    walk_codes,
    walk_redemptions,
    walk_rewards,
)

assert _expanding.REDEMPTION, "answers can be expanded by what this room offers"

__all__ = [
    "MAX_CODES",
    "MAX_REWARDS",
    "Delivered",
    "Delivery",
    "Handled",
    "NewRedemption",
    "Order",
    "Provider",
    "Redeemed",
    "RedemptionMoved",
    "RewardSettings",
    "Undeliverable",
    "Use",
    "cancel",
    "change_reward",
    "complete",
    "count_codes",
    "count_redemptions",
    "count_rewards",
    "create_reward",
    "fail",
    "find_codes",
    "get_reward",
    "give",
    "give_back_stock",
    "list_rewards",
    "offers_for",
    "provide",
    "redeem",
    "redeem_many",
    "redeemers",
    "refund",
    "reopen_ended",
    "reopen_refunded",
    "reopen_unfit",
    "set_active",
    "set_archived",
    "take_stock",
    "upload_vouchers",
    "use",
    "walk_codes",
    "walk_redemptions",
    "walk_rewards",
    "withdraw",
]
