import { msg } from "@lingui/core/macro";
import { IconUsers } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "members",
  screens: [
    {
      path: "members",
      page: () => import("./pages/Members"),
      permissions: ["members:read"],
      nav: { group: "people", label: msg`Members`, icon: IconUsers, order: 10 },
    },
  ],
  live: { "member.*": ["/v1/members"] },
});
