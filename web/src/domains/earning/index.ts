import { msg } from "@lingui/core/macro";
import { IconListCheck } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "earning",
  screens: [
    {
      path: "earning-rules",
      page: () => import("./pages/Rules"),
      permissions: ["earning:read"],
      nav: { group: "programme", label: msg`Earning rules`, icon: IconListCheck, order: 10 },
    },
    {
      path: "earning-rules/simulator",
      page: () => import("./pages/Simulator"),
      permissions: ["earning:read"],
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
});
