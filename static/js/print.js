// A page that is made to be printed: its button opens the browser's own print dialog. Without scripts the button stays
// hidden, and the browser's menu prints the page just as well.

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.removeAttribute("hidden");
}
