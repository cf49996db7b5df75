import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Portal } from "./portal";
import "./portal.css";

const root = document.querySelector("#root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Portal />
    </StrictMode>,
  );
}
