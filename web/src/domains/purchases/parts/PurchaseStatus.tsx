import { Group } from "@mantine/core";
import { Status } from "@/ui/Status";
import { usePurchaseWords } from "../words";

/** Its state and, once money went back, how much of it. */
export function PurchaseStatus({
  purchase,
}: {
  purchase: { status: string; refund_state: string };
}) {
  const words = usePurchaseWords();
  const { status, refund_state: refunded } = purchase;
  return (
    <Group component="span" gap="sm" display="inline-flex">
      <Status tone={words.tone(status)}>{words.status(status)}</Status>
      {refunded !== "none" && <Status tone="attention">{words.refundState(refunded)}</Status>}
    </Group>
  );
}
