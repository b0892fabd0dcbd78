import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi, useMay, useMe } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { useToast } from "@/ui/toast";
import { type Role, ROLES } from "../words";

/** What one can do with a person on the staff. */
export function StaffMenu({ person }: { person: Schemas["StaffOut"] }) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { client } = useApi();
  const may = useMay();
  const me = useMe();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const name = person.name || person.email;
  const params = { path: { staff_id: person.id } };
  const run = async (work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      toast.done(done);
    } catch (error) {
      toast.failed(error);
    }
    await queries.invalidateQueries({ queryKey: ["get", "/v1/staff"] });
  };
  const remove = () =>
    ask({
      title: t`Remove ${name}?`,
      effect: t`All their sessions here end at once. API keys that they made stay valid.`,
      action: t`Remove`,
      run: async () => {
        await client.DELETE("/v1/staff/{staff_id}", { params });
        await queries.invalidateQueries({ queryKey: ["get", "/v1/staff"] });
      },
    });
  if (!may("auth:invite") || me.actor_id === person.id) return null;
  return (
    <>
      {dialog}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t`What to do with ${name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {person.status === "removed" ? (
            <Menu.Item
              onClick={() =>
                void run(() => client.POST("/v1/staff/{staff_id}/restore", { params }), t`Restored`)
              }
            >
              <Trans>Restore</Trans>
            </Menu.Item>
          ) : (
            <>
              {person.status === "invited" && (
                <Menu.Item
                  onClick={() =>
                    void run(
                      () => client.POST("/v1/staff/{staff_id}/invite", { params }),
                      t`A new invitation was sent`,
                    )
                  }
                >
                  <Trans>Send a new invitation</Trans>
                </Menu.Item>
              )}
              <Menu.Label>
                <Trans>Role</Trans>
              </Menu.Label>
              {(Object.keys(ROLES) as Role[]).map((role) => (
                <Menu.Item
                  key={role}
                  disabled={role === person.role}
                  onClick={() =>
                    void run(
                      () => client.PATCH("/v1/staff/{staff_id}", { params, body: { role } }),
                      t`The role was changed`,
                    )
                  }
                >
                  {_(ROLES[role].name)}
                </Menu.Item>
              ))}
              <Menu.Divider />
              <Menu.Item color="red" onClick={remove}>
                <Trans>Remove…</Trans>
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
