import { msg } from "@lingui/core/macro";
import { IconFileExport, IconFileImport } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "imports",
  screens: [
    {
      path: "imports",
      page: () => import("./pages/Imports"),
      permissions: ["imports:read"],
      nav: { group: "organisation", label: msg`Imports`, icon: IconFileImport, order: 60 },
    },
    {
      path: "imports/new",
      page: () => import("./pages/NewImport"),
      permissions: ["imports:write"],
    },
    {
      path: "imports/columns",
      page: () => import("./pages/FileColumns"),
      permissions: ["imports:read"],
    },
    {
      path: "imports/$importId",
      page: () => import("./pages/Import"),
      permissions: ["imports:read"],
    },
    {
      path: "exports",
      page: () => import("./pages/Exports"),
      permissions: ["imports:read"],
      nav: { group: "organisation", label: msg`Exports`, icon: IconFileExport, order: 61 },
    },
  ],
  actions: [{ label: msg`Import a file`, to: "imports/new", permission: "imports:write" }],
});
