// Loaded as a module, so browsers too old for the NHS components never run it and see the plain page.
// The classes are what the components ask for; setting them here keeps inline script out of every page.
import { initAll } from "./nhsuk/nhsuk-frontend.min.js";

document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
initAll();
