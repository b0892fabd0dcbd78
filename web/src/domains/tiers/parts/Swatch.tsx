import { Box } from "@mantine/core";
import styles from "./ladder.module.css";

/** A tier's colour, as a dot beside its name. */
export function Swatch({ colour }: { colour: string }) {
  return <Box className={styles.swatch} style={{ "--swatch": colour } as React.CSSProperties} />;
}
