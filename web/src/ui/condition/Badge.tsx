import { Popover } from "@mantine/core";
import { type ReactNode, useState } from "react";
import styles from "./Condition.module.css";

interface BadgeProps {
  /** What it shows. */
  words: ReactNode;
  /** What it is, for screen readers: `Field`. */
  label: string;
  /** The value that one came for is bold. */
  strong?: boolean;
  wrong?: boolean;
  /** Opens by itself, when it was just made and is empty. */
  fresh?: boolean;
  /** What is inside of its popover. */
  children: (close: () => void) => ReactNode;
}

/** A word of the sentence that can be changed where it stands. */
export function Badge({ words, label, strong, wrong, fresh = false, children }: BadgeProps) {
  const [open, setOpen] = useState(fresh);
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-start"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <button
          type="button"
          className={`${styles.badge} ${strong ? styles.value : ""} ${wrong ? styles.wrong : ""}`}
          aria-label={`${label}: ${typeof words === "string" ? words : ""}`}
          aria-invalid={wrong || undefined}
          onClick={() => setOpen(!open)}
        >
          {words}
        </button>
      </Popover.Target>
      <Popover.Dropdown p="xs">{open && children(() => setOpen(false))}</Popover.Dropdown>
    </Popover>
  );
}
