import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { formatNumber } from "@/ui/format";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import type { Reward } from "../queries";

type Act = "pause" | "resume" | "archive" | "restore" | "duplicate";

/** Edit, pause, copy, archive: with what each means, and undone where that is possible. */
export function RewardActions({ reward }: { reward: Reward }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const [acting, setActing] = useState(false);
  const params = { path: { reward_id: reward.id } };
  const send = async (act: Act) => {
    const { data } = await client.POST(`/v1/rewards/{reward_id}/${act}`, { params });
    await queries.invalidateQueries();
    return data as unknown as Reward;
  };
  const run = async (act: Act, words: ReactNode, undo?: Act) => {
    setActing(true);
    try {
      const after = await send(act);
      toast.done(words, undo && { undo: () => send(undo) });
      if (act === "duplicate") void navigate({ to: below(`rewards/${after.id}/edit`) });
    } catch (error) {
      toast.failed(error);
    } finally {
      setActing(false);
    }
  };
  const { name, active, archived_at: archived } = reward;
  const archive = () =>
    ask({
      title: t`Archive the reward “${name}”?`,
      preview: async () => {
        const { data } = await client.GET("/v1/rewards/{reward_id}/stats", {
          params: { ...params, query: lastYear() },
        });
        return <ArchiveEffect stats={data as Schemas["StatsOut"]} />;
      },
      action: t`Archive`,
      run: async () => {
        await send("archive");
        toast.done(t`The reward is archived.`, { undo: () => send("restore") });
      },
    });
  if (!may("rewards:write")) return null;
  const pause = () =>
    active
      ? run("pause", t`Paused. Nobody can redeem it until you resume it.`, "resume")
      : run("resume", t`The reward can be redeemed.`, "pause");
  return (
    <>
      {dialog}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDots size={16} />}>
            <Trans>More</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            disabled={acting}
            onClick={() => void run("duplicate", t`This is the copy. It is paused.`)}
          >
            <Trans>Duplicate</Trans>
          </Menu.Item>
          {archived === null && (
            <Menu.Item onClick={archive}>
              <Trans>Archive…</Trans>
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {archived === null ? (
        <>
          <Button variant="default" loading={acting} onClick={() => void pause()}>
            {active ? <Trans>Pause</Trans> : <Trans>Resume</Trans>}
          </Button>
          <Button component={Link} to={below(`rewards/${reward.id}/edit`)}>
            <Trans>Edit</Trans>
          </Button>
        </>
      ) : (
        <Button
          variant="default"
          loading={acting}
          onClick={() => void run("restore", t`Restored. It is paused until you resume it.`)}
        >
          <Trans>Restore</Trans>
        </Button>
      )}
    </>
  );
}

const YEAR = 365 * 86_400_000;

function lastYear() {
  const now = Date.now();
  return { since: new Date(now - YEAR).toISOString(), until: new Date(now + 1).toISOString() };
}

/** What archiving leaves behind: redemptions that go on. */
function ArchiveEffect({ stats }: { stats: Schemas["StatsOut"] }) {
  const { i18n } = useLingui();
  const of = (state: string) => stats.by_state[state]?.redemptions ?? 0;
  const pending = formatNumber(of("pending"), i18n.locale);
  const unused = formatNumber(of("completed"), i18n.locale);
  return (
    <>
      <Text>
        <Trans>
          It leaves the catalogue, and nobody can redeem it any more. You can restore it later.
        </Trans>
      </Text>
      {of("pending") > 0 && (
        <Text>
          <Trans>
            Still to be delivered: {pending}. They stay among the redemptions that wait.
          </Trans>
        </Text>
      )}
      {of("completed") > 0 && (
        <Text>
          <Trans>Redeemed within a year and not used yet: {unused}. They stay valid.</Trans>
        </Text>
      )}
    </>
  );
}
