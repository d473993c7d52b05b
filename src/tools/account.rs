//! Opening a Didit account and choosing which key is used.

mod key;
mod login;
mod proof;
mod register;
mod second_factor;
mod status;
mod verify_email;

use super::Tool;
use key::{PASSWORD_WITHHELD, adopt, key_in_use, named, root_of, switch_to_stored};

pub(super) fn tools() -> Vec<Tool> {
    vec![
        status::tool(),
        register::tool(),
        verify_email::tool(),
        login::tool(),
    ]
}
