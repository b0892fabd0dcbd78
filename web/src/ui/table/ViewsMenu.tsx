import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, Modal, Text } from "@mantine/core";
import {
  IconBookmark,
  IconCheck,
  IconDeviceFloppy,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
  IconUsers,
} from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Question, useConfirm } from "../Confirm";
import { useToast } from "../toast";
import { NamingView } from "./NamingView";
import { sameSearch, type SavedView, searchOfView, type Views } from "./views";

/** Views of a list that were saved, what one can do with the open one, and a way to save anew. */
export function ViewsMenu({ views }: { views: Views }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const here = useSearch({ strict: false }) as Record<string, unknown>;
  const [naming, setNaming] = useState<SavedView | "new" | null>(null);
  const { ask, dialog } = useConfirm();
  const search = searchOfView(here);
  const current = views.list.find(
    (view) => view.id === here.view || (!here.view && sameSearch(view.search, search)),
  );
  const changed = current !== undefined && !sameSearch(current.search, search);
  const name = current?.name;
  const open = (view: SavedView) =>
    void navigate({ to: ".", search: { ...view.search, view: view.id } as never });
  return (
    <>
      {dialog}
      <Menu position="bottom-end" shadow="md" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="subtle" color="gray" size="xs" leftSection={<IconBookmark size={14} />}>
            {name === undefined ? (
              <Trans>Views</Trans>
            ) : changed ? (
              <Trans>{name} (changed)</Trans>
            ) : (
              name
            )}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {[false, true].map((shared) => (
            <Group
              key={String(shared)}
              label={shared ? <Trans>Shared</Trans> : <Trans>Mine</Trans>}
              views={views.list.filter((view) => view.shared === shared)}
              current={current}
              onOpen={open}
            />
          ))}
          {views.list.length === 0 && (
            <Menu.Label maw="18em">
              <Trans>A view keeps filters, order and columns under a name.</Trans>
            </Menu.Label>
          )}
          {current && (
            <OfCurrent
              view={current}
              views={views}
              search={changed ? search : undefined}
              onRename={() => setNaming(current)}
              ask={ask}
            />
          )}
          <Menu.Divider />
          <Menu.Item leftSection={<IconBookmark size={14} />} onClick={() => setNaming("new")}>
            <Trans>Save as a new view…</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={naming !== null}
        onClose={() => setNaming(null)}
        closeButtonProps={{ "aria-label": t`Close` }}
        title={naming === "new" ? t`Save this view` : t`Rename the view`}
      >
        <NamingView
          view={naming === "new" || naming === null ? undefined : naming}
          mayShare={views.mayShare}
          onSave={async (words, shared) => {
            if (naming === "new") open(await views.save({ name: words, shared, search }));
            else if (naming) await views.change(naming, { name: words });
            setNaming(null);
          }}
        />
      </Modal>
    </>
  );
}

interface GroupProps {
  label: ReactNode;
  views: SavedView[];
  current: SavedView | undefined;
  onOpen: (view: SavedView) => void;
}

function Group({ label, views, current, onOpen }: GroupProps) {
  const { t } = useLingui();
  if (views.length === 0) return null;
  return (
    <>
      <Menu.Label>{label}</Menu.Label>
      {views.map((view) => (
        <Menu.Item
          key={view.id}
          onClick={() => onOpen(view)}
          aria-current={view.id === current?.id}
          leftSection={
            view.id === current?.id ? <IconCheck size={14} /> : <IconBookmark size={14} />
          }
          rightSection={
            view.is_default && <IconPin size={14} aria-label={t`Opens with the list`} />
          }
        >
          {view.name}
          {view.shared && !view.mine && (
            <Text span size="xs" display="block">
              {view.owner}
            </Text>
          )}
        </Menu.Item>
      ))}
    </>
  );
}

interface OfCurrentProps {
  view: SavedView;
  views: Views;
  /** What stands in the address, where it differs from the view. */
  search: SavedView["search"] | undefined;
  onRename: () => void;
  /** The question stands outside of the menu, which closes. */
  ask: (question: Question) => void;
}

/** What one can do with the view that is open. */
function OfCurrent({ view, views, search, onRename, ask }: OfCurrentProps) {
  const { t } = useLingui();
  const toast = useToast();
  const { name } = view;
  const run = (work: Promise<unknown>, done: string) =>
    void work.then(() => toast.done(done), toast.failed);
  const remove = () =>
    view.shared
      ? ask({
          title: t`Delete the view “${name}”?`,
          effect: t`It will be gone for all who work here.`,
          action: t`Delete`,
          run: () => views.remove(view),
        })
      : run(views.remove(view), t`The view was deleted.`);
  return (
    <>
      <Menu.Divider />
      <Menu.Label>{name}</Menu.Label>
      {view.can_change && search && (
        <Menu.Item
          leftSection={<IconDeviceFloppy size={14} />}
          onClick={() =>
            run(views.change(view, { search: search as never }), t`The view was saved.`)
          }
        >
          <Trans>Save the changes</Trans>
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={view.is_default ? <IconPinnedOff size={14} /> : <IconPin size={14} />}
        onClick={() =>
          run(
            views.setDefault(view, !view.is_default),
            view.is_default
              ? t`The list opens as it is again.`
              : t`The list opens with this view for you.`,
          )
        }
      >
        {view.is_default ? (
          <Trans>Do not open the list with it</Trans>
        ) : (
          <Trans>Open the list with it</Trans>
        )}
      </Menu.Item>
      {view.can_change && (
        <>
          <Menu.Item leftSection={<IconPencil size={14} />} onClick={onRename}>
            <Trans>Rename…</Trans>
          </Menu.Item>
          {views.mayShare && view.mine && (
            <Menu.Item
              leftSection={<IconUsers size={14} />}
              onClick={() =>
                run(
                  views.change(view, { shared: !view.shared }),
                  view.shared
                    ? t`Only you see the view now.`
                    : t`Your colleagues see the view now.`,
                )
              }
            >
              {view.shared ? <Trans>Stop sharing</Trans> : <Trans>Share with colleagues</Trans>}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconTrash size={14} />} color="red" onClick={remove}>
            <Trans>Delete</Trans>
          </Menu.Item>
        </>
      )}
    </>
  );
}
