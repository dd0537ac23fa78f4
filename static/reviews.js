// On the page of one criterion: a question before typed text is lost, and keyboard shortcuts. They all need Alt and
// Shift, which screen readers leave alone, and stay off until the reviewer switches them on in this browser. Without
// this file the page works in full.

const SETTING = "portal-review-shortcuts";
const form = document.getElementById("score-form");
const section = document.getElementById("shortcuts");

if (form && section) {
  const setting = document.getElementById("shortcuts-on");
  const before = written();
  let isSaving = false;
  form.addEventListener("submit", () => { isSaving = true; });
  window.addEventListener("pageshow", () => { isSaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!isSaving && written() !== before) event.preventDefault(); // the browser asks in its own words
  });
  setting.checked = read() === "on";
  section.hidden = false;
  setting.addEventListener("change", () => keep(setting.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!setting.checked || !event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat) return;
    const act = ACTS[event.code] ?? scoring(event.code);
    if (act) {
      event.preventDefault(); // Option types a letter of its own on a Mac
      act();
    }
  });

  const ACTS = {
    KeyR: () => document.getElementById("reason").focus(),
    KeyE: () => {
      const heading = document.getElementById("evidence");
      heading.tabIndex = -1;
      heading.focus();
    },
    KeyS: () => form.querySelector('button[value="next"]').click(),
    KeyP: () => document.getElementById("previous")?.click(),
    KeyN: () => document.getElementById("following")?.click(),
  };
}

// The key of a digit, in the row above the letters or on the number pad, whatever the layout makes of it with Shift.
function scoring(code) {
  const digit = /^(?:Digit|Numpad)([0-3])$/.exec(code);
  const radio = digit && form.querySelector(`input[name="score"][value="${digit[1]}"]`);
  return radio ? () => { radio.checked = true; radio.focus(); } : null;
}

function written() {
  return JSON.stringify([...new FormData(form)]);
}

// Browsers may refuse to keep anything; then the setting lasts as long as the page.
function read() {
  try {
    return window.localStorage.getItem(SETTING);
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    window.localStorage.setItem(SETTING, value);
  } catch {
    // as above
  }
}
