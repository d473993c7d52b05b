//! The demo, as a newcomer runs it with its output in a pipe.

use crate::support::server::run;

#[test]
fn the_demo_tells_its_story_and_every_step_is_right() {
    let finished = run(&["demo"], &[]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(finished.stderr, "");
    assert!(!finished.stdout.contains("WRONG"), "{}", finished.stdout);
    assert!(!finished.stdout.contains('\u{1b}'), "no colours in a pipe");
    let steps = finished
        .stdout
        .lines()
        .filter(|line| line.starts_with("   ok "))
        .count();
    assert!(steps >= 20, "{}", finished.stdout);
    assert!(finished.stdout.contains("gave the right result"));
}
