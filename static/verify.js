// Lets the whole form take a dropped file. The file input below it does all the work, with or without this.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  form.querySelector("[data-drop-words]").hidden = false;
  const isOver = (is) => form.classList.toggle("portal-drop--over", is);

  form.addEventListener("dragover", (event) => {
    event.preventDefault(); // or the browser opens the file in place of the page
    isOver(true);
  });
  form.addEventListener("dragleave", () => isOver(false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    isOver(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
