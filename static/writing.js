// Saves a criterion's form by itself. The rules are the server's (app/rules/merging.py): the form carries a mark of
// each saved value that it was typed over. "Saved" is shown only after the server said so.
import { openDrafts } from "./drafts.js";

const QUIET = 2000; // milliseconds without typing before a save
const LONGEST = 8000; // while somebody types on and on
const DRAFT_EVERY = 2000;
const BEAT = 20000; // how often the page says that it is open
const PATIENCE = 20000; // for an answer
const PAUSES = [1000, 2000, 4000, 8000, 15000, 30000]; // between tries
const SIGNED_OUT_PAUSE = 15000;
const LONG = 43200; // seconds, until the server says how long
const WARNING = 300; // seconds before the sign-in ends
const NEARLY = 5000; // what an answer's way may take: no other moment than before
const SETTLED = 4000; // of quiet before "All changes saved" is said
const SAID_AGAIN = 60000;
const SENT = "form-sent-";

// One question: its fields, what the server is known to have for it, and the line that tells its state.
class Question {
  constructor(box) {
    this.name = box.dataset.question;
    this.label = box.dataset.label;
    this.line = box.querySelector("[data-saving]");
    this.fields = [...box.querySelectorAll("input[name], textarea[name]")];
    this.saved = JSON.stringify(this.read((field) => [field.defaultValue, field.defaultChecked]));
    this.held = null; // a text that the server will not take as it is: in conflict, or refused
    this.isRefused = false;
  }

  read(state = (field) => [field.value, field.checked]) {
    const values = {};
    for (const field of this.fields) {
      const [text, isChecked] = state(field);
      if (field.type !== "radio" && field.type !== "checkbox") values[field.name] = text;
      else if (isChecked) values[field.name] = field.value;
      else if (field.type === "checkbox") values[field.name] = "";
    }
    return values;
  }

  fill(values) {
    for (const field of this.fields) {
      const text = values[field.name] ?? "";
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === text;
      else if (field.value !== text) field.value = text;
      field.dispatchEvent(new Event("keyup", { bubbles: true })); // the word count listens for it
    }
  }

  get text() {
    return JSON.stringify(this.read());
  }

  get isUnsaved() {
    return this.text !== this.saved;
  }

  get isToSend() {
    return this.isUnsaved && this.text !== this.held;
  }

  show(text, isWrong = false, more = null) {
    this.line.replaceChildren(text, ...(more ? [" ", more] : []));
    this.line.classList.toggle("portal-saving--wrong", isWrong);
  }
}

// Says what is worth hearing, and no more.
class News {
  constructor(place) {
    this.place = place;
    this.lastSettled = -Infinity;
    this.trouble = "";
  }

  say(text) {
    this.place.textContent = text;
  }

  sayTrouble(text) {
    if (this.trouble === text) return;
    this.trouble = text;
    this.say(text);
  }

  saySaved() {
    const now = Date.now();
    if (!this.trouble && now < this.lastSettled + SAID_AGAIN) return;
    this.trouble = "";
    this.lastSettled = now;
    // A region that is given the same words again stays silent.
    this.say("");
    setTimeout(() => this.say("All changes saved"), 100);
  }
}

// The sign-in's end: told five minutes before, without taking the focus.
class SignIn {
  constructor(banner, news, ends, isFinal) {
    this.banner = banner;
    this.words = banner.querySelector("p");
    this.button = banner.querySelector("button");
    this.link = banner.querySelector("a");
    this.news = news;
    this.hold(ends, isFinal);
  }

  hold(seconds, isFinal) {
    const endsAt = Date.now() + seconds * 1000;
    if (!(Math.abs(endsAt - this.endsAt) < NEARLY)) this.endsAt = endsAt;
    this.isFinal = isFinal;
    if (seconds > WARNING) this.hide();
    this.watch();
  }

  watch() {
    clearTimeout(this.timer);
    const left = this.endsAt - Date.now();
    if (left <= 0) this.ended();
    else if (left <= WARNING * 1000) this.warn();
    const next = left > WARNING * 1000 ? left - WARNING * 1000 : left;
    if (left > 0) this.timer = setTimeout(() => this.watch(), next + 50);
  }

  warn() {
    const at = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
    const end = `You will be signed out at ${at.format(this.endsAt)}`;
    if (this.isFinal) this.show(`${end}, because you signed in a long time ago. What you type is kept. Sign in again then.`, false, true);
    else this.show(`${end}, because nothing was saved for a while.`, true, false);
  }

  ended() {
    this.show("You have been signed out. What you typed is kept. Sign in again, and this page goes on saving.", false, true);
  }

  show(text, hasButton, hasLink) {
    this.button.hidden = !hasButton;
    this.link.hidden = !hasLink;
    const isNew = this.banner.hidden || this.words.textContent !== text;
    this.words.textContent = text;
    this.banner.hidden = false;
    if (isNew) this.news.say(text);
  }

  hide() {
    if (this.banner.contains(document.activeElement)) this.backTo?.focus();
    this.banner.hidden = true;
  }
}

class Writing {
  constructor(element) {
    this.form = element;
    this.path = element.getAttribute("action");
    this.questions = [...element.querySelectorAll("[data-question]")].map((box) => new Question(box));
    this.seenField = element.elements["form-seen"];
    this.seen = new Map(this.seenField.value.split(" ").filter(Boolean).map((one) => one.split("=")));
    this.news = new News(document.getElementById("writing-news"));
    const { endsIn, final } = element.dataset;
    this.signIn = new SignIn(document.getElementById("writing-session"), this.news, endsIn ? Number(endsIn) : LONG, final === "yes");
    this.others = document.getElementById("others");
    this.known = new Set();
    this.isBusy = false;
    this.isLeaving = false;
    this.isBlocked = false; // by a sign-in that ended: a try now and then, and whenever the page is looked at
    this.unanswered = null; // values that were sent and perhaps arrived
    this.failures = 0;
    this.lastTyped = 0;
    this.firstTyped = 0;
    this.drafts = null;
  }

  async start() {
    if (this.form.dataset.unsaved === "yes") for (const one of this.questions) one.saved = null;
    this.form.addEventListener("input", (event) => this.typed(event));
    this.form.addEventListener("change", (event) => this.typed(event));
    this.signIn.backTo = this.questions[0]?.fields[0];
    this.form.addEventListener("focusin", (event) => (this.signIn.backTo = event.target));
    this.form.addEventListener("focusout", () => this.saveNow());
    this.form.addEventListener("submit", () => this.leave());
    document.addEventListener("visibilitychange", () => this.looked());
    addEventListener("pagehide", () => this.lastCall());
    addEventListener("online", () => this.saveNow());
    addEventListener("focus", () => this.saveNow());
    this.signIn.button.addEventListener("click", () => this.stay());
    setInterval(() => this.beat(), BEAT);
    setInterval(() => this.keepDraft(), DRAFT_EVERY);
    this.beat();
    await this.bringBack();
    this.plan();
  }

  typed(event) {
    const question = this.questions.find((one) => one.fields.includes(event.target));
    if (!question) return;
    this.lastTyped = Date.now();
    if (!this.firstTyped) this.firstTyped = this.lastTyped;
    if (!question.isUnsaved) question.show("");
    else if (question.isToSend) question.show("Not saved yet");
    this.plan();
  }

  // When to send next: after a pause in typing, at the latest LONGEST after the first letter, or after a failure.
  plan() {
    clearTimeout(this.timer);
    if (this.isBusy || this.isLeaving) return;
    if (!this.unanswered && !this.questions.some((one) => one.isToSend)) return;
    const typing = Math.min(this.lastTyped + QUIET, this.firstTyped + LONGEST) - Date.now();
    const trying = this.isBlocked ? SIGNED_OUT_PAUSE : PAUSES[Math.min(this.failures, PAUSES.length) - 1];
    this.timer = setTimeout(() => this.send(), this.failures || this.isBlocked ? trying : Math.max(0, typing));
  }

  saveNow() {
    if (this.unanswered || this.questions.some((one) => one.isToSend)) this.send();
  }

  looked() {
    if (document.visibilityState === "visible") {
      this.beat();
      this.signIn.watch();
    }
    this.saveNow();
  }

  // One request at a time. A text that perhaps arrived is sent again as it was before anything newer, so that the
  // server's copy is never taken for somebody else's.
  async send() {
    clearTimeout(this.timer);
    if (this.isBusy || this.isLeaving) return;
    const values = this.unanswered ?? this.values();
    this.isBusy = true;
    this.unanswered = values;
    this.firstTyped = 0;
    const sent = this.questions.filter((one) => one.name in values && one.isToSend);
    for (const one of sent) if (!this.failures && !this.isBlocked) one.show("Saving");
    try {
      const answer = await fetch(this.path, { ...this.request(this.body(values)), signal: AbortSignal.timeout(PATIENCE) });
      await this.heard(values, answer, sent);
    } catch {
      this.failed(sent);
    }
    this.isBusy = false;
    this.keepDraft();
    this.plan();
  }

  request(body) {
    return { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error", keepalive: String(body).length < 60000 };
  }

  values() {
    const asked = this.questions.filter((one) => !(one.isRefused && one.text === one.held));
    return Object.fromEntries(asked.map((one) => [one.name, one.read()]));
  }

  body(values, before = null) {
    const body = new URLSearchParams({ "form-seen": this.seenField.value, "form-person": this.form.dataset.person, "form-auto": "yes" });
    for (const fields of Object.values(values)) for (const [name, text] of Object.entries(fields)) body.set(name, text);
    for (const [name, text] of sentFields(before)) body.set(name, text);
    return body;
  }

  async heard(values, answer, sent) {
    if (answer.status >= 500) return this.failed(sent);
    const said = await answer.json();
    if (answer.status === 401 || (answer.status === 409 && !said.seen)) return this.signedOut(answer.status === 409);
    this.failures = 0;
    this.isBlocked = false;
    this.unanswered = null;
    if (answer.status === 422) return this.refused(values, said.errors);
    if (!said.seen) return this.stopped(said.detail);
    return this.settle(values, said, sent);
  }

  settle(values, said, sent) {
    const changed = [];
    for (const one of this.questions.filter((each) => each.name in values)) {
      const was = JSON.stringify(values[one.name]);
      if (said.conflicts.includes(one.name)) {
        one.held = was;
        one.isRefused = false;
      } else if (!(one.name in said.changed)) {
        one.saved = was;
        this.note(one, said);
      } else if (one.text === was) {
        one.fill(said.changed[one.name]);
        one.saved = one.text;
        this.note(one, said);
        changed.push(one);
      } // else: typed meanwhile over what a colleague changed; the next save will tell, and shows both texts
    }
    this.around(said);
    this.tell(said, sent, changed);
  }

  note(one, said) {
    one.held = null;
    this.seen.set(one.name, said.seen[one.name]);
    this.seenField.value = [...this.seen].map(([name, mark]) => `${name}=${mark}`).join(" ");
  }

  tell(said, sent, changed) {
    for (const one of sent) {
      if (said.conflicts.includes(one.name)) continue;
      if (one.isUnsaved) one.show("Not saved yet");
      else one.show([`Saved ${said.saved_at}`, said.errors[one.name]].filter(Boolean).join(". "), one.name in said.errors);
    }
    for (const one of changed) {
      one.show(`${said.changed_by || "You, in another window,"} changed this`);
      this.news.say(`${said.changed_by || "You, in another window,"} changed: ${one.label}`);
    }
    for (const one of this.questions.filter((each) => said.conflicts.includes(each.name))) this.showConflict(one);
    clearTimeout(this.settled);
    this.settled = setTimeout(() => this.isAllSaved() && this.news.saySaved(), SETTLED);
  }

  isAllSaved() {
    return !this.isBusy && !this.questions.some((one) => one.isUnsaved);
  }

  showConflict(one) {
    const choose = document.createElement("button");
    Object.assign(choose, { type: "submit", name: "form-then", value: "stay", className: "portal-link-button", textContent: "Choose between the two texts" });
    one.show("Somebody else changed this: choose.", true, choose);
    this.news.sayTrouble(`Not saved, because somebody else changed this: ${one.label}`);
  }

  refused(values, errors) {
    const [[name, sentence]] = Object.entries(errors);
    const one = this.questions.find((each) => each.name === name);
    if (!one) return this.stopped(sentence);
    one.held = JSON.stringify(values[name]);
    one.isRefused = true;
    one.show(`Not saved: ${sentence}`, true);
    this.news.sayTrouble(`Not saved: ${one.label}. ${sentence}`);
    return undefined;
  }

  stopped(sentence) {
    for (const one of this.questions.filter((each) => each.isUnsaved)) {
      one.held = one.text;
      one.show(`Not saved: ${sentence ?? "copy your text and reload the page"}`, true);
    }
    this.news.sayTrouble(`Not saved. ${sentence ?? "Copy your text and reload the page."}`);
  }

  failed() {
    this.failures += 1;
    for (const one of this.questions.filter((each) => each.isToSend)) one.show("Not saved: reconnecting", true);
    this.news.sayTrouble("Not saved. The portal can't be reached. It is tried again by itself.");
  }

  signedOut(isSomebodyElse) {
    this.isBlocked = true;
    const text = isSomebodyElse ? "Not saved: sign in again as yourself" : "Not saved: sign in again";
    for (const one of this.questions.filter((each) => each.isToSend)) one.show(text, true);
    this.signIn.ended();
    this.news.sayTrouble(text);
  }

  around(said) {
    this.signIn.hold(said.ends_in, said.is_final);
    const here = said.others.map((one) => `${one.name} (last active ${one.seen_at})`).join(", ");
    const text = here && `Also here now: ${here}.`;
    if (this.others.textContent.trim() !== text) this.others.textContent = text;
    const arrived = said.others.map((one) => one.name).filter((name) => !this.known.has(name));
    this.known = new Set(said.others.map((one) => one.name));
    if (arrived.length) this.news.say(`Also here now: ${arrived.join(", ")}`);
  }

  async beat() {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(`${this.path}/presence`, this.request(""));
      if (answer.status === 401) this.signedOut(false);
      else if (answer.ok) this.heardBeat(await answer.json());
    } catch {
      // The next one may get through; a save that does not tells by itself.
    }
  }

  heardBeat(said) {
    this.around(said);
    if (!this.isBlocked) return;
    this.isBlocked = false;
    this.saveNow();
  }

  async stay() {
    try {
      const answer = await fetch("/sign-in/stay", this.request(""));
      if (!answer.ok) return this.signedOut(false);
      const said = await answer.json();
      this.signIn.hold(said.ends_in, said.is_final);
      this.news.say("You stay signed in");
    } catch {
      this.news.say("The portal can't be reached. Try again.");
    }
    return undefined;
  }

  // The form is sent by a button: it brings everything, with what was sent before without an answer.
  leave() {
    clearTimeout(this.timer);
    this.isLeaving = true;
    this.form.querySelectorAll(`input[name^="${SENT}"]`).forEach((one) => one.remove());
    for (const [name, value] of sentFields(this.unanswered)) {
      this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    setTimeout(() => this.comeBack(), PATIENCE); // no page came
  }

  comeBack() {
    this.isLeaving = false;
    this.plan();
  }

  // The page goes away: whatever is not saved is sent once more, and nobody waits for the answer.
  lastCall() {
    if (this.isLeaving || !this.questions.some((one) => one.isToSend)) return;
    fetch(this.path, { ...this.request(this.body(this.values(), this.unanswered)), keepalive: true }).catch(() => {});
  }

  keepDraft() {
    if (!this.drafts) return;
    const unsaved = this.questions.filter((one) => one.isUnsaved);
    if (!unsaved.length && !this.unanswered) {
      if (this.draft) this.drafts.remove();
      this.draft = "";
      return;
    }
    const values = Object.fromEntries(unsaved.map((one) => [one.name, one.read()]));
    const draft = { seen: [...this.seen], values, sent: this.unanswered };
    const text = JSON.stringify(draft);
    if (text === this.draft && this.drafts.isStillThere()) return;
    this.draft = text;
    this.drafts.write(draft);
  }

  // Text that was typed but not saved comes back, with the marks of what it was typed over.
  async bringBack() {
    const { person, place, key, settled } = this.form.dataset;
    const drafts = await openDrafts(person, place, key);
    if (!drafts) return;
    const draft = settled === "yes" ? null : await drafts.read();
    // Opened again, the address must not say once more that all is settled.
    if (settled === "yes") history.replaceState(null, "", location.pathname);
    const back = draft ? this.questions.filter((one) => this.isBack(one, draft)) : [];
    if (!back.length) drafts.remove();
    else this.restore(back, draft);
    this.drafts = drafts;
  }

  isBack(one, draft) {
    const values = draft.values[one.name];
    return Boolean(values) && !one.isUnsaved && JSON.stringify(values) !== one.text;
  }

  restore(back, draft) {
    const seen = new Map(draft.seen);
    for (const one of back) {
      one.fill(draft.values[one.name]);
      this.seen.set(one.name, seen.get(one.name));
      one.show("Not saved yet");
    }
    this.seenField.value = [...this.seen].map(([name, mark]) => `${name}=${mark}`).join(" ");
    if (draft.sent) this.unanswered = Object.fromEntries(back.filter((one) => one.name in draft.sent).map((one) => [one.name, draft.sent[one.name]]));
    if (this.unanswered && !Object.keys(this.unanswered).length) this.unanswered = null;
    this.draft = "kept";
    this.lastTyped = this.firstTyped = Date.now();
    const moment = { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" };
    const at = new Date(draft.at).toLocaleString("en-GB", moment);
    const text = `Text of ${at} that was not saved is back in the form: ${back.map((one) => one.label).join(", ")}`;
    const banner = document.getElementById("writing-restored");
    banner.querySelector("p").textContent = text;
    banner.hidden = false;
    this.news.say(text);
  }
}

function sentFields(values) {
  const fields = values ? Object.values(values).flatMap((one) => Object.entries(one)) : [];
  return fields.map(([name, text]) => [SENT + name, text]);
}

const form = document.getElementById("writing");
if (form) new Writing(form).start();
