import { msg } from "@lingui/core/macro";
import { IconSend } from "@tabler/icons-react";
import { lazy } from "react";
import { defineDomain } from "@/ui/domain";

export const MessageList = lazy(() =>
  import("./parts/MessageList").then((part) => ({ default: part.MessageList })),
);

const permissions = ["outbound:read"];

export default defineDomain({
  room: "outbound",
  screens: [
    {
      path: "outbound-messages",
      page: () => import("./pages/Messages"),
      permissions,
      nav: { group: "developers", label: msg`Outbound messages`, icon: IconSend, order: 30 },
    },
    {
      path: "outbound-messages/$messageId",
      page: () => import("./pages/Message"),
      permissions,
    },
  ],
  live: { "*": ["/v1/outbound-messages"] },
});
