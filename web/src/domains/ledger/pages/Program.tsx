import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, useApi } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Copy } from "@/ui/Copy";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Money } from "@/ui/Money";
import { Facts, Page } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { Status } from "@/ui/Status";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { Act } from "../parts/Act";
import { Loading } from "../parts/Loading";
import { ProgramForm } from "../parts/ProgramForm";
import { useDays } from "../parts/useDays";

export default function ProgramPage() {
  const { t } = useLingui();
  const { programId } = useParams({ strict: false }) as { programId: string };
  const { api } = useApi();
  const days = useDays();
  const program = api.useQuery("get", "/v1/programs/{program_id}", {
    params: { path: { program_id: programId } },
  });
  const found = program.data;
  const back = { to: "programs", label: <Trans>Points programs</Trans> };
  if (found === undefined) return <Loading title={t`Program`} back={back} query={program} />;
  return (
    <Page
      title={found.name}
      back={back}
      aside={
        found.archived_at !== null ? (
          <Status tone="quiet">{t`Archived`}</Status>
        ) : (
          found.is_default && <Status tone="good">{t`Default`}</Status>
        )
      }
      actions={<ProgramActions program={found} />}
    >
      <Facts
        facts={[
          [t`Its points are called`, found.unit_name],
          [t`Worth of one`, <Money key="" amount={found.point_value} />],
          [t`Expire`, days.expiry(found.expiry_days)],
          [t`To spend`, days.maturity(found.maturity_days)],
          [t`Extra days for points that come back`, days.count(found.grace_days)],
          [
            t`Smallest number to spend at once`,
            <Points key="" value={found.minimum_redemption_points} unit={found.unit_name} />,
          ],
          [t`Created`, <When key="" at={found.created_at} form="full" />],
          [t`Id`, <Copy key="" value={found.id} />],
        ]}
      />
      <Drawer id="edit" title={t`Change the program`}>
        <ProgramForm program={found} />
      </Drawer>
    </Page>
  );
}

function ProgramActions({ program }: { program: Schemas["ProgramOut"] }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const { name } = program;
  const params = { path: { program_id: program.id } };
  const archive = () =>
    ask({
      title: t`Archive the program “${name}”?`,
      effect: t`No more of its points are given. Members can still spend what they have, and you can restore it later.`,
      action: t`Archive`,
      run: async () => {
        await client.POST("/v1/programs/{program_id}/archive", { params });
        await queries.invalidateQueries();
        toast.done(t`The program is archived.`);
      },
    });
  const restore = () =>
    ask({
      title: t`Restore the program “${name}”?`,
      effect: t`Its points can be given again.`,
      action: t`Restore`,
      destructive: false,
      run: async () => {
        await client.POST("/v1/programs/{program_id}/restore", { params });
        await queries.invalidateQueries();
        toast.done(t`The program is restored.`);
      },
    });
  return (
    <>
      {program.archived_at === null ? (
        <>
          <Act permission="ledger:configure" onClick={() => drawer.open("edit")}>
            <Trans>Change…</Trans>
          </Act>
          {!program.is_default && (
            <Act permission="ledger:configure" onClick={archive}>
              <Trans>Archive…</Trans>
            </Act>
          )}
        </>
      ) : (
        <Act permission="ledger:configure" onClick={restore}>
          <Trans>Restore…</Trans>
        </Act>
      )}
      {dialog}
    </>
  );
}
