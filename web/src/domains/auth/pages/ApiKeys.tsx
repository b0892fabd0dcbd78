import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Button, MultiSelect, Stack, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi, useMay, useMe } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { CodeBlock } from "@/ui/Code";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Page } from "@/ui/Page";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";

const KEYS = ["get", "/v1/api-keys"];

/** Keys with which programs use the API. */
export default function ApiKeys() {
  const { t } = useLingui();
  const { api, client } = useApi();
  const may = useMay();
  const drawer = useDrawer();
  const queries = useQueryClient();
  const paging = usePaging();
  const { ask, dialog } = useConfirm();
  const keys = api.useQuery(
    "get",
    "/v1/api-keys",
    { params: { query: paging.query } },
    { placeholderData: keepPreviousData },
  );
  const revoke = (id: string, name: string) =>
    ask({
      title: t`Revoke the key “${name}”?`,
      effect: t`Whatever uses it is refused from its next request on. This cannot be undone.`,
      action: t`Revoke`,
      run: async () => {
        await client.DELETE("/v1/api-keys/{api_key_id}", { params: { path: { api_key_id: id } } });
        await queries.invalidateQueries({ queryKey: KEYS });
      },
    });
  return (
    <Page
      title={t`API keys`}
      subtitle={<Trans>With a key, a program of yours uses the API: a shop, a till, an app.</Trans>}
      actions={
        <Button disabled={!may("auth:write")} onClick={() => drawer.open("create")}>
          <Trans>Create a key</Trans>
        </Button>
      }
    >
      {dialog}
      <DataTable
        label={t`API keys`}
        list={keys}
        rowId={(key) => key.id}
        paging={paging}
        empty={
          <Empty title={t`No keys`}>
            <Trans>Create one for each program, so that you can revoke it alone.</Trans>
          </Empty>
        }
        columns={[
          { id: "name", header: t`Name`, cell: (key) => key.name },
          { id: "hint", header: t`Ends in`, cell: (key) => <Text ff="monospace">{key.hint}</Text> },
          {
            id: "scopes",
            header: t`May`,
            cell: (key) => (key.scopes.includes("*") ? t`Everything` : key.scopes.join(", ")),
          },
          {
            id: "used",
            header: t`Last used`,
            cell: (key) => (key.last_used_at ? <When at={key.last_used_at} /> : t`Never`),
          },
          {
            id: "status",
            header: t`Status`,
            cell: (key) =>
              key.revoked_at ? (
                <Status tone="quiet">{t`Revoked`}</Status>
              ) : (
                <Status tone="good">{t`Works`}</Status>
              ),
          },
          {
            id: "revoke",
            header: "",
            align: "right",
            cell: (key) =>
              key.revoked_at === null && (
                <Button
                  variant="default"
                  size="xs"
                  disabled={!may("auth:write")}
                  onClick={() => revoke(key.id, key.name)}
                >
                  <Trans>Revoke…</Trans>
                </Button>
              ),
          },
        ]}
      />
      <Drawer id="create" title={t`Create a key`}>
        <Create />
      </Drawer>
    </Page>
  );
}

function Create() {
  const { t } = useLingui();
  const { client } = useApi();
  const me = useMe();
  const queries = useQueryClient();
  const [made, setMade] = useState<string | null>(null);
  // Only owners give what does not exist yet.
  const everything = me.role === "owner" ? ["*"] : me.permissions;
  const { form, save, saving, notices } = useApiForm({
    initialValues: { name: "", scopes: [] as string[], expires_at: null as string | null },
    silent: made !== null,
    submit: (values) =>
      client.POST("/v1/api-keys", {
        body: { ...values, scopes: values.scopes.length > 0 ? values.scopes : everything },
      }),
    onSaved: async (answer) => {
      setMade(answer.data?.api_key ?? "");
      await queries.invalidateQueries({ queryKey: KEYS });
    },
  });
  if (made !== null)
    return (
      <Stack>
        <Alert title={t`Copy the key now`}>
          <Trans>It is shown once. Only its last four characters are kept.</Trans>
        </Alert>
        <CodeBlock code={made} />
      </Stack>
    );
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        {notices}
        <TextInput
          label={t`Name`}
          description={t`Which program uses it; the audit log shows it.`}
          required
          {...form.getInputProps("name")}
        />
        <MultiSelect
          label={t`What it may do`}
          description={t`Without a choice it may do everything that you may.`}
          data={me.permissions.filter((permission) => permission !== "*")}
          searchable
          {...form.getInputProps("scopes")}
        />
        <DateTimeInput label={t`Works until`} {...form.getInputProps("expires_at")} />
        <div>
          <Submit saving={saving}>{t`Create the key`}</Submit>
        </div>
      </Stack>
    </form>
  );
}
