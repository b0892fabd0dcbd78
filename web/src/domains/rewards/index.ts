import { msg } from "@lingui/core/macro";
import { IconGift, IconTicket } from "@tabler/icons-react";
import { lazy } from "react";
import { defineDomain } from "@/ui/domain";

export const Reasons = lazy(() =>
  import("./parts/Reasons").then((part) => ({ default: part.Reasons })),
);
export const RedemptionStatus = lazy(() =>
  import("./parts/RedemptionStatus").then((part) => ({ default: part.RedemptionStatus })),
);

export default defineDomain({
  room: "rewards",
  screens: [
    {
      path: "rewards",
      page: () => import("./pages/Rewards"),
      permissions: ["rewards:read"],
      nav: { group: "programme", label: msg`Rewards`, icon: IconGift, order: 40, key: "r" },
    },
    {
      path: "rewards/new",
      page: () => import("./pages/EditReward"),
      permissions: ["rewards:write"],
    },
    {
      path: "rewards/$rewardId",
      page: () => import("./pages/Reward"),
      permissions: ["rewards:read"],
    },
    {
      path: "rewards/$rewardId/edit",
      page: () => import("./pages/EditReward"),
      permissions: ["rewards:write"],
    },
    {
      path: "redemptions",
      page: () => import("./pages/Redemptions"),
      permissions: ["rewards:read"],
      nav: { group: "programme", label: msg`Redemptions`, icon: IconTicket, order: 50 },
    },
    {
      path: "redemptions/$redemptionId",
      page: () => import("./pages/Redemption"),
      permissions: ["rewards:read"],
    },
  ],
  actions: [{ label: msg`New reward`, to: "rewards/new", permission: "rewards:write" }],
  live: {
    "reward.*": ["/v1/rewards", "/v1/redemptions"],
    "redemption.*": ["/v1/redemptions", "/v1/rewards"],
    "vouchers.*": ["/v1/rewards"],
  },
});
