import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { type Member, MemberPicker } from "@/ui/forms/MemberPicker";
import { memberName } from "@/ui/memberName";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";

type Detailed = Schemas["MemberOut"] | Member;

/** What one can do with a member besides the usual; each asks first, and says what it does. */
export function MemberMenu({ member }: { member: Detailed }) {
  const { t } = useLingui();
  const { client, tenant } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const [form, setForm] = useState<"block" | "merge" | null>(null);
  const path = { member_id: member.id };
  const name = memberName(member);
  const refresh = () => queries.invalidateQueries();
  const run = async (work: () => Promise<unknown>, done: string) => {
    await work();
    toast.done(done);
    await refresh();
  };
  const erase = () =>
    ask({
      title: t`Erase ${name}?`,
      effect: t`Name, addresses and everything that says who this was are deleted for good. The history of the points stays, without a name.`,
      action: t`Erase`,
      type: name,
      run: () =>
        run(() => client.POST("/v1/members/{member_id}/erase", { params: { path } }), t`Erased`),
    });
  const unblock = () =>
    run(
      () => client.POST("/v1/members/{member_id}/unblock", { params: { path } }),
      t`Unblocked`,
    ).catch(toast.failed);
  const write = may("members:write");
  return (
    <>
      {dialog}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size="lg" aria-label={t`More actions`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {member.status === "blocked" ? (
            <Menu.Item disabled={!write} onClick={() => void unblock()}>
              <Trans>Unblock</Trans>
            </Menu.Item>
          ) : (
            <Menu.Item disabled={!write} onClick={() => setForm("block")}>
              <Trans>Block…</Trans>
            </Menu.Item>
          )}
          <Menu.Item disabled={!write} onClick={() => setForm("merge")}>
            <Trans>Merge with another member…</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => void download(tenant, member.id)}>
            <Trans>Download all data</Trans>
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" disabled={!may("members:erase")} onClick={erase}>
            <Trans>Erase…</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={form === "block"} onClose={() => setForm(null)} title={t`Block ${name}`}>
        <Block memberId={member.id} onDone={() => setForm(null)} />
      </Modal>
      <Modal opened={form === "merge"} onClose={() => setForm(null)} title={t`Merge into ${name}`}>
        <Merge memberId={member.id} name={name} onDone={() => setForm(null)} />
      </Modal>
    </>
  );
}

async function download(tenant: string, id: string) {
  const answer = await fetch(`/v1/members/${id}/export`, { headers: { "Laurels-Tenant": tenant } });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = `${id}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Block({ memberId, onDone }: { memberId: string; onDone: () => void }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const { form, save, saving, notices } = useApiForm({
    initialValues: { reason: "" },
    silent: true,
    submit: (body) =>
      client.POST("/v1/members/{member_id}/block", {
        params: { path: { member_id: memberId } },
        body,
      }),
    onSaved: async () => {
      onDone();
      await queries.invalidateQueries();
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput
          label={t`Reason`}
          description={t`A blocked member earns and spends nothing until they are unblocked.`}
          required
          {...form.getInputProps("reason")}
        />
        <div>
          <Submit saving={saving}>{t`Block`}</Submit>
        </div>
      </Stack>
    </form>
  );
}

function Merge({ memberId, name, onDone }: { memberId: string; name: string; onDone: () => void }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const [other, setOther] = useState<Member | null>(null);
  const { save, saving, notices } = useApiForm({
    initialValues: {},
    silent: true,
    submit: () =>
      client.POST("/v1/members/{member_id}/merge", {
        params: { path: { member_id: memberId } },
        body: { from: other?.id ?? "" },
      }),
    onSaved: async () => {
      onDone();
      toast.done(<Trans>Merged. A merge can be undone.</Trans>);
      await queries.invalidateQueries();
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <MemberPicker
          label={t`The other member`}
          description={t`Their points, purchases and rewards go to ${name}, whose profile stays.`}
          value={other}
          onChange={setOther}
          required
        />
        <div>
          <Submit saving={saving} blocked={other ? undefined : t`Choose the other member`}>
            {t`Merge`}
          </Submit>
        </div>
      </Stack>
    </form>
  );
}
