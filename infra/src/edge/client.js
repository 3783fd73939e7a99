// Which copy of a file of the web client is sent. The files were compressed when they were made, with more care
// than CloudFront has time for; each lies beside its copy.

function handler(event) {
  var request = event.request;
  var accepted = request.headers["accept-encoding"];
  if (accepted && /(^|,)\s*br\s*($|,|;(?!\s*q=0(\.0*)?\s*($|,)))/.test(accepted.value)) request.uri += ".br";
  return request;
}
