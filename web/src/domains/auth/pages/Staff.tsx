import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Radio, Stack, TextInput } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useApi, useMay } from "@/api/context";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Page } from "@/ui/Page";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { useViews } from "@/ui/table/views";
import { useToast } from "@/ui/toast";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import { StaffMenu } from "../parts/StaffMenu";
import { type Role, ROLES, STAFF_STATUS } from "../words";

/** Who works here, and what each may do. */
export default function Staff() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const drawer = useDrawer();
  const paging = usePaging();
  const views = useViews("staff");
  const filters = useFilters([
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: Object.entries(STAFF_STATUS).map(([value, { words }]) => ({
        value,
        label: _(words),
      })),
    },
  ]);
  const staff = api.useQuery(
    "get",
    "/v1/staff",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Staff`}
      subtitle={<Trans>People who work with this programme, each with a role.</Trans>}
      actions={
        <Button disabled={!may("auth:invite")} onClick={() => drawer.open("invite")}>
          <Trans>Invite somebody</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Staff`}
        list={staff}
        rowId={(person) => person.id}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        views={views}
        empty={
          <Empty title={t`Nobody`}>
            <Trans>Invite the people who work with you.</Trans>
          </Empty>
        }
        columns={[
          { id: "name", header: t`Name`, cell: (person) => person.name || person.email },
          { id: "email", header: t`E-mail`, cell: (person) => person.email },
          { id: "role", header: t`Role`, cell: (person) => _(ROLES[person.role].name) },
          {
            id: "status",
            header: t`Status`,
            cell: (person) => {
              const status = STAFF_STATUS[person.status];
              return status && <Status tone={status.tone}>{_(status.words)}</Status>;
            },
          },
          {
            id: "seen",
            header: t`Last seen`,
            cell: (person) => person.last_seen_at && <When at={person.last_seen_at} />,
          },
          {
            id: "menu",
            header: "",
            align: "right",
            cell: (person) => <StaffMenu person={person} />,
          },
        ]}
      />
      <Drawer id="invite" title={t`Invite somebody`}>
        <Invite />
      </Drawer>
    </Page>
  );
}

function Invite() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { form, save, saving, notices } = useApiForm({
    initialValues: { email: "", name: "", role: "support" as Role },
    submit: (values) =>
      client.POST("/v1/staff", { body: { ...values, name: values.name || null } }),
    onSaved: async (_answer, values) => {
      drawer.close();
      const { email } = values;
      toast.done(<Trans>An invitation was sent to {email}. Its link works for seven days.</Trans>);
      await queries.invalidateQueries({ queryKey: ["get", "/v1/staff"] });
    },
  });
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        {notices}
        <TextInput
          label={t`E-mail address`}
          type="email"
          required
          {...form.getInputProps("email")}
        />
        <TextInput label={t`Name`} {...form.getInputProps("name")} />
        <Radio.Group label={t`Role`} {...form.getInputProps("role")}>
          <Stack gap="xs" mt="xs">
            {Object.entries(ROLES).map(([role, { name, may }]) => (
              <Radio key={role} value={role} label={_(name)} description={_(may)} />
            ))}
          </Stack>
        </Radio.Group>
        <div>
          <Submit saving={saving}>{t`Send the invitation`}</Submit>
        </div>
      </Stack>
    </form>
  );
}
