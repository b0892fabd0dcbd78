import { msg } from "@lingui/core/macro";
import { IconHome } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "analytics",
  screens: [
    {
      path: "",
      page: () => import("./pages/Home"),
      nav: { group: "overview", label: msg`Home`, icon: IconHome, order: 0, key: "h" },
    },
  ],
  live: {
    "purchase.*": ["/v1/analytics"],
    "points.*": ["/v1/analytics"],
    "member.*": ["/v1/analytics"],
    "reward.*": ["/v1/analytics"],
  },
});
