import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, Stack, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Progress } from "@/ui/Progress";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import type { Segment } from "../queries";
import { DuplicateForm } from "./DuplicateForm";
import { UsedBy, usesOf } from "./UsedBy";

/** What can be done with a segment, with what each means for others. */
export function SegmentActions({ segment }: { segment: Segment }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const queries = useQueryClient();
  const toast = useToast();
  const drawer = useDrawer();
  const { ask, dialog } = useConfirm();
  const [run, setRun] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!may("segments:write")) return null;
  const params = { path: { segment_id: segment.id } };
  const { name } = segment;

  const act = async (does: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await does();
      await queries.invalidateQueries();
    } catch (error) {
      toast.failed(error);
    } finally {
      setBusy(false);
    }
  };
  const restore = async () => {
    await client.POST("/v1/segments/{segment_id}/restore", { params });
    toast.done(t`${name} is in use again.`);
  };
  const recompute = async () => {
    const { data } = await client.POST("/v1/segments/{segment_id}/recompute", { params });
    setRun(data?.run_id ?? null);
    if (data?.run_id == null) toast.done(t`Computed.`);
  };
  const archive = () =>
    ask({
      title: t`Archive the segment “${name}”?`,
      effect: <Effect segment={segment} />,
      action: t`Archive`,
      run: async () => {
        await client.POST("/v1/segments/{segment_id}/archive", { params });
        await queries.invalidateQueries();
        toast.done(t`${name} is archived.`, { undo: () => act(restore) });
      },
    });
  if (segment.archived_at !== null)
    return (
      <Button variant="default" loading={busy} onClick={() => void act(restore)}>
        <Trans>Restore</Trans>
      </Button>
    );
  return (
    <Stack gap="xs" align="flex-end">
      <Button.Group>
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button variant="default" loading={busy} rightSection={<IconChevronDown size={14} />}>
              <Trans>More</Trans>
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {segment.kind === "dynamic" && (
              <Menu.Item onClick={() => void act(recompute)}>
                <Trans>Recompute now</Trans>
              </Menu.Item>
            )}
            <Menu.Item onClick={() => drawer.open("duplicate")}>
              <Trans>Duplicate…</Trans>
            </Menu.Item>
            {may("members:read") && (
              <Menu.Item
                component={Link}
                to={below("members")}
                search={{ segment: segment.id } as never}
              >
                <Trans>Show in the list of members</Trans>
              </Menu.Item>
            )}
            <Menu.Item color="red" onClick={archive}>
              <Trans>Archive…</Trans>
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button component={Link} to={below(`segments/${segment.id}/edit`)}>
          <Trans>Edit</Trans>
        </Button>
      </Button.Group>
      {run !== null && (
        <Progress
          run={run}
          onEnd={() => {
            setRun(null);
            void queries.invalidateQueries();
          }}
        />
      )}
      {dialog}
      <Drawer id="duplicate" title={t`Duplicate the segment`}>
        <DuplicateForm segment={segment} />
      </Drawer>
    </Stack>
  );
}

/** What others notice when a segment is gone. */
function Effect({ segment }: { segment: Segment }) {
  return (
    <Stack gap="xs">
      <Text>
        <Trans>Nobody comes or goes any more. Its history stays, and it can be restored.</Trans>
      </Text>
      {usesOf(segment).length > 0 && (
        <>
          <Text>
            <Trans>These name it and find nobody in it from then on:</Trans>
          </Text>
          <Text fw={600}>
            <UsedBy segment={segment} />
          </Text>
        </>
      )}
    </Stack>
  );
}
