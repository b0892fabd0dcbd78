import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Menu, Popover, Stack, TextInput } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { withoutPlace } from "../url";

export interface SavedView {
  id: string;
  name: string;
  /** Seen by everyone of the tenant. */
  shared: boolean;
  /** Whether this person may remove it. */
  mine: boolean;
  /** What stands in the address: filters, order, columns. */
  search: Record<string, unknown>;
}

/** Where views are kept. A page passes what talks to the API. */
export interface Views {
  list: SavedView[];
  save: (view: { name: string; shared: boolean; search: Record<string, unknown> }) => Promise<void>;
  remove?: (view: SavedView) => Promise<void>;
}

/** Views of a list that were saved, and a way to save the present one. */
export function ViewsMenu({ views }: { views: Views }) {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const [naming, setNaming] = useState(false);
  const open = (view: SavedView) => void navigate({ to: ".", search: view.search as never });
  const group = (shared: boolean) => views.list.filter((view) => view.shared === shared);
  return (
    <Popover opened={naming} onChange={setNaming} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <span>
          <Menu position="bottom-end" shadow="md">
            <Menu.Target>
              <Button
                variant="subtle"
                color="gray"
                size="xs"
                leftSection={<IconBookmark size={14} />}
              >
                <Trans>Views</Trans>
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {[false, true].map(
                (shared) =>
                  group(shared).length > 0 && (
                    <div key={String(shared)}>
                      <Menu.Label>
                        {shared ? <Trans>Shared</Trans> : <Trans>Mine</Trans>}
                      </Menu.Label>
                      {group(shared).map((view) => (
                        <Menu.Item key={view.id} onClick={() => open(view)}>
                          {view.name}
                        </Menu.Item>
                      ))}
                    </div>
                  ),
              )}
              {views.list.length > 0 && <Menu.Divider />}
              <Menu.Item onClick={() => setNaming(true)}>
                <Trans>Save this view…</Trans>
              </Menu.Item>
              {views.remove &&
                views.list
                  .filter((view) => view.mine && same(view.search, withoutPlace(search)))
                  .map(({ name, ...view }) => (
                    <Menu.Item
                      key={view.id}
                      leftSection={<IconTrash size={14} />}
                      onClick={() => void views.remove?.({ name, ...view })}
                    >
                      <Trans>Delete “{name}”</Trans>
                    </Menu.Item>
                  ))}
            </Menu.Dropdown>
          </Menu>
        </span>
      </Popover.Target>
      <Popover.Dropdown>
        <Naming
          onSave={async (name, shared) => {
            await views.save({ name, shared, search: withoutPlace(search) });
            setNaming(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

const same = (a: object, b: object) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

function Naming({ onSave }: { onSave: (name: string, shared: boolean) => Promise<void> }) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [saving, setSaving] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setSaving(true);
        void onSave(name.trim(), shared).finally(() => setSaving(false));
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={t`Name of the view`}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={100}
          data-autofocus
          required
        />
        <Checkbox
          label={t`Share with everyone here`}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <Button type="submit" size="xs" disabled={name.trim() === ""} loading={saving}>
          <Trans>Save view</Trans>
        </Button>
      </Stack>
    </form>
  );
}
