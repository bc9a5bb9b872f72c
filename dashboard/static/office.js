// Asks before what cannot be taken back. Without JavaScript the buttons work at once.
document.addEventListener("submit", (event) => {
  const ask = event.target.dataset.ask;
  if (ask && !window.confirm(ask)) event.preventDefault();
});
