// Who asks, and for which path, as CloudFront sees it: API Gateway takes the escapes out of a path before it hands it on.
// What a visitor says of these themselves is written over.

function handler(event) {
  var request = event.request;
  request.headers["x-deepdive-visitor"] = { value: event.viewer.ip };
  request.headers["x-deepdive-path"] = { value: request.uri };
  return request;
}
