import { msg } from "@lingui/core/macro";
import { IconApi, IconKey, IconUserCog } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "auth",
  screens: [
    { path: "account", page: () => import("./pages/Account") },
    {
      path: "staff",
      page: () => import("./pages/Staff"),
      permissions: ["auth:read"],
      nav: { group: "organisation", label: msg`Staff`, icon: IconUserCog, order: 10 },
    },
    {
      path: "api-keys",
      page: () => import("./pages/ApiKeys"),
      permissions: ["auth:read"],
      nav: { group: "developers", label: msg`API keys`, icon: IconKey, order: 10 },
    },
    {
      path: "api",
      page: () => import("./pages/Api"),
      nav: { group: "developers", label: msg`API`, icon: IconApi, order: 5 },
      permissions: ["auth:read"],
    },
  ],
  actions: [
    {
      label: msg`Invite somebody to the staff`,
      to: "staff?open=invite",
      permission: "auth:invite",
    },
    { label: msg`Create an API key`, to: "api-keys?open=create", permission: "auth:write" },
  ],
  live: { "staff.*": ["/v1/staff", "/v1/me"] },
});
