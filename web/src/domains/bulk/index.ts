import { msg } from "@lingui/core/macro";
import { IconStack2 } from "@tabler/icons-react";
import { lazy } from "react";
import { defineDomain } from "@/ui/domain";

export const BulkMenu = lazy(() =>
  import("./parts/BulkMenu").then((part) => ({ default: part.BulkMenu })),
);

const permissions = ["bulk:read"];

export default defineDomain({
  room: "bulk",
  screens: [
    {
      path: "bulk-actions",
      page: () => import("./pages/BulkActions"),
      permissions,
      nav: { group: "people", label: msg`Bulk actions`, icon: IconStack2, order: 90 },
    },
    {
      path: "bulk-actions/$bulkActionId",
      page: () => import("./pages/BulkAction"),
      permissions,
    },
  ],
});
