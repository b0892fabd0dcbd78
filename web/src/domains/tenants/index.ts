import { msg } from "@lingui/core/macro";
import { IconSettings } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "tenants",
  screens: [
    {
      path: "settings",
      page: () => import("./pages/Settings"),
      permissions: ["tenants:read"],
      nav: { group: "organisation", label: msg`Settings`, icon: IconSettings, order: 50 },
    },
    {
      path: "settings/$section",
      page: () => import("./pages/Section"),
      permissions: ["tenants:read"],
    },
  ],
});
