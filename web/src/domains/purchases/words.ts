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

const OUTCOME_TONES: Record<string, Tone> = {
  gave: "good",
  capped: "attention",
  multiplied: "good",
  fact_missing: "bad",
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
  const outcomes: Record<string, string> = {
    gave: t`Gave points`,
    capped: t`Gave points, up to its limit`,
    multiplied: t`Multiplied points`,
    fact_missing: t`A fact was missing`,
    window: t`Outside its dates`,
    condition: t`Condition not met`,
    zero: t`Came to nothing`,
    cap_reached: t`Limit reached`,
    exclusive: t`Shut out by another rule`,
    exclusion_group: t`Another rule gave more`,
  };
  return {
    status: (code: string) => statuses[code] ?? code,
    means: (code: string) => explained[code] ?? "",
    tone: (code: string): Tone => TONES[code] ?? "quiet",
    refundState: (code: string) => refundStates[code] ?? code,
    method: (code: string) => methods[code] ?? code,
    outcome: (code: string) => outcomes[code] ?? code,
    outcomeTone: (code: string): Tone => OUTCOME_TONES[code] ?? "quiet",
  };
}
