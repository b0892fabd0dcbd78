import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { useToast } from "@/ui/toast";
import type { Purchase } from "../queries";
import { ClaimForm } from "./ClaimForm";
import { Effects } from "@/ui/Effects";
import { RefundForm } from "./RefundForm";

/** What can be done with a purchase in its state; each says before what it will do. */
export function PurchaseActions({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const drawer = useDrawer();
  const { ask, dialog } = useConfirm();
  const path = { purchase_id: purchase.id };
  const { status } = purchase;

  const refresh = () => queries.invalidateQueries();
  const complete = () =>
    ask({
      title: t`Complete the purchase?`,
      destructive: false,
      preview: async () => {
        const answer = await client.POST("/v1/purchases/{purchase_id}/complete", {
          params: { path, query: { dry_run: true } },
        });
        const planned = answer.data as Schemas["DryRunOut"];
        return (
          <>
            <Trans>It counts as paid, and earns what the rules give for it.</Trans>{" "}
            <Effects planned={planned} />
          </>
        );
      },
      action: t`Complete`,
      run: async () => {
        await client.POST("/v1/purchases/{purchase_id}/complete", { params: { path } });
        await refresh();
        toast.done(t`The purchase is completed.`);
      },
    });
  const end = (act: "cancel" | "fail") =>
    ask({
      title: act === "cancel" ? t`Cancel the purchase?` : t`Mark the purchase as failed?`,
      effect: t`It earns nothing, and points that were set aside to pay for it are released. It can still be completed if it is paid after all.`,
      action: act === "cancel" ? t`Cancel the purchase` : t`Mark as failed`,
      run: async () => {
        await client.POST(`/v1/purchases/{purchase_id}/${act}`, { params: { path } });
        await refresh();
        toast.done(act === "cancel" ? t`The purchase is cancelled.` : t`The purchase has failed.`);
      },
    });
  const blocked = may("purchases:write")
    ? null
    : t`Your role may look at purchases, not change them.`;
  const button = (label: ReactNode, onClick: () => void) => (
    <Tooltip label={blocked ?? ""} disabled={blocked === null}>
      <Button
        variant="default"
        data-disabled={blocked !== null || undefined}
        aria-disabled={blocked !== null}
        onClick={() => blocked === null && onClick()}
      >
        {label}
      </Button>
    </Tooltip>
  );
  const refundable = status === "completed" && purchase.refund_state !== "full";
  return (
    <>
      {purchase.member_id === null &&
        button(<Trans>Claim for a member…</Trans>, () => drawer.open("claim"))}
      {refundable && button(<Trans>Refund…</Trans>, () => drawer.open("refund"))}
      {status === "pending" && button(<Trans>Mark as failed…</Trans>, () => end("fail"))}
      {status === "pending" && button(<Trans>Cancel…</Trans>, () => end("cancel"))}
      {status !== "completed" && button(<Trans>Complete…</Trans>, complete)}
      {dialog}
      <Drawer id="refund" title={t`Refund`} wide>
        <RefundForm purchase={purchase} />
      </Drawer>
      <Drawer id="claim" title={t`Claim for a member`}>
        <ClaimForm purchase={purchase} />
      </Drawer>
    </>
  );
}
