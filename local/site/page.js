document.getElementById("first").textContent =
  `curl ${location.origin}/v1/models -H "Authorization: Bearer sk-..."`;
