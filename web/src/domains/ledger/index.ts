import { msg } from "@lingui/core/macro";
import { IconBook2, IconCoins, IconLock, IconScale } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

const permissions = ["ledger:read"];

export default defineDomain({
  room: "ledger",
  screens: [
    {
      path: "programs",
      page: () => import("./pages/Programs"),
      permissions,
      nav: { group: "programme", label: msg`Points programs`, icon: IconCoins, order: 60 },
    },
    { path: "programs/$programId", page: () => import("./pages/Program"), permissions },
    {
      path: "holds",
      page: () => import("./pages/Holds"),
      permissions,
      nav: { group: "people", label: msg`Holds`, icon: IconLock, order: 60 },
    },
    {
      path: "debts",
      page: () => import("./pages/Debts"),
      permissions,
      nav: { group: "people", label: msg`Points owed`, icon: IconScale, order: 70 },
    },
    { path: "holds/$holdId", page: () => import("./pages/Hold"), permissions },
    { path: "wallets/$walletId", page: () => import("./pages/Wallet"), permissions },
    { path: "transactions/$transactionId", page: () => import("./pages/Transaction"), permissions },
    {
      path: "books",
      page: () => import("./pages/Books"),
      permissions: ["jobs:read"],
      nav: { group: "programme", label: msg`Verify the books`, icon: IconBook2, order: 70 },
    },
  ],
  live: { "points.*": ["/v1/wallets", "/v1/transactions", "/v1/holds"] },
});
