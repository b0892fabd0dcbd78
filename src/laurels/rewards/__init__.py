"""What points buy: the catalogue, redemptions, and the codes they are delivered by.

A redemption takes the points and the thing in one transaction; what a provider has to deliver
comes afterwards, and gives the points back if it never does. It never decides what earns points.
"""

from . import expanding as _expanding
from .delivering import deliver_waiting, run_fulfilment
from .ending import Delivery, cancel, complete, fail, refund
from .offers import offers_for
from .providers import Delivered, Order, Provider, Undeliverable, provide, withdraw
from .queries import get_reward, list_rewards
from .redeeming import NewRedemption, Redeemed, redeem, redeem_many
from .service import create_reward
from .settings import RewardSettings
from .using import Use, use
from .vouchers import MAX_CODES, Handled
from .vouchers import upload as upload_vouchers

assert _expanding.REDEMPTION, "answers can be expanded by what this room offers"

__all__ = [
    "MAX_CODES", "Delivered", "Delivery", "Handled", "NewRedemption", "Order", "Provider",
    "Redeemed", "RewardSettings", "Undeliverable", "Use", "cancel", "complete", "create_reward",
    "deliver_waiting", "fail", "get_reward", "list_rewards", "offers_for", "provide", "redeem",
    "redeem_many", "refund", "run_fulfilment", "upload_vouchers", "use", "withdraw",
]  # fmt: skip
