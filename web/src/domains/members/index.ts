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
      nav: { group: "people", label: msg`Members`, icon: IconUsers, order: 10, key: "m" },
    },
    {
      path: "members/$memberId",
      page: () => import("./pages/Member"),
      permissions: ["members:read"],
    },
  ],
  actions: [{ label: msg`Enrol a member`, to: "members?open=enrol", permission: "members:write" }],
  live: {
    "member.*": ["/v1/members"],
    "points.*": ["/v1/members", "/v1/wallets"],
    "purchase.*": ["/v1/members", "/v1/wallets"],
    "tier.*": ["/v1/members"],
    "segment.*": ["/v1/members"],
    "redemption.*": ["/v1/members"],
    "reward.*": ["/v1/members"],
    "hold.*": ["/v1/wallets", "/v1/members"],
  },
});
