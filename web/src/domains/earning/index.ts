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
      path: "earning-rules/$ruleId",
      page: () => import("./pages/Rule"),
      permissions: ["earning:read"],
    },
  ],
});
