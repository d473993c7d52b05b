//! Links that a phone can read off a screen.

use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};

/// The link as a QR code in text, two modules a character; `None` when it is too long for one.
pub fn unicode(link: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(link, EcLevel::L).ok()?;
    Some(
        code.render::<Dense1x2>()
            // Most terminals are dark, and a reader wants dark modules on a light ground.
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .quiet_zone(true)
            .build(),
    )
}
