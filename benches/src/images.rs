//! What a photo costs: from the uploaded file to all variants.

use std::io::Cursor;
use std::time::Instant;

use anyhow::{Context, Result};
use domain::asset::WIDTHS;
use domain::ports::ImageCodec;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use imaging::WebpImageCodec;

use crate::cpu;
use crate::table::{Row, Section, percentile, sorted};

/// 12 megapixels, as telephones make them.
const SIZE: (u32, u32) = (4000, 3000);
const RUNS: usize = 5;

/// What a run over one photo took and gave.
struct Made {
    cpu: f64,
    wall: f64,
    bytes: usize,
}

/// One photo to all variants. To set another program beside it: one more call of `row` with a function
/// that makes the same widths of the same bytes.
///
/// # Errors
/// The photo does not decode.
pub fn run() -> Result<Section> {
    let photo = photo()?;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(ours(&photo)?);
    }
    let middle = |of: fn(&Made) -> f64| percentile(&sorted(runs.iter().map(of).collect()), 0.5);
    let name = format!("imaging, {} variants", WIDTHS.len());
    Ok(Section {
        title: "A photo of 12 megapixels",
        how: format!(
            "A JPEG of {} x {} pixels with grain, decoded once, and scaled and encoded for the widths \
             {WIDTHS:?}. One thread; medians.",
            SIZE.0, SIZE.1
        ),
        rows: vec![
            Row::new("the upload", photo.len() as f64, "bytes", 1),
            Row::new(format!("{name}: CPU"), middle(|made| made.cpu), "s", RUNS),
            Row::new(format!("{name}: time"), middle(|made| made.wall), "s", RUNS),
            Row::new(format!("{name}: together"), middle(|made| made.bytes as f64), "bytes", RUNS),
        ],
    })
}

fn ours(photo: &[u8]) -> Result<Made> {
    let (spent, began) = (cpu::spent(), Instant::now());
    let mut image = WebpImageCodec.decode(photo)?;
    let mut bytes = 0;
    for width in WIDTHS.into_iter().rev() {
        bytes += image.variant(width)?.webp.len();
    }
    let cpu = cpu::spent().saturating_sub(spent).as_secs_f64();
    Ok(Made { cpu, wall: began.elapsed().as_secs_f64(), bytes })
}

/// Waves for what a photo shows, and grain for its sensor; the same each time.
fn photo() -> Result<Vec<u8>> {
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let photo = RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        let grain = (chance % 17) as f32 - 8.0;
        let (x, y) = (x as f32, y as f32);
        let wave = (x / 211.0).sin() * (y / 173.0).cos() * 70.0 + (x * y / 90_000.0).sin() * 30.0;
        let edge = if (x / 400.0) as u32 % 2 == (y / 300.0) as u32 % 2 { 20.0 } else { -20.0 };
        let light = |base: f32| (base + wave + edge + grain).clamp(0.0, 255.0) as u8;
        Rgb([light(130.0), light(118.0), light(104.0)])
    });
    let mut bytes = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    photo.write_with_encoder(encoder).context("make a photo")?;
    Ok(bytes.into_inner())
}
