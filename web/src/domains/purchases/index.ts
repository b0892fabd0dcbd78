import { msg } from "@lingui/core/macro";
import { IconReceipt, IconReceiptRefund } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

const permissions = ["purchases:read"];

export default defineDomain({
  room: "purchases",
  screens: [
    {
      path: "purchases",
      page: () => import("./pages/Purchases"),
      permissions,
      nav: { group: "people", label: msg`Purchases`, icon: IconReceipt, order: 20, key: "p" },
    },
    { path: "purchases/$purchaseId", page: () => import("./pages/Purchase"), permissions },
    {
      path: "refunds",
      page: () => import("./pages/Refunds"),
      permissions,
      nav: { group: "people", label: msg`Refunds`, icon: IconReceiptRefund, order: 30 },
    },
    { path: "refunds/$refundId", page: () => import("./pages/Refund"), permissions },
  ],
  actions: [
    { label: msg`Record a purchase`, to: "purchases?open=record", permission: "purchases:write" },
  ],
  live: { "purchase.*": ["/v1/purchases", "/v1/refunds"] },
});
