//! Links that a phone can read off a screen.

use qrcode::{Color, EcLevel, QrCode, render::unicode::Dense1x2};

/// Pixels of one module, large enough for a camera at arm's length.
const MODULE_PIXELS: usize = 8;
/// Light modules around the code, which readers need to find it.
const QUIET_MODULES: usize = 4;

/// The link as a QR code in text, for dark terminals, two modules a character; `None` when it is too long for one.
pub fn unicode(link: &str) -> Option<String> {
    let code = code(link)?;
    Some(
        code.render::<Dense1x2>()
            // Most terminals are dark, and a reader wants dark modules on a light ground.
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .quiet_zone(true)
            .build(),
    )
}

/// The link as a QR code in a PNG picture; `None` when it is too long for one.
pub fn png(link: &str) -> Option<Vec<u8>> {
    let code = code(link)?;
    let side = (code.width() + 2 * QUIET_MODULES) * MODULE_PIXELS;
    let pixels: Vec<u8> = (0..side)
        .flat_map(|row| (0..side).map(move |column| (column, row)))
        .map(|(column, row)| {
            if is_dark(&code, column, row) {
                0
            } else {
                u8::MAX
            }
        })
        .collect();
    let mut file = Vec::new();
    let length = u32::try_from(side).ok()?;
    let mut encoder = png::Encoder::new(&mut file, length, length);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&pixels).ok()?;
    writer.finish().ok()?;
    Some(file)
}

fn code(link: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(link, EcLevel::L).ok()
}

/// Whether a pixel lies in a dark module; the quiet zone is light.
fn is_dark(code: &QrCode, column: usize, row: usize) -> bool {
    let module = |pixel: usize| (pixel / MODULE_PIXELS).checked_sub(QUIET_MODULES);
    match (module(column), module(row)) {
        (Some(x), Some(y)) if x < code.width() && y < code.width() => code[(x, y)] == Color::Dark,
        _ => false,
    }
}
