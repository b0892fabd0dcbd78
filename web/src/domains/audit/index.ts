import { msg } from "@lingui/core/macro";
import { IconHistory } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "audit",
  screens: [
    {
      path: "audit",
      page: () => import("./pages/Audit"),
      permissions: ["audit:read"],
      nav: { group: "organisation", label: msg`Audit log`, icon: IconHistory, order: 90 },
    },
  ],
});
