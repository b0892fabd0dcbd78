import { msg } from "@lingui/core/macro";
import {
  IconAdjustments,
  IconBuildingStore,
  IconHeartbeat,
  IconLicense,
} from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

const READ = ["platform:read"];

export default defineDomain({
  room: "platform",
  scope: "platform",
  screens: [
    {
      path: "tenants",
      page: () => import("./pages/Tenants"),
      permissions: READ,
      nav: { group: "overview", label: msg`Tenants`, icon: IconBuildingStore, order: 10, key: "t" },
    },
    {
      path: "tenants/$tenantId",
      page: () => import("./pages/Tenant"),
      permissions: READ,
    },
    {
      path: "plans",
      page: () => import("./pages/Plans"),
      permissions: READ,
      nav: { group: "overview", label: msg`Plans`, icon: IconLicense, order: 20, key: "p" },
    },
    {
      path: "settings",
      page: () => import("./pages/PlatformSettings"),
      permissions: READ,
      nav: { group: "overview", label: msg`Settings`, icon: IconAdjustments, order: 30, key: "s" },
    },
    {
      path: "",
      page: () => import("./pages/Health"),
      permissions: READ,
      nav: { group: "overview", label: msg`Health`, icon: IconHeartbeat, order: 0, key: "h" },
    },
  ],
  actions: [{ label: msg`New tenant`, to: "tenants?open=new", permission: "platform:write" }],
});
