// A button beneath words to say: the phone reads the English aloud, where it has an English voice. For guide pages in
// another language, brought by guide.js when the page is at rest.

const words = document.getElementById("guide-words")?.dataset.speak;
const ICON = "M4 10v4h4l5 4V6L8 10zM16 9a4 4 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11";

/** @returns {SpeechSynthesisVoice|undefined} an English voice, rather one that needs no network */
function voice() {
  const english = speechSynthesis.getVoices().filter((each) => each.lang.toLowerCase().startsWith("en"));
  return english.find((each) => each.localService) ?? english[0];
}

function icon() {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICON);
  drawing.append(path);
  return drawing;
}

/** @param {Element} quote */
function addButton(quote) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "speak";
  button.append(icon(), words ?? "");
  button.addEventListener("click", () => {
    speechSynthesis.cancel();
    const said = new SpeechSynthesisUtterance(quote.textContent ?? "");
    said.lang = "en-US";
    said.voice = voice() ?? null;
    said.rate = 0.9;
    speechSynthesis.speak(said);
  });
  quote.parentElement?.append(button);
}

function addButtons() {
  if (!words || document.querySelector(".speak") || !voice()) return;
  for (const quote of document.querySelectorAll(".say q[lang=en]")) addButton(quote);
}

if ("speechSynthesis" in window) {
  addButtons();
  speechSynthesis.addEventListener?.("voiceschanged", addButtons); // some browsers load their voices late
}
