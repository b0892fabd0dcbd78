import { useLingui } from "@lingui/react/macro";
import type { Schemas } from "@/api/context";

type Name = Schemas["StepOut"]["name"];

interface StepWords {
  title: string;
  about: string;
  /** The screen where it is done, below the tenant. */
  to: string;
  /** Who cannot do it does not see it. */
  permission: string;
}

/** What each of the first steps is called, why one does it, and where. */
export function useStepWords(): Record<Name, StepWords> {
  const { t } = useLingui();
  return {
    name: {
      title: t`Give your business its name`,
      about: t`It stands at the top of this console and in mails to your staff.`,
      to: "settings?open=rename",
      permission: "tenants:write",
    },
    brand: {
      title: t`Choose your colour`,
      about: t`Buttons and links have it.`,
      to: "settings/branding",
      permission: "tenants:write",
    },
    rule: {
      title: t`Say what earns points`,
      about: t`One rule is enough to begin with: a point for each unit of money.`,
      to: "earning-rules",
      permission: "earning:write",
    },
    reward: {
      title: t`Add a first reward`,
      about: t`What members can spend their points on.`,
      to: "rewards",
      permission: "rewards:write",
    },
    staff: {
      title: t`Invite somebody else`,
      about: t`Each person has a role: a cashier sees less than a manager.`,
      to: "staff",
      permission: "auth:invite",
    },
    integration: {
      title: t`Connect your shop`,
      about: t`Create a key and let your shop send its first request.`,
      to: "api-keys?open=create",
      permission: "auth:write",
    },
    import: {
      title: t`Bring your customers along`,
      about: t`Import them from a file, or their balances from another product.`,
      to: "imports",
      permission: "imports:read",
    },
    member: {
      title: t`Enrol a first member`,
      about: t`Yourself, for example.`,
      to: "members",
      permission: "members:write",
    },
    purchase: {
      title: t`See a first purchase`,
      about: t`It appears the moment your till or shop sends it, with the points it earned and why.`,
      to: "purchases",
      permission: "purchases:read",
    },
  };
}
