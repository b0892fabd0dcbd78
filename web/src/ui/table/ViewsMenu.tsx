import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Submit } from "../forms/Submit";
import { ProblemNotice } from "../ProblemNotice";
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
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="subtle" color="gray" size="xs" leftSection={<IconBookmark size={14} />}>
            <Trans>Views</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {[false, true].map((shared) => (
            <Group key={String(shared)} views={group(shared)} shared={shared} onOpen={open} />
          ))}
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
      <Modal opened={naming} onClose={() => setNaming(false)} title={<Trans>Save this view</Trans>}>
        <Naming
          onSave={async (name, shared) => {
            await views.save({ name, shared, search: withoutPlace(search) });
            setNaming(false);
          }}
        />
      </Modal>
    </>
  );
}

interface GroupProps {
  views: SavedView[];
  shared: boolean;
  onOpen: (view: SavedView) => void;
}

function Group({ views, shared, onOpen }: GroupProps) {
  if (views.length === 0) return null;
  return (
    <>
      <Menu.Label>{shared ? <Trans>Shared</Trans> : <Trans>Mine</Trans>}</Menu.Label>
      {views.map((view) => (
        <Menu.Item key={view.id} onClick={() => onOpen(view)}>
          {view.name}
        </Menu.Item>
      ))}
    </>
  );
}

const same = (a: object, b: object) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

function Naming({ onSave }: { onSave: (name: string, shared: boolean) => Promise<void> }) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setSaving(true);
        void onSave(name.trim(), shared)
          .catch(setError)
          .finally(() => setSaving(false));
      }}
    >
      <Stack>
        <ProblemNotice error={error} />
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
        <Submit saving={saving}>{t`Save view`}</Submit>
      </Stack>
    </form>
  );
}
