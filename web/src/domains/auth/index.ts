import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "auth",
  screens: [{ path: "account", page: () => import("./pages/Account") }],
  live: { "staff.*": ["/v1/staff", "/v1/me"] },
});
