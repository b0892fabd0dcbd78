import { Trans, useLingui } from "@lingui/react/macro";
import { Button, PasswordInput, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi, useMe } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Empty } from "@/ui/Empty";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Facts, Page, Section } from "@/ui/Page";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";

/** One's own login: who one is, the password, and where one is signed in. */
export default function Account() {
  const { t } = useLingui();
  const me = useMe();
  return (
    <Page
      title={t`Password and sessions`}
      subtitle={<Trans>Your own login. It is the same in all tenants that you work for.</Trans>}
    >
      <Section>
        <Facts
          facts={[
            [<Trans key="n">Name</Trans>, me.name],
            [<Trans key="e">E-mail address</Trans>, me.email],
            [<Trans key="r">Role</Trans>, me.role],
          ]}
        />
      </Section>
      <Password />
      <Sessions />
    </Page>
  );
}

function Password() {
  const { t } = useLingui();
  const { client } = useApi();
  const toast = useToast();
  const { form, save, saving, notices } = useApiForm({
    initialValues: { current_password: "", new_password: "" },
    submit: (body) => client.POST("/v1/auth/password", { body }),
    onSaved: () => {
      form.reset();
      toast.done(<Trans>Your password has been changed. Your other sessions have ended.</Trans>);
    },
  });
  return (
    <Section title={<Trans>Change your password</Trans>}>
      <form onSubmit={save}>
        <Stack gap="md" maw="24rem">
          {notices}
          <PasswordInput
            label={t`Current password`}
            autoComplete="current-password"
            required
            {...form.getInputProps("current_password")}
          />
          <PasswordInput
            label={t`New password`}
            description={t`At least 12 characters.`}
            autoComplete="new-password"
            required
            {...form.getInputProps("new_password")}
          />
          <div>
            <Submit saving={saving}>{t`Change the password`}</Submit>
          </div>
        </Stack>
      </form>
    </Section>
  );
}

function Sessions() {
  const { t } = useLingui();
  const { api, client } = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const sessions = api.useQuery("get", "/v1/auth/sessions");
  const end = async (session: Schemas["SessionOut"]) => {
    try {
      await client.DELETE("/v1/auth/sessions/{session_id}", {
        params: { path: { session_id: session.id } },
      });
      toast.done(<Trans>The session has ended.</Trans>);
      await queries.invalidateQueries({ queryKey: ["get", "/v1/auth/sessions"] });
    } catch (error) {
      toast.failed(error);
    }
  };
  const everywhere = () =>
    ask({
      title: t`Sign out everywhere?`,
      preview: async () => t`All your sessions end, in every tenant, this one too.`,
      action: t`Sign out everywhere`,
      run: async () => {
        await client.POST("/v1/auth/sign-out-everywhere");
        await queries.invalidateQueries({ queryKey: ["get", "/v1/me"] });
      },
    });
  return (
    <Section
      title={<Trans>Where you are signed in</Trans>}
      actions={
        <Button variant="default" size="xs" onClick={everywhere}>
          <Trans>Sign out everywhere</Trans>
        </Button>
      }
    >
      {dialog}
      <DataTable
        label={t`Sessions`}
        list={sessions}
        rowId={(session) => session.id}
        empty={<Empty title={t`No sessions`} />}
        columns={[
          {
            id: "agent",
            header: t`Browser`,
            cell: (session) => browserOf(session.user_agent) ?? t`Unknown`,
          },
          { id: "ip", header: t`Address`, cell: (session) => session.ip },
          {
            id: "refreshed",
            header: t`Last used`,
            cell: (session) => <When at={session.refreshed_at} />,
          },
          {
            id: "end",
            header: "",
            align: "right",
            cell: (session) =>
              session.current ? (
                <Status tone="good">{t`This one`}</Status>
              ) : (
                <Button variant="default" size="xs" onClick={() => void end(session)}>
                  <Trans>End</Trans>
                </Button>
              ),
          },
        ]}
      />
    </Section>
  );
}

/** What a browser calls itself begins with the names of all that came before it. */
function browserOf(agent: string | null): string | null {
  const known = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((name) => agent?.includes(name));
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
  return known ? (names[known] ?? known) : agent;
}
