// Components' styles are brought one by one (the whole sheet weighs four times as much).
// The order is Mantine's own: what builds on others comes after them.
import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "../../ui/global.css";
