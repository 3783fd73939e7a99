//! The WebP encoder: a safe face for libwebp. The only file of this crate with `unsafe`.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::ptr::{self, NonNull};

use domain::ports::ImageError;
use libwebp_sys as sys;

use crate::scale::Raster;

/// Of 100; what sites ship photos in.
const QUALITY: f32 = 80.0;

/// Effort from 0 to 6.
const METHOD: i32 = 4;

/// Effort for each of an animation's many frames.
const ANIMATION_METHOD: i32 = 2;

/// Encodes a picture, without any metadata.
///
/// # Errors
/// `Encoding` when libwebp refuses it or runs out of memory.
pub(crate) fn encode(raster: &Raster) -> Result<Vec<u8>, ImageError> {
    let config = config(METHOD)?;
    let mut picture = Picture::import(raster)?;
    let mut output = Output::new();
    picture.0.writer = Some(sys::WebPMemoryWrite);
    picture.0.custom_ptr = ptr::from_mut(&mut *output.0).cast();
    // SAFETY: `config` is valid, `picture` holds imported pixels, and its writer gets the memory writer
    // that it expects, which outlives the call.
    let done = unsafe { sys::WebPEncode(&config, &mut picture.0) };
    if done == 0 {
        return Err(failed(&format!("{:?}", picture.0.error_code)));
    }
    Ok(output.bytes().to_vec())
}

/// Encodes an animation frame by frame.
pub(crate) struct AnimationEncoder {
    encoder: NonNull<sys::WebPAnimEncoder>,
    config: sys::WebPConfig,
    width: u32,
    height: u32,
    now_ms: i32,
}

impl AnimationEncoder {
    /// Begins an animation of one size, shown `plays` times, 0 = for ever.
    pub(crate) fn new(width: u32, height: u32, plays: u32) -> Result<Self, ImageError> {
        let config = config(ANIMATION_METHOD)?;
        let (wide, high) = (side(width)?, side(height)?);
        // SAFETY: the structure consists of integers, for which zero is a value; the call then fills it.
        let mut options: sys::WebPAnimEncoderOptions = unsafe { std::mem::zeroed() };
        let abi = sys::WEBP_MUX_ABI_VERSION as i32;
        // SAFETY: `options` is a valid, exclusive place to write to.
        if unsafe { sys::WebPAnimEncoderOptionsInitInternal(&mut options, abi) } == 0 {
            return Err(failed("another version of libwebp"));
        }
        options.anim_params.loop_count = i32::try_from(plays).unwrap_or(0);
        // SAFETY: `options` was initialised above, and is copied by the call.
        let encoder = unsafe { sys::WebPAnimEncoderNewInternal(wide, high, &options, abi) };
        let encoder = NonNull::new(encoder).ok_or_else(|| failed("out of memory"))?;
        Ok(Self { encoder, config, width, height, now_ms: 0 })
    }

    /// Adds a frame of the animation's size, which is shown for `delay_ms`.
    pub(crate) fn add(&mut self, frame: &Raster, delay_ms: u32) -> Result<(), ImageError> {
        if (frame.width, frame.height) != (self.width, self.height) {
            return Err(failed("a frame of another size"));
        }
        let mut picture = Picture::import(frame)?;
        // SAFETY: the encoder lives as long as `self`; picture and configuration are valid and are not
        // kept by the call.
        let added = unsafe {
            sys::WebPAnimEncoderAdd(
                self.encoder.as_ptr(),
                &mut picture.0,
                self.now_ms,
                &self.config,
            )
        };
        if added == 0 {
            return Err(failed(&self.error()));
        }
        self.now_ms = self.now_ms.saturating_add_unsigned(delay_ms);
        Ok(())
    }

    /// Ends the animation.
    pub(crate) fn finish(self) -> Result<Vec<u8>, ImageError> {
        let encoder = self.encoder.as_ptr();
        // SAFETY: a null frame tells the encoder when the last frame ends.
        let ended =
            unsafe { sys::WebPAnimEncoderAdd(encoder, ptr::null_mut(), self.now_ms, ptr::null()) };
        let mut data = sys::WebPData::default();
        // SAFETY: `data` is empty, and on success owns memory of libwebp's.
        if ended == 0 || unsafe { sys::WebPAnimEncoderAssemble(encoder, &mut data) } == 0 {
            return Err(failed(&self.error()));
        }
        let bytes = if data.bytes.is_null() {
            Vec::new()
        } else {
            // SAFETY: the call succeeded, so `bytes` points to `size` initialised bytes.
            unsafe { std::slice::from_raw_parts(data.bytes, data.size) }.to_vec()
        };
        // SAFETY: `data` owns its memory, which was copied and is not used any more.
        unsafe { sys::WebPDataClear(&mut data) };
        Ok(bytes)
    }

    fn error(&self) -> String {
        // SAFETY: the encoder lives; the text, when there is one, is its own and ends in a zero.
        let text = unsafe {
            let text = sys::WebPAnimEncoderGetError(self.encoder.as_ptr());
            if text.is_null() { None } else { Some(CStr::from_ptr(text)) }
        };
        text.map_or_else(String::new, |text| text.to_string_lossy().into_owned())
    }
}

impl Drop for AnimationEncoder {
    fn drop(&mut self) {
        // SAFETY: the encoder was made by `new` and is given back once.
        unsafe { sys::WebPAnimEncoderDelete(self.encoder.as_ptr()) };
    }
}

/// Pixels in libwebp's own memory.
struct Picture(sys::WebPPicture);

impl Picture {
    fn import(raster: &Raster) -> Result<Self, ImageError> {
        let channels = if raster.alpha { 4 } else { 3 };
        let (width, height) = (side(raster.width)?, side(raster.height)?);
        if raster.pixels.len() < raster.width as usize * raster.height as usize * channels {
            return Err(failed("fewer pixels than its size says"));
        }
        let stride = width * channels as i32;
        let picture = sys::WebPPicture::new().map_err(|()| failed("another version of libwebp"))?;
        let mut picture = Self(picture);
        // Both encoders choose their own colour space from ARGB.
        picture.0.use_argb = 1;
        picture.0.width = width;
        picture.0.height = height;
        // SAFETY: the buffer holds `height` rows of `stride` bytes, as checked above; the call copies it
        // to memory that it reserves, and `Drop` gives back.
        let imported = unsafe {
            if raster.alpha {
                sys::WebPPictureImportRGBA(&mut picture.0, raster.pixels.as_ptr(), stride)
            } else {
                sys::WebPPictureImportRGB(&mut picture.0, raster.pixels.as_ptr(), stride)
            }
        };
        if imported == 0 { Err(failed("out of memory")) } else { Ok(picture) }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the picture was initialised by `WebPPicture::new`; what it owns is given back once.
        unsafe { sys::WebPPictureFree(&mut self.0) };
    }
}

/// Memory that grows while libwebp writes. Boxed, since libwebp keeps its address.
struct Output(Box<sys::WebPMemoryWriter>);

impl Output {
    fn new() -> Self {
        let mut writer = Box::new(sys::WebPMemoryWriter {
            mem: ptr::null_mut(),
            size: 0,
            max_size: 0,
            pad: [0],
        });
        // SAFETY: `writer` is a valid, exclusive place to write to.
        unsafe { sys::WebPMemoryWriterInit(&mut *writer) };
        Self(writer)
    }

    fn bytes(&self) -> &[u8] {
        if self.0.mem.is_null() {
            return &[];
        }
        // SAFETY: `mem` points to at least `size` written bytes and lives as long as `self`.
        unsafe { std::slice::from_raw_parts(self.0.mem, self.0.size) }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: the writer was initialised by `new`; what it owns is given back once.
        unsafe { sys::WebPMemoryWriterClear(&mut *self.0) };
    }
}

fn config(method: i32) -> Result<sys::WebPConfig, ImageError> {
    let mut config =
        sys::WebPConfig::new_with_preset(sys::WebPPreset::WEBP_PRESET_DEFAULT, QUALITY)
            .map_err(|()| failed("another version of libwebp"))?;
    config.method = method;
    Ok(config)
}

fn side(pixels: u32) -> Result<i32, ImageError> {
    i32::try_from(pixels)
        .ok()
        .filter(|&pixels| pixels > 0 && pixels <= 16_383)
        .ok_or_else(|| failed("a side that WebP cannot hold"))
}

fn failed(what: &str) -> ImageError {
    ImageError::Encoding(what.to_owned())
}
