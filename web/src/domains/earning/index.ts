import { msg } from "@lingui/core/macro";
import { IconCalculator, IconListCheck } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "earning",
  screens: [
    {
      path: "earning-rules",
      page: () => import("./pages/Rules"),
      permissions: ["earning:read"],
      nav: {
        group: "programme",
        label: msg`Earning rules`,
        icon: IconListCheck,
        order: 10,
        key: "e",
      },
    },
    {
      path: "simulator",
      page: () => import("./pages/Simulator"),
      permissions: ["earning:read"],
      nav: { group: "programme", label: msg`Simulator`, icon: IconCalculator, order: 12 },
    },
    {
      path: "earning-rules/new",
      page: () => import("./pages/EditRule"),
      permissions: ["earning:write"],
    },
    {
      path: "earning-rules/$ruleId/edit",
      page: () => import("./pages/EditRule"),
      permissions: ["earning:write"],
    },
    {
      path: "earning-rules/$ruleId",
      page: () => import("./pages/Rule"),
      permissions: ["earning:read"],
    },
  ],
  actions: [
    { label: msg`New earning rule`, to: "earning-rules/new", permission: "earning:write" },
    {
      label: msg`Simulate a purchase`,
      to: "simulator",
      permission: "earning:read",
    },
  ],
  live: {
    "purchase.*": ["/v1/earning-rules/usage"],
    "activity.*": ["/v1/earning-rules/usage"],
  },
});
