// During a meeting several people write. Asks now and then whether the page is still what it would be, and shows it
// anew; never under somebody's hands: while anything is typed or chosen it only says so.
const EVERY = 10000; // milliseconds
const LONGEST = 120000; // between tries when the portal does not answer

const line = document.querySelector("[data-meeting-version]");
const notice = line && line.querySelector("[data-meeting-notice]");
let pause = EVERY;

function isBusy() {
  const active = document.activeElement;
  if (active && active.closest("form")) return true;
  return [...document.querySelectorAll("textarea, select, input[type=radio], input[type=text]")].some((field) =>
    field.type === "radio" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.value !== field.defaultValue);
}

async function ask() {
  if (document.visibilityState !== "visible") return true;
  const answer = await fetch(line.dataset.meetingAddress, { headers: { accept: "application/json" } });
  if (!answer.ok) return false;
  const { version } = await answer.json();
  if (version === line.dataset.meetingVersion) return true;
  if (isBusy()) notice.textContent = "Something has changed since you opened this page.";
  else window.location.assign(line.querySelector("a").href);
  return true;
}

async function round() {
  let isGood = false;
  try {
    isGood = await ask();
  } catch {
    // Away for a moment: the next try waits longer.
  }
  pause = isGood ? EVERY : Math.min(pause * 2, LONGEST);
  window.setTimeout(round, pause);
}

if (line) window.setTimeout(round, pause);
