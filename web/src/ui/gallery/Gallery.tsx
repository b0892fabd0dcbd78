import { Page, type PageTab } from "../Page";
import { Conditions } from "./Conditions";
import { Forms } from "./Forms";
import { Lists } from "./Lists";
import { Numbers } from "./Numbers";
import { Plots } from "./Plots";
import { Signed } from "./Signed";

const TABS: PageTab[] = [
  { id: "numbers", label: "Numbers", content: () => <Numbers /> },
  { id: "lists", label: "Lists", content: () => <Lists /> },
  { id: "charts", label: "Charts", content: () => <Plots /> },
  { id: "conditions", label: "Conditions", content: () => <Conditions /> },
  { id: "forms", label: "Forms", content: () => <Forms /> },
];

/** All parts with made-up contents; only in the development server. */
export default function Gallery() {
  return (
    <Signed>
      <main style={{ padding: "var(--mantine-spacing-lg)" }}>
        <Page
          title="Gallery"
          subtitle="Every part of the kit, with made-up contents."
          back={{ to: "", label: "Home" }}
          tabs={TABS}
        />
      </main>
    </Signed>
  );
}
