// Who asks, as CloudFront sees it. What a visitor says of it themselves is written over.

function handler(event) {
  event.request.headers["x-deepdive-visitor"] = { value: event.viewer.ip };
  return event.request;
}
