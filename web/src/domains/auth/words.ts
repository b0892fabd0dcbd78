import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Tone } from "@/ui/Status";

export type Role = "owner" | "admin" | "manager" | "support" | "analyst" | "cashier";

/** Roles from most to fewest rights, and what each is for. */
export const ROLES: Record<Role, { name: MessageDescriptor; may: MessageDescriptor }> = {
  owner: {
    name: msg`Owner`,
    may: msg`Everything, also what is added later; makes and unmakes owners.`,
  },
  admin: { name: msg`Administrator`, may: msg`Everything there is today, but owners.` },
  manager: {
    name: msg`Manager`,
    may: msg`Runs the programme: rules, points, members, purchases; invites who can do no more.`,
  },
  support: { name: msg`Support`, may: msg`Helps members: looks up, corrects, refunds.` },
  analyst: { name: msg`Analyst`, may: msg`Reads what there is to count.` },
  cashier: { name: msg`Cashier`, may: msg`Stands at the till: finds members, records purchases.` },
};

export const STAFF_STATUS: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  active: { tone: "good", words: msg`Active` },
  invited: { tone: "waiting", words: msg`Invited` },
  removed: { tone: "quiet", words: msg`Removed` },
};
