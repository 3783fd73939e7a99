//! Another sample rate: MP3 frames at 24 kHz last exactly 24 ms, at espeak's 22.05 kHz they last
//! 26.122... ms and sums of rounded lengths would drift away from the sound.

use std::f64::consts::PI;

/// Samples of the input that make one of the output.
const TAPS: usize = 32;

/// Where the filter closes, as a part of half the lower rate: below it all speech passes.
const CUTOFF: f64 = 0.94;

/// Changes the rate of samples by a windowed-sinc filter.
pub(crate) fn resample(samples: &[i16], from: u32, to: u32) -> Vec<i16> {
    if from == to || samples.is_empty() {
        return samples.to_vec();
    }
    let divisor = gcd(from, to);
    let (up, down) = ((to / divisor) as usize, (from / divisor) as usize);
    let filter = filter(up, f64::from(to) / f64::from(from));
    let length = samples.len() * up / down;
    (0..length)
        .map(|n| {
            let (at, phase) = (n * down / up, n * down % up);
            let taps = &filter[phase * TAPS..][..TAPS];
            let first = (at + 1).checked_sub(TAPS / 2);
            let sum: f32 = match first.and_then(|first| samples.get(first..first + TAPS)) {
                Some(window) => {
                    window.iter().zip(taps).map(|(&sample, tap)| f32::from(sample) * tap).sum()
                }
                // At both ends the sound is continued by silence.
                None => taps
                    .iter()
                    .enumerate()
                    .filter_map(|(k, tap)| {
                        let place = (at + 1 + k).checked_sub(TAPS / 2)?;
                        samples.get(place).map(|&sample| f32::from(sample) * tap)
                    })
                    .sum(),
            };
            // Bounded to the range of i16 before.
            sum.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
        })
        .collect()
}

/// The taps of each phase, one after the other.
fn filter(up: usize, ratio: f64) -> Vec<f32> {
    let cutoff = CUTOFF * ratio.min(1.0);
    let half = TAPS as f64 / 2.0;
    let mut filter = Vec::with_capacity(up * TAPS);
    for phase in 0..up {
        let shift = phase as f64 / up as f64;
        let taps: Vec<f64> = (0..TAPS)
            .map(|k| {
                let x = k as f64 - (half - 1.0) - shift;
                let window =
                    0.42 + 0.5 * (PI * x / half).cos() + 0.08 * (2.0 * PI * x / half).cos();
                sinc(cutoff * x) * window.max(0.0)
            })
            .collect();
        // Each phase passes a constant unchanged, so that no hum is added.
        let sum: f64 = taps.iter().sum();
        filter.extend(taps.iter().map(|tap| (tap / sum) as f32));
    }
    filter
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, frequency: f64, length: usize) -> Vec<i16> {
        (0..length)
            .map(|n| (10_000.0 * (2.0 * PI * frequency * n as f64 / f64::from(rate)).sin()) as i16)
            .collect()
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_place() {
        let resampled = resample(&tone(22_050, 1_000.0, 22_050), 22_050, 24_000);
        assert_eq!(resampled.len(), 24_000);
        let expected = tone(24_000, 1_000.0, 24_000);
        let worst = resampled[100..23_900]
            .iter()
            .zip(&expected[100..23_900])
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(worst < Some(60), "{worst:?}");
    }

    #[test]
    fn a_tone_above_the_new_rate_does_not_fold_back() {
        let resampled = resample(&tone(48_000, 16_000.0, 48_000), 48_000, 24_000);
        let loudest = resampled[100..23_900].iter().map(|sample| sample.unsigned_abs()).max();
        assert!(loudest < Some(100), "{loudest:?}");
    }
}
