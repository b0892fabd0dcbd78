import { useLingui } from "@lingui/react/macro";
import type { Tone } from "@/ui/Status";

export const HOLD_STATUSES = ["open", "captured", "released", "expired"] as const;
const TONES: Record<string, Tone> = { open: "waiting", captured: "good" };

/** What the ledger's codes are called. */
export function useLedgerWords() {
  const { t } = useLingui();
  const types: Record<string, string> = {
    earned: t`Earned`,
    bonus: t`Bonus`,
    redeemed: t`Redeemed`,
    expired: t`Expired`,
    adjusted: t`Adjusted by hand`,
    refunded: t`Taken back by a refund`,
    reversed: t`Reversed`,
    transferred: t`Transferred`,
    penalty: t`Penalty`,
  };
  const actors: Record<string, string> = {
    api_key: t`An API key`,
    staff: t`Staff`,
    operator: t`An operator`,
    system: t`Laurels itself`,
    nobody: t`Nobody`,
    sql: t`The database`,
  };
  const statuses: Record<string, string> = {
    open: t`Open`,
    captured: t`Spent`,
    released: t`Released`,
    expired: t`Expired`,
  };
  return {
    type: (code: string) => types[code] ?? code,
    actor: (code: string) => actors[code] ?? code,
    holdStatus: (code: string) => statuses[code] ?? code,
    holdTone: (code: string): Tone => TONES[code] ?? "quiet",
  };
}
