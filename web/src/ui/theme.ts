import { createTheme, type MantineColorsTuple, rem } from "@mantine/core";

const laurel: MantineColorsTuple = [
  "#eef6f1",
  "#dcebe2",
  "#b6d7c4",
  "#8dc2a4",
  "#6bb089",
  "#55a578",
  "#2f7d52",
  "#266a45",
  "#1d5838",
  "#10402a",
];

/** Quiet greys and one accent. Sizes and colours are named here and nowhere else. */
export const theme = createTheme({
  colors: { laurel },
  primaryColor: "laurel",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: rem(12), sm: rem(14), md: rem(14), lg: rem(16), xl: rem(20) },
  lineHeights: { md: "1.43" },
  headings: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: rem(24), lineHeight: "1.3" },
      h2: { fontSize: rem(18), lineHeight: "1.35" },
      h3: { fontSize: rem(15), lineHeight: "1.4" },
    },
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
});
