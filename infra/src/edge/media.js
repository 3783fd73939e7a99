// Which objects readers are given, and how the bucket calls them. The form is that of `ObjectKey` in the crate
// `domain`. Nobody is given an original: it may hold where a photo was taken.

function handler(event) {
  var request = event.request;
  if (!/^\/media\/[a-z0-9_-]+\/[a-z0-9_-]+\/(?!original)[a-z0-9_-]+\.(webp|mp3)$/.test(request.uri)) {
    return { statusCode: 404, statusDescription: "Not Found", headers: { "cache-control": { value: "no-store" } } };
  }
  request.uri = request.uri.slice("/media".length);
  return request;
}
