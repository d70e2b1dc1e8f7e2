// Say on the page, not in the console, that a key or passkey did not answer.
document.addEventListener("allauth.error", (event) => {
  const error = document.getElementById("key_error");
  if (error) {
    event.preventDefault();
    error.hidden = false;
  }
});

// A browser ties a key to a host name and refuses every address of numbers.
const warning = document.getElementById("key_number");
if (warning && /^[\d.]+$|:/.test(location.hostname)) {
  warning.hidden = false;
}
