import { useLingui } from "@lingui/react/macro";
import type { Tone } from "@/ui/Status";

export const STATUSES = ["completed", "pending", "cancelled", "failed"] as const;
export const REFUND_STATES = ["none", "partial", "full"] as const;

const TONES: Record<string, Tone> = {
  completed: "good",
  pending: "waiting",
  cancelled: "quiet",
  failed: "bad",
};

/** What the codes of purchases are called. */
export function usePurchaseWords() {
  const { t } = useLingui();
  const statuses: Record<string, string> = {
    completed: t`Completed`,
    pending: t`Pending`,
    cancelled: t`Cancelled`,
    failed: t`Failed`,
  };
  const explained: Record<string, string> = {
    completed: t`It was paid.`,
    pending: t`It is not paid yet, and earns nothing until it is completed.`,
    cancelled: t`It was called off before it was paid, and earned nothing.`,
    failed: t`It could not be paid, and earned nothing.`,
  };
  const refundStates: Record<string, string> = {
    none: t`Not refunded`,
    partial: t`Partly refunded`,
    full: t`Fully refunded`,
  };
  const methods: Record<string, string> = {
    cash: t`Cash`,
    card: t`Card`,
    mobile: t`Mobile phone`,
    other: t`Other`,
  };
  return {
    status: (code: string) => statuses[code] ?? code,
    means: (code: string) => explained[code] ?? "",
    tone: (code: string): Tone => TONES[code] ?? "quiet",
    refundState: (code: string) => refundStates[code] ?? code,
    method: (code: string) => methods[code] ?? code,
  };
}
