import { Box, Image } from "@mantine/core";
import { IconGift } from "@tabler/icons-react";
import styles from "./rewards.module.css";

/** The picture of a reward; without one a quiet sign in its place. */
export function Picture({
  address,
  size,
}: {
  address?: string | undefined;
  size: "large" | "small";
}) {
  return (
    <Box className={`${styles.picture} ${size === "large" ? styles.large : ""}`}>
      {address ? (
        <Image src={address} alt="" fit="cover" h="100%" loading="lazy" />
      ) : (
        <IconGift aria-hidden stroke={1} className={styles.none} />
      )}
    </Box>
  );
}
