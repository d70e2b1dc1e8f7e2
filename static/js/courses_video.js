// Marks the line of the transcript that is being spoken; a click goes there.
for (const video of document.querySelectorAll("[data-course-video]")) {
  const lines = [...video.parentElement.querySelectorAll("[data-from]")];
  video.addEventListener("timeupdate", () => {
    for (const line of lines) {
      const now =
        video.currentTime >= Number(line.dataset.from) &&
        video.currentTime < Number(line.dataset.to);
      line.toggleAttribute("data-now", now);
    }
  });
  for (const line of lines) {
    line.addEventListener("click", () => {
      video.currentTime = Number(line.dataset.from);
    });
  }
}
