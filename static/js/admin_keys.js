// Say on the page, not in the console, that a key or passkey did not answer.
document.addEventListener("allauth.error", (event) => {
  const error = document.getElementById("key_error");
  if (error) {
    event.preventDefault();
    error.hidden = false;
  }
});
