//! Colours: what a profile says of them becomes sRGB, since profiles are dropped and browsers take
//! pictures without one for sRGB. Phones photograph in Display P3; without this they would look pale.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use crate::scale::Raster;

/// Converts pixels to sRGB in place. A profile that is broken, or not of RGB, changes nothing.
pub(crate) fn to_srgb(raster: &mut Raster, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let layout = if raster.alpha { Layout::Rgba } else { Layout::Rgb };
    let target = ColorProfile::new_srgb();
    let Ok(transform) =
        profile.create_transform_8bit(layout, &target, layout, TransformOptions::default())
    else {
        return;
    };
    let mut converted = vec![0; raster.pixels.len()];
    if transform.transform(&raster.pixels, &mut converted).is_ok() {
        raster.pixels = converted;
    }
}
