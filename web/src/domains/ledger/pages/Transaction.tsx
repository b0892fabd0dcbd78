import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, useApi } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Copy } from "@/ui/Copy";
import { Effects } from "@/ui/Effects";
import { EntityLink } from "@/ui/EntityLink";
import { Facts, Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { Act } from "../parts/Act";
import { Loading } from "../parts/Loading";
import { useLedgerWords } from "../words";

export default function TransactionPage() {
  const { t } = useLingui();
  const { transactionId } = useParams({ strict: false }) as { transactionId: string };
  const { api } = useApi();
  const words = useLedgerWords();
  const transaction = api.useQuery("get", "/v1/transactions/{transaction_id}", {
    params: { path: { transaction_id: transactionId } },
  });
  const found = transaction.data;
  const wallet = api.useQuery(
    "get",
    "/v1/wallets/{wallet_id}",
    { params: { path: { wallet_id: found?.wallet_id ?? "" } } },
    { enabled: found !== undefined },
  );
  if (found === undefined) return <Loading title={t`Transaction`} query={transaction} />;
  const unit = wallet.data?.unit_name;
  const facts = Object.entries(found.attributes);
  return (
    <Page
      title={words.type(found.type)}
      aside={<Points value={found.points} signed unit={unit} />}
      actions={<Reverse transaction={found} />}
    >
      <Facts
        facts={[
          wallet.data !== undefined && [
            t`Member`,
            <EntityLink key="" id={wallet.data.member_id} />,
          ],
          [
            t`Wallet`,
            <EntityLink key="" id={found.wallet_id}>
              {wallet.data?.program_name}
            </EntityLink>,
          ],
          [t`Happened`, <When key="" at={found.occurred_at} form="full" />],
          [t`Booked`, <When key="" at={found.created_at} form="full" />],
          [t`Change of the balance`, <Points key="" value={found.amount} signed unit={unit} />],
          found.debt_delta !== 0 && [
            t`Change of what is owed`,
            <Points key="" value={found.debt_delta} signed unit={unit} />,
          ],
          [t`Balance after it`, <Points key="" value={found.balance_after} unit={unit} />],
          [t`Reason`, found.reason ?? "–"],
          found.member_note !== null && [t`Words for the member`, found.member_note],
          [
            t`Caused by`,
            found.source_id === null ? (
              found.source
            ) : (
              <EntityLink
                key=""
                id={found.source_id}
              >{`${found.source} ${found.source_id}`}</EntityLink>
            ),
          ],
          [t`Done by`, words.actor(found.actor_type)],
          found.reverses_id !== null && [t`Reverses`, <EntityLink key="" id={found.reverses_id} />],
          facts.length > 0 && [
            t`Your facts`,
            facts.map(([name, value]) => `${name}: ${String(value)}`).join(", "),
          ],
          [t`Id`, <Copy key="" value={found.id} />],
        ]}
      />
    </Page>
  );
}

function Reverse({ transaction }: { transaction: Schemas["TransactionOut"] }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const send = (dry: boolean) =>
    client.POST("/v1/transactions/{transaction_id}/reverse", {
      params: { path: { transaction_id: transaction.id }, query: { dry_run: dry } },
      body: { attributes: {} },
    });
  const reverse = () =>
    ask({
      title: t`Reverse this transaction?`,
      preview: async () => {
        const planned = (await send(true)).data as Schemas["DryRunOut"];
        return (
          <>
            <Trans>A second transaction undoes it; both stay in the statement.</Trans>{" "}
            <Effects planned={planned} />
          </>
        );
      },
      action: t`Reverse`,
      run: async () => {
        await send(false);
        await queries.invalidateQueries();
        toast.done(t`The transaction is reversed.`);
      },
    });
  return (
    <>
      <Act permission="ledger:adjust" onClick={reverse}>
        <Trans>Reverse…</Trans>
      </Act>
      {dialog}
    </>
  );
}
