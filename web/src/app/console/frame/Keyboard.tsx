import { Trans, useLingui } from "@lingui/react/macro";
import { useLingui as useDescriptors } from "@lingui/react";
import { Kbd, Modal, Table, Title } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { useRouter } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useApi } from "@/api/context";
import { useScreens } from "../screens";

const OPEN = "laurels:keyboard";
const WITHIN = 1_000;

export function openKeyboardMap() {
  window.dispatchEvent(new Event(OPEN));
}

/** Listens for the keys that work everywhere, and shows which there are. */
export function Keyboard() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { tenant } = useApi();
  const router = useRouter();
  const screens = useScreens().filter((screen) => screen.nav?.key !== undefined);
  const [open, setOpen] = useState(false);
  const pressed = useRef(0);
  useWindowEvent(OPEN, () => setOpen(true));
  useWindowEvent("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") return setOpen(true);
    if (event.key === "g") {
      pressed.current = event.timeStamp;
      return;
    }
    const screen = screens.find((each) => each.nav?.key === event.key);
    if (screen && event.timeStamp - pressed.current < WITHIN) {
      event.preventDefault();
      router.history.push(`${router.basepath}/${tenant}${screen.path && `/${screen.path}`}`);
    }
    pressed.current = 0;
  });
  const rows: [string[], string][] = [
    [["⌘", "K"], t`Search for screens, actions and members`],
    [["?"], t`Show this list`],
    ...screens.map((screen): [string[], string] => [
      ["g", screen.nav?.key ?? ""],
      screen.nav ? _(screen.nav.label) : "",
    ]),
  ];
  return (
    <Modal opened={open} onClose={() => setOpen(false)} title={<Trans>Keyboard</Trans>}>
      <Title order={2} hidden>
        <Trans>Keyboard</Trans>
      </Title>
      <Table>
        <Table.Tbody>
          {rows.map(([keys, words]) => (
            <Table.Tr key={words}>
              <Table.Td>
                {keys.map((key) => (
                  <Kbd key={key} mr="xs">
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{words}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
