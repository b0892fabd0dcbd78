import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { useDrawer } from "@/ui/Drawer";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import type { Endpoint } from "./EndpointForm";

interface EndpointActionsProps {
  endpoint: Endpoint;
  /** Called with the new secret, which is shown once. */
  onSecret: (secret: string) => void;
}

/** Test, pause, edit, rotate, send again, delete. */
export function EndpointActions({ endpoint, onSecret }: EndpointActionsProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const below = useTenantPath();
  const toast = useToast();
  const drawer = useDrawer();
  const { ask, dialog } = useConfirm();
  if (!may("events:configure")) return null;
  const params = { path: { webhook_endpoint_id: endpoint.id } };
  const enabled = endpoint.status === "enabled";
  const run = async (work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      toast.done(done);
      await queries.invalidateQueries();
    } catch (error) {
      toast.failed(error);
    }
  };
  const test = () =>
    run(
      () => client.POST("/v1/webhook-endpoints/{webhook_endpoint_id}/test", { params }),
      t`A test is on its way; see below how it was answered.`,
    );
  const turn = () =>
    run(
      () =>
        client.PATCH("/v1/webhook-endpoints/{webhook_endpoint_id}", {
          params,
          body: { status: enabled ? "disabled" : "enabled" },
        }),
      enabled ? t`It is paused.` : t`It is called again.`,
    );
  const rotate = () =>
    ask({
      title: t`Give it a new secret?`,
      effect: t`For 24 hours messages are signed with both, so that you can change your program in peace. After that the old secret is worth nothing.`,
      destructive: false,
      action: t`New secret`,
      run: async () => {
        const { data } = await client.POST(
          "/v1/webhook-endpoints/{webhook_endpoint_id}/secret/rotate",
          { params },
        );
        onSecret(data?.secret ?? "");
        await queries.invalidateQueries();
      },
    });
  const remove = () =>
    ask({
      title: t`Delete the endpoint?`,
      effect: t`It is not called any more, and what waits for it is not sent.`,
      action: t`Delete`,
      run: async () => {
        await client.DELETE("/v1/webhook-endpoints/{webhook_endpoint_id}", { params });
        toast.done(t`The endpoint is deleted.`);
        await navigate({ to: below("webhooks") });
        await queries.invalidateQueries({ queryKey: ["get", "/v1/webhook-endpoints"] });
      },
    });
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
          <Menu.Item onClick={() => drawer.open("replay")}>
            <Trans>Send again what it missed…</Trans>
          </Menu.Item>
          <Menu.Item onClick={rotate}>
            <Trans>New secret…</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void turn()}>
            {enabled ? <Trans>Pause</Trans> : <Trans>Call it again</Trans>}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={remove}>
            <Trans>Delete…</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" onClick={() => drawer.open("edit")}>
        <Trans>Edit</Trans>
      </Button>
      <Button disabled={!enabled} onClick={() => void test()}>
        <Trans>Send a test</Trans>
      </Button>
    </>
  );
}
