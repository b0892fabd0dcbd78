// In the build this is what our components use, not the whole (vite/sheet.ts).
import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "../../ui/global.css";
