//! Which way up a photo is.

use image::metadata::Orientation;

/// Reads the orientation out of an EXIF block; whatever is broken in it means upright.
pub(crate) fn orientation(tiff: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

/// Whether an upright photo has its stored width for height.
pub(crate) fn turned(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}
