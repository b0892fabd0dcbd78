import { msg } from "@lingui/core/macro";
import { IconStairs } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "tiers",
  screens: [
    {
      path: "tiers",
      page: () => import("./pages/Tiers"),
      permissions: ["tiers:read"],
      nav: { group: "programme", label: msg`Tiers`, icon: IconStairs, order: 30, key: "t" },
    },
    { path: "tiers/edit", page: () => import("./pages/EditLadder"), permissions: ["tiers:write"] },
    { path: "tiers/$tierId", page: () => import("./pages/Tier"), permissions: ["tiers:read"] },
  ],
  live: { "tier.*": ["/v1/tiers"] },
});
