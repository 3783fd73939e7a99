//! What a photo costs, and what readers are spared: from the uploaded file to all variants.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use domain::asset::WIDTHS;
use domain::ports::ImageCodec;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use imaging::WebpImageCodec;
use serde_json::Value;

use crate::cpu;
use crate::table::{Row, Section, percentile, sorted};

/// 12 megapixels, as telephones make them.
const SIZE: (u32, u32) = (4000, 3000);
const RUNS: usize = 5;
/// The width of the variant that an article shows on a desk.
const BODY: u32 = 1200;

/// What else there is to measure with, as far as it could be brought.
pub struct Beside<'a> {
    /// A folder with the script that scales with npm's sharp.
    pub sharp: Option<&'a Path>,
    /// The folder `nature` of Debian's mate-backgrounds.
    pub photos: Option<&'a Path>,
}

/// What the runs over one photo took, and all variants have.
struct Made {
    cpu: f64,
    wall: f64,
    bytes: usize,
}

/// One large photo to all variants, and a set of photos.
///
/// # Errors
/// A photo does not decode, or sharp fails.
pub fn run(beside: &Beside<'_>) -> Result<Section> {
    let folder = tempfile::tempdir().context("make a folder")?;
    let file = folder.path().join("photo.jpg");
    let photo = photo()?;
    fs::write(&file, &photo).context("write the photo")?;
    let mut how = format!(
        "A JPEG of {} x {} pixels with grain, scaled and encoded for the widths {WIDTHS:?} at WebP's \
         quality 80, which is sharp's default too. One thread; medians of {RUNS} runs. Sharp reads the \
         file anew for each width, as its documentation says, and takes of a JPEG only as much as it \
         needs.",
        SIZE.0, SIZE.1
    );
    let mut rows = vec![Row::new("the upload", photo.len() as f64, "bytes", 1)];
    rows.extend(compared("12 megapixels", std::slice::from_ref(&file), beside.sharp)?);
    match beside.photos {
        Some(set) => {
            let photos = photos(set)?;
            how += &format!(
                " The photo set are the {} photos of `nature/` in Debian's package mate-backgrounds \
                 1.26.0; what is saved is the share of the uploads' bytes that a reader of the body's \
                 variant ({BODY} pixels wide) does not load.",
                photos.len()
            );
            rows.push(saved(&photos)?);
            rows.extend(compared("photo set", &photos, beside.sharp)?);
        }
        None => how += " The photo set is left out: it could not be brought.",
    }
    if beside.sharp.is_none() {
        how += " Sharp is left out: npm could not bring it.";
    }
    Ok(Section { title: "Photos", how, rows })
}

/// Rows of all variants of some photos, by us and by sharp.
fn compared(name: &str, photos: &[PathBuf], sharp: Option<&Path>) -> Result<Vec<Row>> {
    let mut ours = Made { cpu: 0.0, wall: 0.0, bytes: 0 };
    for file in photos {
        let photo = fs::read(file).with_context(|| format!("read {}", file.display()))?;
        let runs = (0..RUNS).map(|_| scaled(&photo)).collect::<Result<Vec<_>>>()?;
        add(&mut ours, &runs);
    }
    let rows = |who: &str, made: &Made| {
        [
            Row::new(format!("{name}, {who}: CPU"), made.cpu, "s", RUNS * photos.len()),
            Row::new(format!("{name}, {who}: time"), made.wall, "s", RUNS * photos.len()),
            Row::new(format!("{name}, {who}: together"), made.bytes as f64, "bytes", photos.len()),
        ]
    };
    let mut all: Vec<Row> = rows("ours", &ours).into();
    if let Some(folder) = sharp {
        let theirs = scaled_by_sharp(folder, photos)?;
        let factors = [ours.cpu, ours.wall, ours.bytes as f64];
        let theirs = rows("sharp", &theirs).into_iter().zip(factors);
        all.extend(theirs.map(|(row, ours)| row.beside(ours)));
    }
    Ok(all)
}

fn add(sum: &mut Made, runs: &[Made]) {
    let middle = |of: fn(&Made) -> f64| percentile(&sorted(runs.iter().map(of).collect()), 0.5);
    sum.cpu += middle(|made| made.cpu);
    sum.wall += middle(|made| made.wall);
    sum.bytes += runs.last().map_or(0, |made| made.bytes);
}

fn scaled_by_sharp(folder: &Path, photos: &[PathBuf]) -> Result<Made> {
    let widths = WIDTHS.map(|width| width.to_string()).join(",");
    let output = Command::new("node")
        .current_dir(folder)
        .args(["scale.mjs", &RUNS.to_string(), &widths])
        .args(photos)
        .output()
        .context("start node")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut sum = Made { cpu: 0.0, wall: 0.0, bytes: 0 };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let told: Value = serde_json::from_str(line).context("what the script of sharp says")?;
        let bytes = told["bytes"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        ensure!(bytes > 0, "sharp made nothing");
        let seconds = |run: &Value, of: &str| run[of].as_f64().unwrap_or(f64::NAN);
        let runs: Vec<Made> = told["runs"]
            .as_array()
            .context("runs")?
            .iter()
            .map(|run| Made { cpu: seconds(run, "cpu"), wall: seconds(run, "wall"), bytes })
            .collect();
        add(&mut sum, &runs);
    }
    Ok(sum)
}

/// Of all bytes of the uploads, those that a reader does not load.
fn saved(photos: &[PathBuf]) -> Result<Row> {
    let (mut uploads, mut read) = (0, 0);
    for file in photos {
        let photo = fs::read(file).with_context(|| format!("read {}", file.display()))?;
        uploads += photo.len();
        read += WebpImageCodec.decode(&photo)?.variant(BODY)?.webp.len();
    }
    let share = (1.0 - read as f64 / uploads as f64) * 100.0;
    Ok(Row::new("photo set: bytes saved", share, "%", photos.len()))
}

/// The photos of a folder, by name.
fn photos(folder: &Path) -> Result<Vec<PathBuf>> {
    let listed = fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))?;
    let mut photos = vec![];
    for entry in listed {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jpg") {
            photos.push(path);
        }
    }
    photos.sort();
    ensure!(!photos.is_empty(), "no photo in {}", folder.display());
    Ok(photos)
}

fn scaled(photo: &[u8]) -> Result<Made> {
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
