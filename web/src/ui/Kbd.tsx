import { Kbd as Key } from "@mantine/core";

const MAC = typeof navigator !== "undefined" && navigator.userAgent.includes("Mac");

/** Keys to press, as this computer calls them: `<Kbd keys="mod+K" />`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="nowrap">
      {keys.split("+").map((key) => (
        <Key key={key} size="xs" mr="xxs">
          {named(key)}
        </Key>
      ))}
    </span>
  );
}

function named(key: string): string {
  if (key !== "mod") return key;
  return MAC ? "⌘" : "Ctrl";
}
