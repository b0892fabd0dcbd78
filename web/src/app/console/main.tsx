import "./styles";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Language } from "../language";
import { Theme } from "../theming";
import { router } from "./router";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <Language>
      <Theme>
        <RouterProvider router={router} />
      </Theme>
    </Language>
  </StrictMode>,
);
