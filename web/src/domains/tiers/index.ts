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
  ],
  live: { "tier.*": ["/v1/tiers"] },
});
