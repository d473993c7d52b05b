//! The examples of the library run, as they are written.

#[path = "../../examples/onboard_and_wait.rs"]
mod onboard_and_wait;
#[path = "../../examples/receive_webhooks.rs"]
mod receive_webhooks;
#[path = "../../examples/set_up.rs"]
mod set_up;

#[test]
fn setting_up() {
    set_up::main().unwrap();
}

#[test]
fn onboarding_a_person_and_waiting() {
    onboard_and_wait::main().unwrap();
}

#[test]
fn receiving_webhooks() {
    receive_webhooks::main().unwrap();
}
