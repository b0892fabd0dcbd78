import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, useApi } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Copy } from "@/ui/Copy";
import { EntityLink } from "@/ui/EntityLink";
import { Facts, Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { Act } from "../parts/Act";
import { Loading } from "../parts/Loading";
import { useLedgerWords } from "../words";

export default function HoldPage() {
  const { t } = useLingui();
  const { holdId } = useParams({ strict: false }) as { holdId: string };
  const { api } = useApi();
  const words = useLedgerWords();
  const hold = api.useQuery("get", "/v1/holds/{hold_id}", {
    params: { path: { hold_id: holdId } },
  });
  const found = hold.data;
  const back = { to: "holds", label: <Trans>Holds</Trans> };
  if (found === undefined) return <Loading title={t`Hold`} back={back} query={hold} />;
  return (
    <Page
      title={t`Hold`}
      back={back}
      aside={<Status tone={words.holdTone(found.status)}>{words.holdStatus(found.status)}</Status>}
      actions={found.status === "open" && <HoldActions hold={found} />}
    >
      <Facts
        facts={[
          [t`Set aside`, <Points key="" value={found.points} />],
          [t`Wallet`, <EntityLink key="" id={found.wallet_id} />],
          [t`Reason`, found.reason ?? "–"],
          [t`Since`, <When key="" at={found.created_at} form="full" />],
          found.status === "open" && [
            t`Released by itself`,
            found.expires_at === null ? (
              t`Never`
            ) : (
              <When key="" at={found.expires_at} form="full" />
            ),
          ],
          found.closed_at !== null && [t`Closed`, <When key="" at={found.closed_at} form="full" />],
          found.status === "captured" && [t`Spent`, <Points key="" value={found.captured} />],
          found.transaction_id !== null && [
            t`Transaction`,
            <EntityLink key="" id={found.transaction_id} />,
          ],
          [t`Id`, <Copy key="" value={found.id} />],
        ]}
      />
    </Page>
  );
}

function HoldActions({ hold }: { hold: Schemas["HoldOut"] }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const params = { path: { hold_id: hold.id } };
  const points = <Points value={hold.points} />;
  const release = () =>
    ask({
      title: t`Release the hold?`,
      effect: <Trans>The member can spend the {points} again.</Trans>,
      action: t`Release`,
      destructive: false,
      run: async () => {
        await client.POST("/v1/holds/{hold_id}/release", { params, body: null });
        await queries.invalidateQueries();
        toast.done(t`The points are free again.`);
      },
    });
  const capture = () =>
    ask({
      title: t`Spend the points of the hold?`,
      effect: <Trans>{points} are taken from the member for good.</Trans>,
      action: t`Spend`,
      run: async () => {
        await client.POST("/v1/holds/{hold_id}/capture", { params, body: null });
        await queries.invalidateQueries();
        toast.done(t`The points are spent.`);
      },
    });
  return (
    <>
      <Act permission="ledger:adjust" onClick={capture}>
        <Trans>Spend…</Trans>
      </Act>
      <Act permission="ledger:adjust" onClick={release}>
        <Trans>Release…</Trans>
      </Act>
      {dialog}
    </>
  );
}
